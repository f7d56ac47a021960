# bios-disks.sh: what make-guests.sh needs for disks that a BIOS boots. To be sourced by it.
#
#   bios-grub.img, bios-grub16.img  GRUB on ext2: Linux by its 32-bit and by its 16-bit protocol
#   bios-mb2.img                    the same GRUB: mb2.elf
#   bios-syslinux.img               SYSLINUX on FAT16
#   bios-isolinux.iso               ISOLINUX by El Torito
libraries=
tools_ready=

tools() { # unpacks the programs that make disks, once
    local package library=usr/lib/x86_64-linux-gnu
    [ -z "$tools_ready" ] || return 0
    for package in grub-common grub-pc-bin syslinux syslinux-common isolinux mtools dosfstools \
        xorriso libisoburn1 libburn4 libisofs6 libjte2; do
        fetch "$package" "$work/tools" || return
    done
    libraries=$work/tools/$library
    PATH=$work/tools/usr/bin:$work/tools/sbin:$work/tools/usr/sbin:$PATH
    export PATH MTOOLS_SKIP_CHECK=1
    tools_ready=yes
}

put() { # FILE OFFSET HEX...: bytes
    local file=$1 offset=$2
    shift 2
    printf '%b' "$(printf '\\x%s' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

partition() { # FILE TYPE MIB: the first, active, from 1 MiB on
    put "$1" 446 80 fe ff ff "$2" fe ff ff 00 08 00 00 # begins at sector 2048
    put "$1" 458 00 "$(printf %02x $(($3 * 8 % 256)))" "$(printf %02x $(($3 * 8 / 256)))" 00
    put "$1" 510 55 aa
}

grub_disk() { # MIB STAGE: MBR, GRUB behind it, and ext2
    local modules=$work/tools/usr/lib/grub/i386-pc
    grub-mkimage -d "$modules" -O i386-pc -p '(hd0,msdos1)/boot/grub' -o "$work/core.img" \
        biosdisk part_msdos ext2 normal configfile linux linux16 multiboot2 boot &&
        truncate -s "$1M" "$work/new" &&
        dd if="$modules/boot.img" of="$work/new" bs=440 count=1 conv=notrunc status=none &&
        put "$work/new" 102 90 90 && # as grub-bios-setup does for a hard disk
        dd if="$work/core.img" of="$work/new" bs=512 seek=1 conv=notrunc status=none &&
        partition "$work/new" 83 $(($1 - 1)) &&
        mke2fs -q -t ext2 -d "$2" -E offset=1048576,root_owner=0:0 -F "$work/new" $((($1 - 1) * 1024))k
}

stage() { # what all of them have: its directory
    rm -rf "$work/stage"
    mkdir -p "$work/stage/boot/grub" "$work/stage/isolinux"
    cp "$out/vmlinuz-cloud" "$work/stage/vmlinuz" && cp "$out/initramfs.cpio.gz" "$work/stage/initrd" &&
        cp "$out/mb2.elf" "$work/stage/mb2.elf"
}

make_bios_grub() { # COMMAND...: what boots
    tools && stage && printf '%s\n' "$@" boot > "$work/stage/boot/grub/grub.cfg" &&
        grub_disk 32 "$work/stage"
}

syslinux_configuration() {
    printf '%s\n' 'DEFAULT linux' 'PROMPT 0' 'LABEL linux' ' KERNEL /vmlinuz' ' INITRD /initrd' " APPEND $1"
}

make_bios_syslinux() {
    local modules=$work/tools/usr/lib/syslinux fat=$work/fat
    tools && stage && syslinux_configuration 'console=ttyS0 panic=-1' > "$work/stage/syslinux.cfg" &&
        cp "$modules/modules/bios/ldlinux.c32" "$work/stage/" &&
        rm -f "$fat" && truncate -s 31M "$fat" && mkfs.fat -F 16 -h 2048 "$fat" > /dev/null &&
        mcopy -s -Q -i "$fat" "$work/stage"/* ::/ && syslinux --install "$fat" &&
        truncate -s 32M "$work/new" &&
        dd if="$modules/mbr/mbr.bin" of="$work/new" bs=440 count=1 conv=notrunc status=none &&
        partition "$work/new" 0e 31 && dd if="$fat" of="$work/new" bs=1M seek=1 conv=notrunc status=none
}

make_bios_isolinux() {
    tools && stage && syslinux_configuration 'console=ttyS0 panic=-1' > "$work/stage/isolinux/isolinux.cfg" &&
        cp "$work/tools/usr/lib/ISOLINUX/isolinux.bin" \
            "$work/tools/usr/lib/syslinux/modules/bios/ldlinux.c32" "$work/stage/isolinux/" &&
        LD_LIBRARY_PATH=$libraries xorriso -as mkisofs -quiet -o "$work/new" -b isolinux/isolinux.bin \
            -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table "$work/stage"
}

make_bios_disks() {
    local linux='console=ttyS0 panic=-1'
    make bios-grub.img make_bios_grub "linux /vmlinuz $linux" 'initrd /initrd'
    make bios-grub16.img make_bios_grub "linux16 /vmlinuz $linux" 'initrd16 /initrd'
    make bios-mb2.img make_bios_grub 'multiboot2 /mb2.elf by GRUB'
    make bios-syslinux.img make_bios_syslinux
    make bios-isolinux.iso make_bios_isolinux
}
