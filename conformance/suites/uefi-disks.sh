#!/usr/bin/env bash
# uefi-disks.sh IMAGE...: boots raw disk images by UEFI from copies of them, raw and qcow2, with 1 and 4 processors; each
# is to print LUNGO-GUEST-OK and to power off. ENGINE=soft unless set. Needs qemu-img.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lungo=${LUNGO:-$here/../../lungo}
[ $# -ge 1 ] || { echo "usage: uefi-disks.sh IMAGE..." >&2; exit 2; }
command -v qemu-img > /dev/null || { echo "uefi-disks.sh: install qemu-utils first" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '%-28s %-6s %4s %7s %8s  %s\n' image format cpus status seconds found
failed=0
for image in "$@"; do
    for format in raw qcow2; do
        for cpus in 1 4; do
            disk=$scratch/disk
            rm -f "$disk"*
            if [ $format = raw ]; then cp --sparse=always "$image" "$disk"; else qemu-img convert -O qcow2 "$image" "$disk"; fi
            begun=$(date +%s)
            status=0
            "$lungo" run --engine "${ENGINE:-soft}" --firmware uefi --disk "$disk,format=$format" --cpus $cpus --timeout 200 \
                < /dev/null > "$scratch/out" 2> "$scratch/err" || status=$?
            seconds=$(($(date +%s) - begun))
            found=
            grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
            grep -aq '^GUEST firmware-bug' "$scratch/out" && found+="firmware bug; "
            [ ! -s "$scratch/err" ] || found+="$(head -1 "$scratch/err"); "
            printf '%-28s %-6s %4d %7d %8d  %s\n' "$(basename "$image")" $format $cpus $status $seconds "${found:-nothing wrong}"
            [ $status = 0 ] && [ -z "$found" ] || failed=1
        done
    done
done
exit $failed
