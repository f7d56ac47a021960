#!/usr/bin/env bash
# metal-bochs.sh LUNGO.ELF KERNEL [INITRD [COMMAND-LINE]]: Lungo Metal on VT-x, which is that of Bochs'
# corei7_skylake_x: GRUB on a CD starts the hypervisor's multiboot image, and that KERNEL. Passes when the
# serial port says one of "LUNGO-GUEST-OK", "hostile: done" and "finished" within LIMIT seconds (900); what it
# said goes to the standard output. CPUS=1 unless set; IGNORE_BAD_MSRS=0 has MSRs that Bochs has not raise #GP.
# Needs bochs with its term display, bochsbios, vgabios or seabios, grub-common, grub-pc-bin, xorriso, mtools.
set -euo pipefail
[ $# -ge 2 ] && [ -f "$1" ] && [ -f "$2" ] || { echo "usage: metal-bochs.sh LUNGO.ELF KERNEL [INITRD [COMMAND-LINE]]" >&2; exit 2; }
for each in bochs grub-mkrescue xorriso mformat script; do
    command -v $each > /dev/null || { echo "metal-bochs.sh: $each is not installed" >&2; exit 2; }
done
vga=/usr/share/seabios/vgabios-stdvga.bin
[ -f $vga ] || vga=/usr/share/bochs/VGABIOS-lgpl-latest
scratch=$(mktemp -d)
trap '[ -z "${emulator:-}" ] || kill -KILL -- "-$emulator" 2> /dev/null || true; [ -z "${KEEP:-}" ] || cp "$scratch/bochs.log" "$KEEP"; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/disc/boot/grub"
cp "$1" "$scratch/disc/boot/lungo.elf"
cp "$2" "$scratch/disc/boot/kernel"
# The shell keeps the machine on: Bochs does not show what is in the serial port when it is switched off.
line=${4:-console=ttyS0 panic=-1 guest=shell}
{
    printf 'serial --unit=0 --speed=115200\nterminal_output serial\nset timeout=0\n'
    printf 'multiboot /boot/lungo.elf\nmodule /boot/kernel /boot/kernel %s\n' "$line"
    [ -z "${3:-}" ] || { cp "$3" "$scratch/disc/boot/initrd"; echo 'module /boot/initrd'; }
    echo boot
} > "$scratch/disc/boot/grub/grub.cfg"
grub-mkrescue -o "$scratch/disc.iso" "$scratch/disc" > "$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 2; }
echo c > "$scratch/rc"
cat > "$scratch/bochsrc" << EOF
plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, iodebug=0
config_interface: textconfig
display_library: term
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=$vga
cpu: model=corei7_skylake_x, count=${CPUS:-1}, ips=80000000, reset_on_triple_fault=0, ignore_bad_msrs=${IGNORE_BAD_MSRS:-1}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$scratch/disc.iso, status=inserted
boot: cdrom
log: $scratch/bochs.log
panic: action=fatal
error: action=report
info: action=report
com1: enabled=1, mode=file, dev=$scratch/serial
clock: sync=none, time0=local
EOF
begun=$(date +%s)
: > "$scratch/serial"
TERM=vt100 setsid script -qc "bochs -q -f $scratch/bochsrc -rc $scratch/rc" /dev/null < /dev/null > /dev/null 2>&1 &
emulator=$!
found=1
while [ $(($(date +%s) - begun)) -lt "${LIMIT:-900}" ] && kill -0 $emulator 2> /dev/null; do
    sleep 2
    if grep -aqE '^LUNGO-GUEST-OK|^hostile: done|^finished|^payload: done' "$scratch/serial"; then found=0; break; fi
    if grep -aqE 'this processor stops|has an error|VM entry failed' "$scratch/serial"; then break; fi
done
cat "$scratch/serial"
echo
echo "metal-bochs.sh: $([ $found = 0 ] && echo passed || echo failed) after $(($(date +%s) - begun)) s"
exit $found
