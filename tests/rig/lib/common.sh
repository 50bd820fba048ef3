# Shared by the rig's scripts: words to the user, packages, processes that are ours, free ports.
# shellcheck shell=bash

RIG_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PROJECT=$(cd "$RIG_HOME/../.." && pwd)
CACHE=${STASISD_RIG_CACHE:-$PROJECT/.cache/rig}

say() { printf 'rig: %s\n' "$*" >&2; }
die() { printf 'rig: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "this needs root: run it as root, or install sudo, or do by hand: $*"
    fi
}

# need PROGRAM=PACKAGE...: installs the packages whose programs are missing; waits for other users of apt.
need() {
    local missing=() wanted
    for wanted in "$@"; do
        PATH=$PATH:/usr/sbin:/sbin command -v "${wanted%%=*}" >/dev/null || missing+=("${wanted#*=}")
    done
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

apt_install() {
    local missing=("$@")
    command -v apt-get >/dev/null || die "please install: ${missing[*]} (there is no apt-get here)"
    say "installing ${missing[*]}"
    local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600)
    local try
    for try in 1 2 3; do
        "${apt[@]}" install --no-install-recommends "${missing[@]}" >&2 && return 0
        say "apt did not succeed (try $try of 3); reading the package lists again"
        "${apt[@]}" update >&2 || true
    done
    die "cannot install ${missing[*]}"
}

# start_time PID: the process's start in clock ticks since boot; with the pid it names a process for good.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The name in parentheses may hold blanks; the fields after it do not. Start time is field 22.
    # shellcheck disable=SC2086
    set -- ${stat##*) }
    echo "${20}"
}

# remember DIR PID: this process is ours.
remember() { echo "$2 $(start_time "$2")" >"$1/pid"; }

# ours DIR: prints the pid of the running process that DIR's script started; fails if it is gone.
ours() {
    local pid started
    read -r pid started 2>/dev/null <"$1/pid" || return 1
    [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] || return 1
    # A zombie is dead, whoever still has to collect it; but its other threads may hold its sockets a little.
    case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
        Z*) [ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -gt 1 ] || return 1 ;;
    esac
    echo "$pid"
}

# gone DIR SECONDS: waits until DIR's process has ended.
gone() {
    local end=$((SECONDS + $2))
    while ours "$1" >/dev/null; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# stop_with_owner SCRIPT DIR PID: ends this start of DIR's server, and no later one, when process PID (a test
# that may be killed) has ended.
stop_with_owner() {
    secret >"$2/instance"
    setsid bash -c '
        tail --pid="$3" -f /dev/null
        [ "$(cat "$2/instance" 2>/dev/null)" = "$4" ] && exec "$1" stop "$2"
    ' - "$@" "$(cat "$2/instance")" </dev/null >/dev/null 2>&1 8>&- 9>&- &
}

# Ports. Each instance gets a slot: 250 ports of its own below the ephemeral range. A slot belongs to the
# process named in its file; one left by a dead process is free.
SLOTS=${TMPDIR:-/tmp}/stasisd-rig-$(id -u)
SLOT_FIRST=20000 SLOT_WIDTH=250 SLOT_COUNT=48

# take_slot DIR: prints a free slot's number and notes DIR as its owner.
take_slot() {
    mkdir -p "$SLOTS"
    [ -O "$SLOTS" ] || die "$SLOTS belongs to somebody else"
    exec 8>"$SLOTS/lock"
    flock 8
    local busy hex slot offset first number port taken
    # Local ports in use, in hexadecimal: the end of the second column.
    busy=" $(sed -n 's/^ *[0-9]*: [0-9A-F]*:\([0-9A-F]*\) .*/\1/p' /proc/net/{tcp,tcp6,udp,udp6} 2>/dev/null | tr '\n' ' ')"
    offset=$((RANDOM % SLOT_COUNT))
    for ((slot = 0; slot < SLOT_COUNT; slot++)); do
        number=$(((slot + offset) % SLOT_COUNT))
        slot_free "$number" || continue
        first=$((SLOT_FIRST + number * SLOT_WIDTH))
        taken=
        for ((port = first; port < first + SLOT_WIDTH; port++)); do
            printf -v hex '%04X' "$port"
            case $busy in *" $hex "*) taken=1; break ;; esac
        done
        [ -n "$taken" ] && continue
        rm -rf "${SLOTS:?}/$number"
        mkdir -p "$SLOTS/$number/run"
        echo "$1" >"$SLOTS/$number/dir"
        # Until the server runs, the script that starts it holds the slot.
        echo "$$ $(start_time $$)" >"$SLOTS/$number/starter"
        exec 8>&-
        echo "$number"
        return
    done
    exec 8>&-
    die "all $SLOT_COUNT port ranges are in use; see $SLOTS"
}

# A slot is kept for ten minutes after its server was last started or killed by us: it may be restarted.
slot_free() {
    local dir pid started
    [ -e "$SLOTS/$1/dir" ] || return 0
    dir=$(cat "$SLOTS/$1/dir")
    if [ "$(cat "$dir/slot" 2>/dev/null)" = "$1" ]; then
        ours "$dir" >/dev/null && return 1
        [ -n "$(find "$SLOTS/$1/dir" -mmin +10 2>/dev/null)" ]
        return
    fi
    read -r pid started 2>/dev/null <"$SLOTS/$1/starter" || return 0
    [ "$(start_time "$pid")" != "$started" ]
}

# keep_slot DIR: its server is about to go away and may come back.
keep_slot() {
    local slot
    slot=$(cat "$1/slot" 2>/dev/null) || return
    [ "$(cat "$SLOTS/$slot/dir" 2>/dev/null)" = "$1" ] && touch "$SLOTS/$slot/dir"
}

# forget DIR: gives the slot back, if it is still DIR's, and removes the traces of a server that has ended.
forget() {
    local slot
    slot=$(cat "$1/slot" 2>/dev/null)
    if [ -n "$slot" ] && [ "$(cat "$SLOTS/$slot/dir" 2>/dev/null)" = "$1" ]; then rm -rf "${SLOTS:?}/$slot"; fi
    rm -f "$1/pid" "$1/slot" "$1/env" "$1/instance"
}

secret() { head -c 18 /dev/urandom | base64 | tr '+/' 'xy'; }
