#!/bin/sh
# What the tests need beside Python packages: Debian packages, by apt-get when root; otherwise it says which are missing.
set -eu
missing=
for pair in git:git chromium:chromium psql:postgresql fc-list:fontconfig ssh-keygen:openssh-client gpg:gnupg promtool:prometheus prometheus-alertmanager:prometheus-alertmanager; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -n "$(find /usr/lib/postgresql -name initdb 2>/dev/null)" ] || missing="$missing postgresql"
[ -n "$(find /usr/share/fonts -iname '*CJK*' 2>/dev/null | head -n 1)" ] || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "The tests need these Debian packages: apt-get install$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing
