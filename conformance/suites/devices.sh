#!/usr/bin/env bash
# devices.sh: a Linux guest tries all virtio devices of a machine with 4 processors, by the usual tools: lspci, dd,
# fstrim, ip, ping, curl, ethtool; what it finds is one line each. The other machine on its switch is
# a second guest; the host has an HTTP server, a connection to a forwarded port, a TAP interface if it
# may, and the far ends of consoles. ENGINE=soft unless set; KEEP is a directory for what was printed.
# Needs apt, and lspci ethtool fstrim ip curl mke2fs passt qemu-img socat python3 cpio gcc here: the guest has the host's tools.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
lungo=${LUNGO:-$root/lungo}
guests=${LUNGO_GUESTS:-${XDG_CACHE_HOME:-$HOME/.cache}/lungo/guests}
PATH=$PATH:/usr/sbin:/sbin
for tool in lspci ethtool fstrim ip curl mke2fs dd passt qemu-img socat python3 cpio; do
    command -v $tool > /dev/null || { echo "devices.sh: install $tool first" >&2; exit 2; }
done
[ -s "$guests/initramfs.cpio.gz" ] || "$root/conformance/guests/make-guests.sh" "$guests"
scratch=$(mktemp -d)
tap=
ended() {
    kill $(jobs -p) 2> /dev/null || true
    [ -z "$tap" ] || ip link delete "$tap" 2> /dev/null || true
    rm -rf "$scratch"
}
trap ended EXIT

# ---- the guest: what all guests have, and behind it another archive with tools and modules
package=$(LC_ALL=C apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
kept=$guests/devices/$package
if [ ! -s "$kept/vmlinuz" ]; then
    mkdir -p "$kept"
    (cd "$scratch" && LC_ALL=C apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg-deb -x "$package"_*.deb image)
    mkdir "$scratch/modules"
    find "$scratch/image/lib/modules" \( -path '*/drivers/virtio/*' -o -path '*/drivers/char/*' -o -path '*/drivers/block/virtio*' \
        -o -path '*/drivers/net/virtio*' -o -name '*failover.ko' -o -path '*/fs/ext4/*' -o -path '*/fs/jbd2/*' -o -name 'mbcache.ko' -o -name 'crc*.ko' -o -name 'libcrc*.ko' \) \
        -name '*.ko' -exec cp {} "$scratch/modules/" \;
    cp -r "$scratch/modules" "$kept/"
    cp "$scratch"/image/boot/vmlinuz-* "$kept/vmlinuz"
fi
tree=$scratch/tree
mkdir -p "$tree"/{bin,sbin,usr/bin,usr/sbin,www,usr/share/misc}
cp -r "$kept/modules" "$tree/"
cp "$root/conformance/guests/devices-init" "$tree/init"
chmod 755 "$tree/init"
for tool in lspci ethtool fstrim ip curl mke2fs dd; do
    file=$(command -v $tool)
    cp -L "$file" "$tree/usr/bin/$tool"
    ldd "$file" | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$tree$(dirname "$library")"
        cp -Ln "$library" "$tree$library"
    done
done
for each in /usr/share/misc/pci.ids /etc/mke2fs.conf; do [ ! -e $each ] || { mkdir -p "$tree$(dirname $each)" && cp $each "$tree$each"; }; done
{ cat "$guests/initramfs.cpio.gz"; (cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0 | gzip -1); } > "$scratch/initrd"

# ---- the host
truncate -s 160M "$scratch/raw"
truncate -s 4M "$scratch/readonly"
qemu-img create -q -f qcow2 "$scratch/qcow2" 160M
mkdir "$scratch/www"
head -c 16M /dev/urandom > "$scratch/www/large"
sha256sum < "$scratch/www/large" > "$scratch/www/large.sum"
python3 -u -m http.server -b 127.0.0.1 -d "$scratch/www" 0 > "$scratch/server" 2>&1 &
for ((i = 0; i < 100; i++)); do http=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$scratch/server") && [ -n "$http" ] && break; sleep 0.1; done
forward=$((20000 + RANDOM % 10000))
switch=devices-$$
networks=(--net "user,forward=tcp:$forward:80" --net "switch:$switch")
if [ "$(id -u)" = 0 ] && ip tuntap add dev lungo$$ mode tap 2> "$scratch/tuntap"; then
    tap=lungo$$
    ip addr add 10.8.0.1/24 dev $tap
    ip link set $tap up
    networks+=(--net "tap:$tap,ring=packed")
else
    echo "--  TAP: not tried: $(head -1 "$scratch/tuntap" 2> /dev/null || echo 'only root may make one')"
fi
start() { # APPEND OPTION...
    exec "$lungo" run --engine "${ENGINE:-soft}" --kernel "$kept/vmlinuz" --initrd "$scratch/initrd" --memory 512M --timeout 1500 \
        --append "console=ttyS0 panic=-1 net.ifnames=0 $1" "${@:2}" < /dev/null
}
mkfifo "$scratch/peer"
start "guest=peer" --net "switch:$switch" > "$scratch/peer" 2>&1 &
grep -am1 '^NOW ready' < "$scratch/peer" > /dev/null || { echo "devices.sh: the other machine did not start" >&2; exit 1; }

bad=0
found() { # WHETHER NAME FIGURE
    if [ "$1" = 0 ]; then echo "OK  $2${3:+: $3}"; else bad=$((bad + 1)); echo "BAD $2${3:+: $3}"; fi
}
resident() { # MiB; what is mapped twice counts once
    awk '$1 == "Pss:" { n += $2 } END { print int(n / 1024) }' "/proc/$machine/smaps"
}
mkfifo "$scratch/machine"
start "http=$http" --cpus 4 \
    --disk "$scratch/raw,format=raw,serial=A-SERIAL" --disk "$scratch/readonly,format=raw,readonly=on" --disk "$scratch/qcow2,ring=packed" \
    --cdrom "$scratch/readonly" "${networks[@]}" --rng --balloon 96M \
    --console "file:$scratch/console" --console "unix:$scratch/socket" --console pty > "$scratch/machine" 2> "$scratch/errors" &
exec 3< "$scratch/machine"
machine=$!
[ -z "${KEEP:-}" ] || mkdir -p "$KEEP"
while IFS= read -r line <&3; do
    line=${line%$'\r'}
    [ -z "${KEEP:-}" ] || echo "$line" >> "$KEEP/devices.out"
    case $line in
    OK\ *) found 0 "${line#OK }" "" ;;
    BAD\ *) found 1 "${line#BAD }" "" ;;
    "NOW forward")
        # passt, at least of 2023, loses what a server says before it is asked: HTTP it is
        bytes=$(curl -sS --retry 5 --retry-all-errors -m 60 "http://127.0.0.1:$forward/random" | wc -c)
        found $((bytes != 32 << 20)) "user network: bytes by the forwarded port" "$bytes" ;;
    "NOW socket")
        answer=$( (echo "hello by socket"; sleep 5) | timeout 30 socat - "UNIX-CONNECT:$scratch/socket" || true)
        found "$([ "${answer%$'\r'}" = "a line to the socket" ]; echo $?)" "console: to the socket" "$answer" ;;
    "NOW terminal")
        name=$(sed -n 's/.*the console is //p' "$scratch/errors")
        answer=$( (echo "hello by terminal"; sleep 5) | timeout 30 socat - "FILE:$name,raw,echo=0" || true)
        found "$([ "${answer%$'\r'}" = "a line to the terminal" ]; echo $?)" "console: to the terminal" "$answer" ;;
    "NOW full") full=$(resident) ;;
    "NOW freed")
        freed=$(resident)
        found $((full - freed < 100)) "balloon: MiB resident while 150 MiB were in use, and then" "$full, $freed" ;;
    DEVICES-END*) ended_well=1 ;;
    esac
done
status=0
wait $machine || status=$?
found "$([ $status = 0 ] && [ -n "${ended_well:-}" ]; echo $?)" "the machine ended with status" "$status"
found "$(grep -q 'a line to a file' "$scratch/console"; echo $?)" "console: to the file" "$(head -1 "$scratch/console" | tr -d '\r')"
used=$(du -m "$scratch/raw" | cut -f1)
found $((used > 24)) "fstrim: MiB that the raw image takes of 96 written" "$used"
qemu-img check -q "$scratch/qcow2"
found $? "qemu-img check of the qcow2 image" ""
grep -v 'the console is' "$scratch/errors" > "$scratch/said" || true
found "$([ ! -s "$scratch/said" ]; echo $?)" "nothing was said on standard error" "$(head -3 "$scratch/said")"
echo "$bad bad"
[ $bad = 0 ]
