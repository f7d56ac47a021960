# Sourced by make-guests.sh: a Linux that asks UEFI for all it has, with the programs that
# distributions have for that.

with_libraries() { # ROOT PROGRAM...: copies programs and whatever they are linked to
    local root=$1 each library
    shift
    for each; do cp "$work/programs/$each" "$root/$each"; done
    for each; do
        objdump -p "$root/$each" | awk '/NEEDED/ { print $2 }' | while read -r library; do
            library=lib/x86_64-linux-gnu/$library
            [ -e "$root/$library" ] || with_libraries "$root" "$library"
        done
    done
}

make_uefi_linux() {
    local root=$work/uefi-root package
    mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,lib/x86_64-linux-gnu,lib64,proc,sys,dev,tmp}
    for package in efibootmgr libefivar1 libefiboot1 acpica-tools dmidecode util-linux e2fsprogs libcom-err2 libc6; do
        fetch $package "$work/programs" || return
    done
    fetch libext2fs2 "$work/programs" || fetch libext2fs2t64 "$work/programs" || return
    fetch systemd-boot-efi "$work/systemd" && fetch busybox-static "$work/busybox" &&
        fetch "$(concrete linux-image-cloud-amd64)" "$work/uefi-kernel" || return
    cp -a "$work/programs/usr/lib/." "$work/programs/lib/" # where a merged /usr has them
    with_libraries "$root" bin/efibootmgr usr/bin/acpidump usr/bin/acpixtract usr/bin/iasl usr/sbin/dmidecode \
        usr/sbin/rtcwake usr/bin/chattr || return
    cp -L "$(find "$work/programs" -name ld-linux-x86-64.so.2 | head -1)" "$root/lib64/" &&
        cp "$(find "$work/busybox" -type f -path '*/bin/busybox')" "$root/bin/busybox" &&
        ln -s busybox "$root/bin/sh" &&
        find "$work/uefi-kernel" \( -name efivarfs.ko -o -name 'virtio*.ko' \) -exec cp {} "$root/" \; &&
        install -m 755 "$here/uefi-init" "$root/init" &&
        (cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -9 > "$work/uefi-initrd" &&
        "$here/uefi-disk.sh" "$work/new" "$work/systemd/usr/lib/systemd/boot/efi/linuxx64.efi.stub" \
            "$work"/uefi-kernel/boot/vmlinuz-* "$work/uefi-initrd" 'console=ttyS0 panic=-1 efi=debug'
}
