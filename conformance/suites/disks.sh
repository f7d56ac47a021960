#!/usr/bin/env bash
# disks.sh DIRECTORY [NAME...]: boots every disk there (bios-*, uefi-*, mb2.elf), or those whose names begin so, from
# copies of them, raw and qcow2, with 1 and 4 processors, by whatever firmware Lungo takes; each is to print
# LUNGO-GUEST-OK and to power off. What shim is on is booted with Secure Boot, too, and is to be refused where shim's
# signature is broken. A disk whose loader is a startup.nsh gets the shell out of OVMF. ENGINE=soft unless set.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lungo=${LUNGO:-$here/../../lungo}
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: disks.sh DIRECTORY [NAME...]" >&2; exit 2; }
for tool in qemu-img mcopy mdir sbattach openssl python3; do
    command -v $tool > /dev/null || { echo "disks.sh: install $tool first" >&2; exit 2; }
done
guests=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# run NAME FORMAT CPUS OPTION...: one line; what is wanted is in $wanted: "" for the marker and status 0, or words of a refusal.
run() {
    local name=$1 format=$2 cpus=$3 status=0 found= begun
    begun=$(date +%s%1N)
    "$lungo" run --engine "${ENGINE:-soft}" --cpus "$cpus" --timeout 200 "${@:4}" \
        < /dev/null > "$scratch/out" 2> "$scratch/err" || status=$?
    local tenths=$(($(date +%s%1N) - begun))
    if [ -z "$wanted" ]; then
        [ $status = 0 ] || found+="status; "
        grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
        grep -aq '^GUEST firmware-bug' "$scratch/out" && found+="firmware bug; "
        [ ! -s "$scratch/err" ] || found+="$(head -1 "$scratch/err"); "
    else
        [ $status != 0 ] || found+="status; "
        grep -q "$wanted" "$scratch/err" || found+="$(head -1 "$scratch/err"); "
        [ "$(wc -l < "$scratch/err")" = 1 ] || found+="not one sentence; "
    fi
    printf '%-30s %-6s %4d %7d %6d.%d  %s\n' "$name" "$format" "$cpus" $status $((tenths / 10)) $((tenths % 10)) "${found:-nothing wrong}"
    [ -z "$found" ] || failed=1
}

# matrix NAME IMAGE OPTION...
matrix() {
    local name=$1 image=$2 format cpus
    shift 2
    for format in raw qcow2; do
        for cpus in 1 4; do
            rm -f "$scratch/disk"*
            if [ $format = raw ]; then cp --sparse=always "$image" "$scratch/disk"; else qemu-img convert -O qcow2 "$image" "$scratch/disk"; fi
            run "$name" $format $cpus "$@"
        done
    done
}

# The shell, in the file system inside the compressed section of OVMF's flash: PI 1.8, volume 3, "Firmware File System
# Format".
shell() {
    python3 - "$1" << 'PYTHON'
import lzma, sys, uuid
flash = open("/usr/share/OVMF/OVMF_CODE_4M.fd", "rb").read()
packed = uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf").bytes_le
name = uuid.UUID("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1").bytes_le
u24 = lambda b, at: int.from_bytes(b[at:at + 3], "little")
at = flash.find(packed)
while at >= 0:
    try:
        volume = lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(flash[at - 4 + flash[at + 16]:])
    except lzma.LZMAError:
        volume = b""
    file = volume.find(name)
    while file >= 0 and volume[file + 18] != 9: # an application
        file = volume.find(name, file + 1)
    if file >= 0:
        section = file + 24
        while volume[section + 3] != 0x10: # PE32
            section += u24(volume, section) + 3 & ~3
        open(sys.argv[1], "wb").write(volume[section + 4:section + u24(volume, section)])
    at = flash.find(packed, at + 1)
PYTHON
}

printf '%-30s %-6s %4s %7s %8s  %s\n' disk format cpus status seconds found
esp=@@1M
for image in "$guests"/{bios,uefi}-*.{img,iso} "$guests"/mb2.elf; do
    name=$(basename "$image")
    [ -f "$image" ] || continue
    [[ $name != uefi-barekernel* ]] || continue # a kernel that nobody gives its initramfs
    asked=$([ $# != 0 ] || echo yes)
    for begin in "$@"; do [[ $name != "$begin"* ]] || asked=yes; done
    [ -n "$asked" ] || continue
    wanted=
    case $name in
    *.elf) for cpus in 1 4; do run "$name" - $cpus --kernel "$image"; done ;;
    *.iso) for cpus in 1 4; do run "$name" raw $cpus --cdrom "$image"; done ;;
    *)
        cp --sparse=always "$image" "$scratch/image"
        if [[ $name = uefi-* ]] && mdir -i "$scratch/image$esp" ::startup.nsh > /dev/null 2>&1; then
            shell "$scratch/shell.efi"
            mmd -i "$scratch/image$esp" ::EFI ::EFI/BOOT
            mcopy -i "$scratch/image$esp" "$scratch/shell.efi" ::EFI/BOOT/BOOTX64.EFI
        fi
        matrix "$name" "$scratch/image" --disk "$scratch/disk"
        if [[ $name = *shim* ]]; then
            # The certificate that shim's is signed by stands for all who may sign.
            loader=::EFI/BOOT/BOOTX64.EFI
            mcopy -n -o -i "$scratch/image$esp" $loader "$scratch/loader"
            sbattach --detach "$scratch/signature" "$scratch/loader" 2> /dev/null
            openssl pkcs7 -inform DER -in "$scratch/signature" -print_certs 2> /dev/null \
                | sed -n '/^subject=.*UEFI CA/,/END/p' | openssl x509 -outform DER -out "$scratch/ca"
            keys=(--secure-boot --key PK="$scratch/ca" --key KEK="$scratch/ca" --key db="$scratch/ca")
            matrix "$name secure" "$scratch/image" --disk "$scratch/disk" "${keys[@]}"
            printf '\377' | dd of="$scratch/loader" bs=1 seek=8192 conv=notrunc status=none
            mcopy -o -i "$scratch/image$esp" "$scratch/loader" $loader
            wanted=signature
            matrix "$name broken" "$scratch/image" --disk "$scratch/disk" "${keys[@]}"
        fi ;;
    esac
done
exit $failed
