#!/usr/bin/env bash
# test386.sh DIR: assembles the test386.asm suite, whose sources DIR holds (github
# barotto/test386.asm), so that it prints to the debug port, and runs it on the software CPU,
# interpreted and translated. Needs nasm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] && [ -f "$1/src/test386.asm" ] || { echo "usage: test386.sh DIR, with test386.asm's sources" >&2; exit 2; }
command -v nasm >/dev/null || { echo "test386.sh: install nasm first" >&2; exit 2; }
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
cp -r "$1/src" "$built/"
sed -i 's/^OUT_PORT equ 0.*/OUT_PORT equ 0xE9/' "$built/src/configuration.asm"
nasm -i "$built/src/" -f bin "$built/src/test386.asm" -w-all -o "$built/test386.bin"
cp "$1/test386-EE-reference.txt" "$built/"
root=$(cd "$here/../.." && pwd)
. "$root/scripts/jdk.sh"
JAVA_HOME=$(find_jdk_25) || { echo "test386.sh $NO_JDK_25" >&2; exit 2; }
export JAVA_HOME
cd "$root"
LUNGO_TEST386=$built mvn -q -B -ntp -pl conformance -am test -Dtest=Test386Test -Dsurefire.failIfNoSpecifiedTests=false
