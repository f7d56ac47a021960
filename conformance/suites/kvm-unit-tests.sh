#!/usr/bin/env bash
# kvm-unit-tests.sh DIR [NAME...]: runs the x86 tests of a kvm-unit-tests tree that has been built in
# DIR (./configure --arch=x86_64 or i386, make), each as x86/unittests.cfg asks for it, and prints a
# line for each. With PEER=1, QEMU's TCG runs each as well, and what passes there alone is counted.
# With BARE=1, the tests are told that this is no hypervisor's guest, and leave out what only KVM does.
# TIER=native translates what they do; ENGINE=kvm has KVM run them, and the peer's, too.
# LIMIT is the most seconds for one test (90); KEEP is a directory for what each prints.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 1 ] && [ -f "$1/x86/unittests.cfg" ] && [ -f "$1/config.mak" ] ||
    { echo "usage: kvm-unit-tests.sh DIR [NAME...], with kvm-unit-tests built in DIR" >&2; exit 2; }
dir=$(cd "$1" && pwd)
shift
arch=$(sed -n 's/^ARCH=//p' "$dir/config.mak")
[ "$arch" = i386 ] && qemu=qemu-system-i386 || qemu=qemu-system-x86_64
limit=${LIMIT:-90}
if [ "${ENGINE:-soft}" = kvm ]; then
    engine=(--engine kvm) accel=(-accel kvm -cpu "${PEER_CPU:-host,-arch-capabilities}")
else
    engine=(--engine soft --tier "${TIER:-interpreter}") accel=(-accel tcg -cpu max)
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

bare=()
if [ -n "${BARE:-}" ]; then
    echo TEST_DEVICE=0 > "$out/environment"
    bare=(-initrd "$out/environment")
fi

verdict() { # STATUS, as isa-debug-exit makes it of the test's own
    case $1 in 1) echo pass ;; 3) echo FAIL ;; 77) echo skip ;; 127) echo died ;; 4 | 124 | 137) echo TIMEOUT ;; *) echo "exit-$1" ;; esac
}

declare -i passed=0 behind=0 total=0
one() { # NAME FILE SMP ARGS
    local mine theirs=- mark=
    timeout -k 5 $((limit + 20)) "$root/lungo" run --kernel "$dir/x86/$2" --append "$4" --cpus "$3" --memory 512M \
        "${engine[@]}" ${bare[@]+--initrd "${bare[1]}"} --timeout "$limit" > "$out/$1.lungo" 2>&1 < /dev/null
    mine=$(verdict $?)
    grep -q '^lungo: .* give --engine soft' "$out/$1.lungo" && mine=died # with the status that means pass
    if [ -n "${PEER:-}" ]; then
        timeout -k 5 "$limit" "$qemu" -nodefaults -no-reboot "${accel[@]}" -m 512 -smp "$3" -display none -serial stdio \
            -device pc-testdev -device isa-debug-exit,iobase=0xf4,iosize=0x4 -device pci-testdev \
            -kernel "$dir/x86/$2" -append "$4" "${bare[@]}" > "$out/$1.qemu" 2>&1 < /dev/null
        theirs=$(verdict $?)
    fi
    total+=1
    [ "$mine" = pass ] && passed+=1
    [ "$theirs" = pass ] && [ "$mine" != pass ] && { behind+=1; mark=' <'; }
    printf '%-32s %-8s %-8s%s\n' "$1" "$mine" "$theirs" "$mark"
    if [ -n "${KEEP:-}" ]; then mkdir -p "$KEEP"; mv "$out/$1".* "$KEEP/"; fi
}

printf '%-32s %-8s %s\n' test lungo qemu
while IFS=$'\t' read -r name file smp args; do
    if [ $# -gt 0 ]; then case " $* " in *" $name "*) ;; *) continue ;; esac; fi
    [ -f "$dir/x86/$file" ] && one "$name" "$file" "$smp" "$args"
done < <(awk -v arch="$arch" '
    function flush() { if (name != "" && (only == "" || only == arch)) printf "%s\t%s\t%s\t%s\n", name, file, smp, args }
    /^\[/ { flush(); name = substr($0, 2, length($0) - 2); file = only = args = ""; smp = 1 }
    /^file *=/ { sub(/^[^=]*= */, ""); file = $0 }
    /^arch *=/ { sub(/^[^=]*= */, ""); only = $0 }
    /^smp *=/ { sub(/^[^=]*= */, ""); smp = $0 + 0 }
    /^(extra_params|qemu_params) *=/ { if (match($0, /-append +("[^"]*"|\047[^\047]*\047)/)) { args = substr($0, RSTART + 7, RLENGTH - 7); gsub(/^ +|["\047]/, "", args) } }
    /^test_args *=/ { sub(/^[^=]*= */, ""); gsub(/^["\047]|["\047]$/, ""); args = $0 }
    END { flush() }' "$dir/x86/unittests.cfg")
printf '%d run, %d passed here' "$total" "$passed"
[ -n "${PEER:-}" ] && printf ', %d passed on QEMU alone' "$behind"
printf '\n'
[ "$behind" -eq 0 ]
