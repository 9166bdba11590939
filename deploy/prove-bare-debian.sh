#!/usr/bin/env bash
# Prove the README's two commands on a Debian that holds nothing but python3.
#
#   deploy/prove-bare-debian.sh                        both commands, as an ordinary user and as root
#   deploy/prove-bare-debian.sh env --dev              only this run.py command, as both
#   PROVE_AS=newcomer deploy/prove-bare-debian.sh ...  only as the ordinary user ("root": only as root)
#   PROVE_ROOT=DIR deploy/prove-bare-debian.sh ...     keep the Debian in DIR and use it again
#
# Needs root and debootstrap (apt-get install debootstrap). Certificates and the settings of pip, npm and apt that make
# this machine reach the package indexes are handed in; nothing else is.
set -euo pipefail

checkout="$(cd "$(dirname "$0")/.." && pwd)"
if [[ ${1:-} == -h || ${1:-} == --help ]]; then sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0; fi
if [[ $(id -u) -ne 0 ]]; then echo "only root can make a Debian in a folder" >&2; exit 2; fi
if ! command -v debootstrap >/dev/null; then echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 2; fi

# A mount namespace of its own: whatever is mounted below is gone when this ends, however it ends.
if [[ -z ${PROVE_INSIDE:-} ]]; then exec env PROVE_INSIDE=1 unshare --mount --propagation private "$0" "$@"; fi

if [[ -n ${PROVE_ROOT:-} ]]; then
    root="$PROVE_ROOT"
    mkdir -p "$root"
else
    root="$(mktemp -d /var/tmp/bare-debian-XXXXXX)"
    trap 'umount -R "$root/proc" "$root/dev" "$root/tmp" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
fi

chmod 755 "$root"
if [[ ! -x $root/usr/bin/python3 ]]; then
    echo "== a bare Debian in $root"
    debootstrap --variant=minbase --include=python3,ca-certificates "${PROVE_SUITE:-bookworm}" "$root" >"$root.log" 2>&1 \
        || { tail -5 "$root.log" >&2; exit 1; }
    rm -f "$root.log"
    chroot "$root" useradd --create-home --shell /bin/bash newcomer
fi

# What lets this machine reach the indexes: certificates, and the clients' settings.
mkdir -p "$root/etc/ssl/certs" "$root/usr/local/share/ca-certificates"
cp -aL /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
for settings in /etc/pip.conf /etc/npmrc; do [[ -f $settings ]] && cp -L "$settings" "$root$settings"; done
passed=()
while IFS= read -r variable; do passed+=("$variable"); done < <(
    env | grep -E '^(PIP_(INDEX_URL|EXTRA_INDEX_URL|CERT|DEFAULT_TIMEOUT|PROXY|TRUSTED_HOST)|UV_(DEFAULT_INDEX|INDEX)|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|[Hh][Tt][Tt][Pp][Ss]?_[Pp][Rr][Oo][Xx][Yy]|[Nn][Oo]_[Pp][Rr][Oo][Xx][Yy]|AUDIT_POOL_NO_APT)=' || true
)

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

failures=0
prove() { # user, then the arguments of run.py
    local user="$1" home began
    shift
    home="$(chroot "$root" sh -c "getent passwd $user | cut -d: -f6")"
    echo "== as $user: python3 run.py $*"
    began=$SECONDS
    if chroot "$root" setpriv --reuid="$user" --regid="$user" --init-groups env -i \
        HOME="$home" USER="$user" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        "${passed[@]}" sh -c 'cd "$HOME/audit-pool" && exec python3 run.py "$@"' sh "$@"; then
        echo "== as $user: passed in $((SECONDS - began)) s"
    else
        echo "== as $user: FAILED in $((SECONDS - began)) s"
        failures=$((failures + 1))
    fi
}

# The ordinary user comes first: what root installs with apt-get would help the second one.
for user in newcomer root; do
    if [[ -n ${PROVE_AS:-} && $PROVE_AS != "$user" ]]; then continue; fi
    home="$(chroot "$root" sh -c "getent passwd $user | cut -d: -f6")"
    rm -rf "$root$home/audit-pool"
    mkdir "$root$home/audit-pool"
    tar -C "$checkout" --exclude=./.git --exclude=./.venv --exclude=./.demo --exclude='.*_cache' --exclude=__pycache__ \
        -cf - . | tar -C "$root$home/audit-pool" -xf -
    chroot "$root" chown -R "$user:$user" "$home/audit-pool"
    if [[ $# -gt 0 ]]; then
        prove "$user" "$@"
    else
        prove "$user" demo --check
        prove "$user" test
    fi
done
exit $((failures > 0))
