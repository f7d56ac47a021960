#!/bin/bash
# uefi-disk.sh FILE STUB KERNEL INITRD COMMANDLINE: makes a disk with one EFI system partition, on it
# a unified kernel image as the default loader: systemd's STUB with the other three as sections.
set -eu -o pipefail
file=$1 stub=$2 kernel=$3 initrd=$4
work=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf "$work"' EXIT
printf '%s' "$5" > "$work/cmdline"
printf 'ID=guest\nVERSION_ID=1\n' > "$work/osrel"
page() { echo $((($1 + 4095) & ~4095)); }
next=$(objdump -h "$stub" | awk '$2 ~ /^\./ { print "0x" $4, "0x" $3 }' |
    while read -r at bytes; do echo $((at + bytes)); done | sort -n | tail -1)
sections=()
for section in osrel="$work/osrel" cmdline="$work/cmdline" linux="$kernel" initrd="$initrd"; do
    next=$(page "$next")
    sections+=(--add-section ".$section" --change-section-vma ".${section%%=*}=$next")
    next=$((next + $(stat -c %s "${section#*=}")))
done
objcopy "${sections[@]}" "$stub" "$work/uki.efi"
truncate -s 64M "$work/disk"
sgdisk -n 1:2048:0 -t 1:ef00 "$work/disk" > /dev/null
mkfs.vfat -F 32 --offset 2048 "$work/disk" $((63 * 1024 - 64)) &> /dev/null
MTOOLS_SKIP_CHECK=1 mmd -i "$work/disk@@1M" ::/EFI ::/EFI/BOOT
MTOOLS_SKIP_CHECK=1 mcopy -i "$work/disk@@1M" "$work/uki.efi" ::/EFI/BOOT/BOOTX64.EFI
mv "$work/disk" "$file"
