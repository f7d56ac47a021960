# Sourced by ./lungo and ./check: finds a JDK 25 without starting one.

is_jdk_25() { # DIRECTORY
    local line
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while read -r line; do
        case $line in 'JAVA_VERSION="25'[\".+-]*) return 0 ;; esac
    done < "$1/release"
    return 1
}

find_jdk_25() { # prints the directory, or fails
    local candidate
    for candidate in "${JAVA_HOME:-}" "$(readlink -f "$(command -v javac)" 2> /dev/null)" \
        /usr/lib/jvm/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/*; do
        candidate=${candidate%/bin/javac}
        if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

NO_JDK_25='needs a JDK 25, and found none: install openjdk-25-jdk-headless if your distribution has it, or Temurin 25 from https://adoptium.net, and set JAVA_HOME to its directory'
