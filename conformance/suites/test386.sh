#!/usr/bin/env bash
# test386.sh DIR: assembles the test386.asm suite, whose sources DIR holds (github barotto/test386.asm),
# so that it prints to the debug port, and runs it on the software CPU. Needs nasm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] && [ -f "$1/src/test386.asm" ] || { echo "usage: test386.sh DIR, with test386.asm's sources" >&2; exit 2; }
command -v nasm >/dev/null || { echo "test386.sh: install nasm first" >&2; exit 2; }
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
cp -r "$1/src" "$built/"
sed -i 's/^OUT_PORT equ 0.*/OUT_PORT equ 0xE9/' "$built/src/configuration.asm"
nasm -i "$built/src/" -f bin "$built/src/test386.asm" -w-all -o "$built/test386.bin"
cp "$1/test386-EE-reference.txt" "$built/"
LUNGO_TEST386=$built "$here/../../scripts/test" conformance Test386Test
