# Sourced by the benches: finds the JDK, compiles them, and says what machine this is. Sets root, JAVA_HOME and rooms, a
# module path.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/jdk.sh"
JAVA_HOME=$(find_jdk_25) || { echo "${0##*/}: $NO_JDK_25" >&2; exit 1; }
export JAVA_HOME
command -v mvn > /dev/null || { echo "${0##*/}: mvn is not installed" >&2; exit 1; }
(cd "$root" && mvn -q -B -Dmaven.test.skip=true -pl bench -am package)
rooms=
for each in bench isa machine devices boot firmware pc host cpu kvm; do rooms=$rooms:$root/$each/target/classes; done
rooms=${rooms#:}
printf '%s, %d processors, %d MiB; %s; JDK %s; load %s\n' \
    "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -1)" "$(nproc)" \
    "$(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))" "$(uname -sr)" \
    "$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")" "$(cut -d' ' -f1 /proc/loadavg)"
