#!/usr/bin/env bash
# boots.sh GUESTS [N [OPTION...]]: boots linux-direct, vmlinuz-cloud and initramfs.cpio.gz of the
# directory that make-guests.sh made, N times (100), by default with --tier native, and says how many
# boots differed: in their status, which must be 0, in what the console showed but for times, for the
# order in which things that go on side by side are told, and for what KASLR leaves of the memory.
# KEEP is a directory for what each printed.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] && [ -f "$1/vmlinuz-cloud" ] || { echo "usage: boots.sh GUESTS [N [OPTION...]]" >&2; exit 2; }
guests=$(cd "$1" && pwd)
count=${2:-100}
options=("${@:3}")
[ ${#options[@]} -gt 0 ] || options=(--tier native)
kept=${KEEP:-$(mktemp -d)}
mkdir -p "$kept"
[ -n "${KEEP:-}" ] || trap 'rm -rf "$kept"' EXIT

timeless() {
    sed -E -e 's/\r//g' \
        -e 's/^\[ *[0-9]+\.[0-9]+\]/[TIME]/' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]+/DATE/g' \
        -e 's/(audit\(|UTC \()[0-9.]+/\1TIME/' \
        -e 's/(FACT uptime )[0-9.]+/\1TIME/' \
        -e 's/(Marking stable ).*/\1TIMES/' \
        -e 's/[0-9.]+ (MHz|BogoMIPS)/RATE \1/g' -e 's/lpj=[0-9]+/lpj=RATE/' \
        -e 's/(max_idle_ns|max_cycles|mult|shift): [0-9a-fx]+/\1: RATE/g' \
        -e 's/[0-9]+K\/([0-9]+K available)/SOME\/\1/' -e 's/[0-9]+K reserved/SOME reserved/' \
        -e 's/(FACT memory )[0-9]+/\1SOME/' \
        -e 's/(took|after|in) [0-9]+ ?(usecs|us|ms)/\1 TIME/g' "$1" | sort
}

declare -i differed=0
for ((i = 1; i <= count; i++)); do
    timeout -k 5 200 "$root/lungo" run --kernel "$guests/vmlinuz-cloud" --initrd "$guests/initramfs.cpio.gz" \
        --append "console=ttyS0 panic=-1" --timeout 180 "${options[@]}" > "$kept/$i.console" 2> "$kept/$i.errors" < /dev/null
    echo "status $?" >> "$kept/$i.console"
    timeless "$kept/$i.console" > "$kept/$i.timeless"
    difference=$(diff "$kept/1.timeless" "$kept/$i.timeless"; cat "$kept/$i.errors")
    grep -q '^status 0$' "$kept/$i.console" && grep -q LUNGO-GUEST-OK "$kept/$i.console" ||
        difference+=$'\ndid not come to its end: '$(tail -n 3 "$kept/$i.console")
    [ -z "$difference" ] && continue
    differed+=1
    printf 'boot %d\n%s\n' "$i" "$difference"
done
printf '%d boots, %d differed\n' "$count" "$differed"
[ "$differed" -eq 0 ]
