#!/usr/bin/env bash
# metal-uefi.sh LUNGO.EFI DISK [RUNS [CPUS]]: boots a disk that UEFI can boot, under Lungo Metal under OVMF under QEMU's
# TCG with AMD-V, 25 times with 4 processors unless told otherwise. The guest prints LUNGO-GUEST-OK
# and powers off, and may tell which units failed. Its kernel shows that the hypervisor's memory is reserved.
# Needs qemu-system-x86, ovmf and mtools.
set -euo pipefail
[ $# -ge 2 ] && [ -f "$1" ] && [ -f "$2" ] || { echo "usage: metal-uefi.sh LUNGO.EFI DISK [RUNS [CPUS]]" >&2; exit 2; }
firmware=/usr/share/OVMF
for each in qemu-system-x86_64 mformat; do
    command -v $each > /dev/null || { echo "metal-uefi.sh: $each is not installed" >&2; exit 2; }
done
[ -f $firmware/OVMF_CODE_4M.fd ] || { echo "metal-uefi.sh: install the package ovmf first" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
truncate -s 8M "$scratch/esp"
mformat -i "$scratch/esp" -v LUNGO ::
mmd -i "$scratch/esp" ::/EFI ::/EFI/BOOT
mcopy -i "$scratch/esp" "$1" ::/EFI/BOOT/BOOTX64.EFI
# Whether the kernel's memory map, if it is there, has the hypervisor's memory reserved.
is_reserved() {
    local from to begin end any=
    read -r from to < <(sed -n 's/^lungo: processors under.*has \([0-9A-F]*\)h to \([0-9A-F]*\)h.*/\1 \2/p' "$1")
    while read -r begin end; do
        any=1
        ((begin <= 0x$from && 0x$to - 1 <= end)) && return
    done < <(sed -n 's/.*BIOS-e820: .mem \(0x[0-9a-f]*\)-\(0x[0-9a-f]*\). reserved.*/\1 \2/p' "$1")
    [ -z "$any" ]
}
bad=0
for run in $(seq "${3:-25}"); do
    cp $firmware/OVMF_VARS_4M.fd "$scratch/vars"
    begun=$(date +%s)
    status=0
    timeout -s KILL "${LIMIT:-180}" qemu-system-x86_64 -machine q35 -accel tcg -cpu max -smp "${4:-4}" -m 1024 -display none \
        -serial stdio -no-reboot -net none \
        -drive if=pflash,format=raw,readonly=on,file=$firmware/OVMF_CODE_4M.fd -drive if=pflash,format=raw,file="$scratch/vars" \
        -drive format=raw,file="$scratch/esp",if=none,id=a -device virtio-blk-pci,drive=a,bootindex=0 \
        -drive format=raw,file="$2",if=none,id=b,snapshot=on -device virtio-blk-pci,drive=b \
        < /dev/null > "$scratch/out" 2>&1 || status=$?
    found=
    grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
    tr -d '\r' < "$scratch/out" > "$scratch/lines"
    if grep -aq "^lungo: processors under the hypervisor: ${4:-4}h" "$scratch/lines"; then
        is_reserved "$scratch/lines" || found+="the hypervisor's memory is not reserved; "
    else
        found+="no hypervisor under all processors; "
    fi
    ! grep -a '^GUEST failed units:' "$scratch/lines" | grep -qv ': *.$' || found+="failed units; "
    echo "run $run: status $status, $(($(date +%s) - begun)) s, ${found:-nothing wrong}"
    [ $status = 0 ] && [ -z "$found" ] || { bad=$((bad + 1)); [ -z "${KEEP:-}" ] || cp "$scratch/out" "$KEEP/metal-$run.out"; }
done
echo "$bad bad"
[ $bad = 0 ]
