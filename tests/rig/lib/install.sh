# Finds an Asterisk of version 20.13 or later, or makes one: on PATH, the distribution's package, or a root of
# Debian packages that is unpacked into the cache and run in place.
# shellcheck shell=bash

SUITES=${STASISD_RIG_SUITES:-forky sid}

# The oldest that the daemon works with (OLDEST in src/ari/version.rs).
OLDEST=20.13

# version PROGRAM...: `22.10`, whatever the build adds to it. Nothing of a certified one, which counts from another
# trunk, or of one that says no number: whether it is new enough only trying would tell.
version() { "$@" -V 2>/dev/null | sed -n 's/^Asterisk \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p'; }

packaged_version() {
    command -v apt-cache >/dev/null || return 0
    apt-cache policy asterisk 2>/dev/null |
        sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9][0-9]*\.[0-9][0-9]*\).*/\2/p'
}

# new_enough VERSION
new_enough() {
    [ -n "$1" ] && [ "$(printf '%s\n' "$OLDEST" "$1" | sort -V | head -n 1)" = "$OLDEST" ]
}

# installed: the Asterisk of this machine, whatever its version; nothing if there is none.
installed() { PATH=$PATH:/usr/sbin:/usr/local/sbin command -v asterisk; }

# find_asterisk: sets KIND (path, root or empty), ASTERISK (the command), MODULES and DATA (directories).
find_asterisk() {
    KIND='' ASTERISK=() MODULES='' DATA=''
    local found
    found=$(installed) || found=
    if [ -z "${STASISD_RIG_FORCE_ROOT:-}" ] && [ -n "$found" ] && new_enough "$(version "$found")" &&
        use_installed "$found"; then
        return
    fi
    if [ -e "$CACHE/root.complete" ]; then use_root "$CACHE/root"; fi
    [ -n "$KIND" ]
}

# use_installed PROGRAM: with the modules and the data of its own prefix, for those of another Asterisk on the same
# machine are another version's. One whose parts are elsewhere, or that has no prompts for us, is passed over.
use_installed() {
    local place prefix modules data
    for place in "$1" "$(realpath -- "$1")"; do
        prefix=$(dirname "$(dirname "$place")")
        modules=$(first_with app_stasis.so "$prefix"/lib/*/asterisk/modules "$prefix"/lib/asterisk/modules \
            "$prefix"/lib64/asterisk/modules) || continue
        # Only what is in /usr has its data in /var.
        data=$(first_with documentation/core-en_US.xml "$prefix"/share/asterisk "$prefix"/var/lib/asterisk \
            "${prefix%/usr}"/var/lib/asterisk) || continue
        if ! first_with demo-congrats.wav "$data"/sounds/en* "$data"/sounds/en*/. >/dev/null; then
            say "$1 is passed over: no demo-congrats.wav in $data/sounds/en (asterisk-core-sounds-en-wav)"
            return 1
        fi
        KIND=path ASTERISK=("$1") MODULES=$modules DATA=$data
        return
    done
    say "$1 is passed over: its modules or its documentation are not in $prefix"
    return 1
}

# first_with FILE DIRECTORY...: the first directory that has it.
first_with() {
    local wanted=$1 directory
    shift
    for directory in "$@"; do
        [ -e "$directory/$wanted" ] && echo "$directory" && return
    done
    return 1
}

# use_root ROOT: the root's own loader starts its Asterisk against its own libraries. So no chroot, no mount
# and no privilege is needed, every path means the same to Asterisk and to the daemon, and nothing is left
# behind when it ends.
use_root() {
    local libraries loader
    libraries=$(dirname "$(echo "$1"/usr/lib/*/libc.so.6)")
    loader=$(echo "$1"/usr/lib64/ld-linux-*.so.* "$1"/usr/lib/ld-linux-*.so.* | tr ' ' '\n' |
        while read -r file; do [ -e "$file" ] && echo "$file" && break; done)
    [ -n "$loader" ] || return 1
    KIND=root ASTERISK=("$loader" --library-path "$libraries" "$1/usr/sbin/asterisk")
    MODULES=$libraries/asterisk/modules
    DATA=$1/usr/share/asterisk
}

install_all() {
    install_asterisk
    install_sipp
    need sox=sox espeak-ng=espeak-ng
}

install_asterisk() {
    find_asterisk && return
    mkdir -p "$CACHE"
    exec 9>"$CACHE/lock"
    flock -n 9 || { say "another run is installing Asterisk; waiting for it"; flock 9; }
    if ! find_asterisk; then
        # An Asterisk that is there and too old may be somebody's telephony: it is not ours to upgrade.
        if [ -n "${STASISD_RIG_FORCE_ROOT:-}" ] || [ -n "$(installed)" ] ||
            ! new_enough "$(packaged_version)" || ! install_package || ! find_asterisk; then
            make_root
        fi
        find_asterisk || die "Asterisk was installed but cannot be found"
    fi
    exec 9>&-
}

# The package would start a PBX on the default ports: policy-rc.d forbids that while it is installed, however that
# ends, and the service stays disabled. Fails if it cannot be installed.
install_package() {
    say "installing the distribution's Asterisk $(packaged_version)"
    (
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ]; then
            trap 'as_root rm -f $policy' EXIT
            trap 'exit 1' HUP INT TERM
            printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy || exit 1
        fi
        apt_install asterisk asterisk-modules asterisk-core-sounds-en-wav
    ) || return 1
    # A policy that was there before may have let it start.
    if [ -d /run/systemd/system ]; then as_root systemctl disable --now asterisk >&2 || true; fi
}

debian_mirror() {
    if [ -n "${STASISD_RIG_MIRROR:-}" ]; then echo "$STASISD_RIG_MIRROR"; return; fi
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk -F'|' '$1 == "Debian" && $2 !~ /security/ {print $3; exit}'
    echo http://deb.debian.org/debian
}

make_root() {
    need mmdebstrap=mmdebstrap newuidmap=uidmap
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || apt_install debian-archive-keyring
    local mirror suite
    for mirror in $(debian_mirror | awk '!seen[$0]++'); do
        for suite in $SUITES; do
            if unpack_root "$suite" "$mirror"; then return; fi
        done
    done
    die "no Asterisk $OLDEST or later could be made from Debian ($SUITES); the reason stands above.
  STASISD_RIG_MIRROR names another mirror, STASISD_RIG_SUITES other suites."
}

# The archive goes through a pipe, so that every file belongs to whoever runs this, also when mmdebstrap
# works in a user namespace.
unpack_root() {
    say "making an Asterisk from Debian $1 at $2 (about 350 MB, half a minute)"
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    rm -rf "$CACHE/root" "$CACHE/root.complete"
    mkdir -p "$CACHE/root"
    mmdebstrap --quiet --variant=apt --format=tar --keyring="$keyring" \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --aptopt='Acquire::Retries "3"' --aptopt='APT::Install-Recommends "false"' \
        --include=asterisk,asterisk-modules,asterisk-core-sounds-en-wav,ca-certificates \
        "$1" - "$2" 2>"$CACHE/mmdebstrap.log" |
        tar -x --no-same-owner -C "$CACHE/root" --exclude='./dev/*' --exclude='./var/cache/apt/*' \
            --exclude='./usr/share/doc/*' --exclude='./var/lib/apt/lists/*'
    local made=("${PIPESTATUS[@]}")
    if [ "${made[0]}" = 0 ] && [ "${made[1]}" = 0 ] && use_root "$CACHE/root" &&
        new_enough "$(version "${ASTERISK[@]}")"; then
        chmod -R u+rwX "$CACHE/root"
        "${ASTERISK[@]}" -V >"$CACHE/root.complete"
        say "made $(cat "$CACHE/root.complete")"
        return 0
    fi
    tail -n 15 "$CACHE/mmdebstrap.log" | sed 's/^/rig:   /' >&2
    return 1
}

# sipp plays keys and audio through a raw socket. As a normal user, a copy that may do so stands in the cache.
sipp_program() {
    if [ "$(id -u)" != 0 ] && [ -x "$CACHE/sipp" ]; then echo "$CACHE/sipp"; else echo sipp; fi
}

install_sipp() {
    need sipp=sip-tester
    [ "$(id -u)" = 0 ] && return
    [ -x "$CACHE/sipp" ] && [ "$CACHE/sipp" -nt "$(command -v sipp)" ] && return
    mkdir -p "$CACHE"
    if (
        need setcap=libcap2-bin
        cp "$(command -v sipp)" "$CACHE/sipp.$$" && as_root /sbin/setcap cap_net_raw+ep "$CACHE/sipp.$$"
    ); then
        mv "$CACHE/sipp.$$" "$CACHE/sipp"
    else
        rm -f "$CACHE/sipp.$$"
        die "callers cannot press keys or speak: sipp needs a raw socket for that. Run this as root, or do by hand:
  cp $(command -v sipp) $CACHE/sipp && sudo setcap cap_net_raw+ep $CACHE/sipp"
    fi
}
