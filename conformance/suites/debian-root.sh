#!/usr/bin/env bash
# debian-root.sh IMAGE [direct|bios|uefi]: boots the whole Debian of a raw disk image (the third
# partition of a GPT is its ext4 root, labelled GUESTROOT, with kernel and initrd in /boot; it
# prints LUNGO-GUEST-OK and the units that failed, and powers off) from copies of it, raw and qcow2,
# with 1, 2 and 4 processors, and looks at what is left of the disk. ENGINE=soft unless set.
# Needs qemu-img, sfdisk, sgdisk, e2fsck and debugfs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lungo=${LUNGO:-$here/../../lungo}
[ $# -ge 1 ] && [ -f "$1" ] || { echo "usage: debian-root.sh IMAGE [direct|bios|uefi]" >&2; exit 2; }
for tool in qemu-img sfdisk sgdisk e2fsck debugfs; do
    command -v $tool > /dev/null || { echo "debian-root.sh: install $tool first" >&2; exit 2; }
done
image=$1
how=${2:-direct}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The root file system of a raw image, as a file.
root_of() {
    local start size
    read -r start size < <(sfdisk -d "$1" | sed -n 's/.*3 : start= *\([0-9]*\), size= *\([0-9]*\).*/\1 \2/p')
    dd if="$1" of="$2" bs=1M iflag=skip_bytes,count_bytes skip=$((start * 512)) count=$((size * 512)) conv=sparse status=none
}

case $how in
direct)
    root_of "$image" "$scratch/root"
    for file in vmlinuz initrd.img; do
        name=$(debugfs -R 'ls -p /boot' "$scratch/root" 2> /dev/null | cut -d/ -f6 | grep "^$file" | head -1)
        debugfs -R "dump /boot/$name $scratch/$file" "$scratch/root" 2> /dev/null
    done
    options=(--kernel "$scratch/vmlinuz" --initrd "$scratch/initrd.img"
        --append "root=LABEL=GUESTROOT ro console=ttyS0 panic=-1") ;;
bios | uefi) options=(--firmware "$how") ;;
*) echo "debian-root.sh: not \"$how\" but direct, bios or uefi" >&2; exit 2 ;;
esac

printf '%-7s %-6s %4s %7s %8s  %s\n' way format cpus status seconds found
failed=0
for format in raw qcow2; do
    for cpus in 1 2 4; do
        disk=$scratch/disk
        if [ $format = raw ]; then cp --sparse=always "$image" "$disk"; else qemu-img convert -O qcow2 "$image" "$disk"; fi
        begun=$(date +%s)
        status=0
        "$lungo" run --engine "${ENGINE:-soft}" "${options[@]}" --disk "$disk,format=$format" --cpus $cpus --memory 1G --timeout 600 \
            < /dev/null > "$scratch/out" 2> "$scratch/err" || status=$?
        seconds=$(($(date +%s) - begun))
        found=
        grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
        grep -aq '^GUEST failed units: *.$' "$scratch/out" || found+="failed units; "
        grep -aq 'login:' "$scratch/out" || found+="no login prompt; "
        [ ! -s "$scratch/err" ] || found+="$(head -1 "$scratch/err"); "
        if [ $format = qcow2 ]; then
            qemu-img check -q "$disk" || found+="qemu-img check; "
            qemu-img convert -O raw "$disk" "$scratch/raw" && disk=$scratch/raw
        fi
        sgdisk -v "$disk" | grep -q 'No problems found' || found+="partition table; "
        root_of "$disk" "$scratch/after"
        e2fsck -fn "$scratch/after" > "$scratch/fsck" 2>&1 || found+="e2fsck: $(sed -n 2p "$scratch/fsck"); "
        printf '%-7s %-6s %4d %7d %8d  %s\n' "$how" $format $cpus $status $seconds "${found:-nothing wrong}"
        [ $status = 0 ] && [ -z "$found" ] || { failed=1; [ -z "${KEEP:-}" ] || cp "$scratch/out" "$KEEP/$how-$format-$cpus.out"; }
    done
done
exit $failed
