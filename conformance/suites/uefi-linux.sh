#!/usr/bin/env bash
# uefi-linux.sh IMAGE: has a Linux use UEFI's run time services by efibootmgr, efivarfs, rtcwake, hwclock, acpidump,
# iasl and dmidecode, across a reset, with 1, 2 and 4 processors, from copies of uefi-linux.img that
# conformance/guests/make-guests.sh makes. What it checks is in conformance/guests/uefi-init. ENGINE=soft unless set.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lungo=${LUNGO:-$here/../../lungo}
[ $# = 1 ] && [ -f "$1" ] || { echo "usage: uefi-linux.sh IMAGE" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '%4s %7s %8s  %s\n' cpus status seconds found
failed=0
for cpus in 1 2 4; do
    rm -f "$scratch"/*
    begun=$(date +%s)
    status=0
    "$lungo" run --engine "${ENGINE:-soft}" --firmware uefi --disk "$1,format=raw,snapshot=on" --variables "$scratch/variables" \
        --cpus $cpus --timeout 200 < /dev/null > "$scratch/out" 2> "$scratch/err" || status=$?
    seconds=$(($(date +%s) - begun))
    found=$(grep -a '^FAILED' "$scratch/out")
    grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
    [ ! -s "$scratch/err" ] || found+=$(head -1 "$scratch/err")
    checked=$(grep -a '^CHECKED' "$scratch/out" | tr -d '\r' | tr '\n' ' ')
    printf '%4d %7d %8d  %s\n' $cpus $status $seconds "${found:-$checked}"
    [ $status = 0 ] && [ "${found:-}" = "" ] || failed=1
done
exit $failed
