#!/usr/bin/env bash
# metal-coreboot.sh LUNGO.ELF COREBOOT.ROM KERNEL INITRAMFS [CPUS]: boots a Linux kernel from flash, by coreboot itself, under
# Lungo Metal, under QEMU's TCG with AMD-V: once from files of the CBFS, once as the payload that cbfstool makes of it.
# The guest prints LUNGO-GUEST-OK and powers off. COREBOOT.ROM is coreboot for emulation/qemu-q35 without a payload, of
# 16 MiB (CONFIG_PAYLOAD_NONE, CONFIG_COREBOOT_ROMSIZE_KB_16384); CBFSTOOL names its cbfstool, else it is Debian's. Needs
# qemu-system-x86.
set -euo pipefail
[ $# -ge 4 ] || { echo "usage: metal-coreboot.sh LUNGO.ELF COREBOOT.ROM KERNEL INITRAMFS [CPUS]" >&2; exit 2; }
tool=${CBFSTOOL:-/usr/sbin/cbfstool}
for each in qemu-system-x86_64 "$tool"; do
    command -v "$each" > /dev/null || { echo "metal-coreboot.sh: $each is not installed" >&2; exit 2; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
arguments="console=ttyS0 panic=-1"
bad=0
# cbfstool has the kernel at 16 MiB, with as much room as it asks for at 260h, and the initramfs at 64 MiB.
room=$(od -An -tu4 -j $((0x260)) -N 4 "$3")
for next in files payload; do
    if [ $next = payload ] && ((room > 48 << 20)); then
        echo "payload: not run: this kernel decompresses itself over where cbfstool puts the initramfs, with a hypervisor or without"
        continue
    fi
    rom=$scratch/$next.rom
    cp "$2" "$rom"
    "$tool" "$rom" add-payload -n fallback/payload -f "$1" -c lzma
    if [ $next = files ]; then
        echo "append = $arguments" > "$scratch/lungo.conf"
        "$tool" "$rom" add -t raw -n lungo.conf -f "$scratch/lungo.conf"
        "$tool" "$rom" add -t raw -n realpayload -f "$3"
        "$tool" "$rom" add -t raw -n initrd -f "$4"
    else
        "$tool" "$rom" add-payload -n realpayload -f "$3" -I "$4" -C "$arguments"
    fi
    timeout -s KILL "${LIMIT:-180}" qemu-system-x86_64 -machine q35 -accel tcg -cpu max -smp "${5:-4}" -m 512 -display none \
        -serial stdio -no-reboot -bios "$rom" < /dev/null > "$scratch/out" 2>&1 || true
    found=
    grep -aq '^LUNGO-GUEST-OK' "$scratch/out" || found+="no marker; "
    grep -aq '^lungo: the guest begins' "$scratch/out" || found+="no hypervisor; "
    echo "$next: ${found:-nothing wrong}"
    [ -z "$found" ] || bad=$((bad + 1))
done
[ $bad = 0 ]
