#!/bin/bash
# make-guests.sh DIRECTORY: makes the guests that the tests boot, from Debian packages that apt
# downloads and nothing installs. What is already there is kept.
#
#   vmlinuz-{cloud,amd64,rt-amd64}  Debian's kernels as they are
#   vmlinux-cloud                   the ELF file inside the first, for PVH
#   initramfs.cpio.gz               busybox, init and stress, for all of them
#   mb2.elf                         a Multiboot 2 kernel of a few instructions
#   records.elf                     a kernel that writes to all disks: records.c
#   uefi-uki.img                    a disk whose EFI system partition has kernel and initramfs as one
#   uefi-linux.img           a disk whose Linux uses UEFI by efibootmgr and others: see uefi-init
#   uefi-walk.img                   a FAT volume with an EFI application of a few instructions
#   bios-*                          disks: see bios-disks.sh
set -eu -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d "$out/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0
declare -A sources=([initramfs.cpio.gz]='init stress.c' [mb2.elf]=mb2.S [records.elf]=records.c
    [uefi-uki.img]='init uefi-disk.sh' [uefi-walk.img]=walk.nasm
    [uefi-linux.img]='uefi-init uefi-linux.sh uefi-disk.sh') # what they are made of besides

fetch() { # PACKAGE DIRECTORY: unpacks it there
    (cd "$work" && LC_ALL=C apt-get -qq download "$1" > /dev/null 2>&1) &&
        dpkg-deb -x "$work/$1"_*.deb "$2"
}

concrete() { # METAPACKAGE: the kernel package it stands for
    LC_ALL=C apt-cache depends "$1" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1
}

make_vmlinuz() { # FLAVOUR
    local package
    package=$(concrete "linux-image-$1")
    [ -n "$package" ] && fetch "$package" "$work/$1" && cp "$work/$1"/boot/vmlinuz-* "$work/new"
}

number() { # FILE OFFSET: a little-endian 32-bit number
    od -An -tu4 -j"$2" -N4 "$1" | tr -d ' '
}

make_vmlinux() { # Linux, Documentation/arch/x86/boot.rst: payload_offset, payload_length
    local image=$out/vmlinuz-cloud sectors
    [ -s "$image" ] || return
    sectors=$(od -An -tu1 -j497 -N1 "$image")
    dd if="$image" of="$work/payload" bs=1M iflag=skip_bytes,count_bytes status=none \
        skip=$(((sectors + 1) * 512 + $(number "$image" 584))) \
        count=$(($(number "$image" 588) - 4)) # the last four bytes are its unpacked length
    case $(od -An -tx1 -N4 "$work/payload" | tr -d ' ') in
        fd377a58) xz -dc ;;
        02214c18) lz4 -dcq ;;
        28b52ffd) zstd -dcq ;;
        1f8b08*) gzip -dc ;;
        *) return 1 ;;
    esac < "$work/payload" > "$work/new"
}

make_initramfs() {
    local root=$work/root
    fetch busybox-static "$work/busybox" || return
    mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,proc,sys,dev,tmp}
    cp "$(find "$work/busybox" -type f -path '*/bin/busybox')" "$root/bin/busybox" &&
        ln -s busybox "$root/bin/sh" &&
        install -m 755 "$here/init" "$root/init" &&
        gcc -O2 -static -pthread -s -o "$root/bin/stress" "$here/stress.c" &&
        (cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -9 > "$work/new"
}

make_mb2() {
    gcc -m32 -c -o "$work/mb2.o" "$here/mb2.S" &&
        ld -m elf_i386 -n --no-warn-rwx-segments -Ttext 0x200000 -e start -o "$work/new" "$work/mb2.o"
}

make_records() {
    gcc -O2 -Wall -Wextra -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-strict-aliasing -mno-red-zone \
        -fcf-protection=none -fno-asynchronous-unwind-tables -mgeneral-regs-only -c -o "$work/records.o" "$here/records.c" &&
        ld -n --no-warn-rwx-segments -Ttext 0x200000 -e start -o "$work/records" "$work/records.o" &&
        objcopy -O elf32-i386 "$work/records" "$work/new" # which is what Multiboot's loaders know
}

. "$here/bios-disks.sh"
. "$here/uefi-linux.sh"

make_uefi_uki() {
    [ -s "$out/vmlinuz-cloud" ] && [ -s "$out/initramfs.cpio.gz" ] &&
        fetch systemd-boot-efi "$work/systemd" &&
        "$here/uefi-disk.sh" "$work/new" "$work/systemd/usr/lib/systemd/boot/efi/linuxx64.efi.stub" \
            "$out/vmlinuz-cloud" "$out/initramfs.cpio.gz" 'console=ttyS0 panic=-1'
}

make_uefi_walk() {
    nasm -f bin -o "$work/walk.efi" "$here/walk.nasm" &&
        truncate -s 2M "$work/new" &&
        mkfs.vfat "$work/new" > /dev/null &&
        mmd -i "$work/new" ::/EFI ::/EFI/BOOT &&
        mcopy -i "$work/new" "$work/walk.efi" ::/EFI/BOOT/BOOTX64.EFI
}

newer() { # FILE: whether anything is that it is made of
    local each
    for each in ${sources[$1]:-}; do
        [ "$here/$each" -nt "$out/$1" ] && return
    done
    return 1
}

make() { # FILE FUNCTION ARGUMENT...
    local file=$1
    shift
    if [ -s "$out/$file" ] && ! newer "$file"; then return; fi
    rm -f "$work/new"
    if "$@" && [ -s "$work/new" ]; then
        mv "$work/new" "$out/$file"
    else
        echo "make-guests: $file could not be made" >&2
        failed=1
    fi
}

make vmlinuz-cloud make_vmlinuz cloud-amd64
make vmlinuz-amd64 make_vmlinuz amd64
make vmlinuz-rt-amd64 make_vmlinuz rt-amd64
make vmlinux-cloud make_vmlinux
make initramfs.cpio.gz make_initramfs
make mb2.elf make_mb2
make records.elf make_records
make uefi-uki.img make_uefi_uki
make uefi-walk.img make_uefi_walk
make uefi-linux.img make_uefi_linux
make_bios_disks
exit $failed
