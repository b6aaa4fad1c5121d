#!/bin/sh
# SPDX-License-Identifier: MIT
# The systemd units: systemd finds nothing wrong with them, and counts the daemon's among those that are well shut in
# (systemd-analyze(1), security). Skipped where no systemd-analyze can tell.
set -eu

systemd-analyze --help 2>/dev/null | grep -q -e '--offline' || exit 77
src=$(cd "${srcdir:-.}" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unit=$scratch/forcedtlsd.service

mkdir -p "$scratch/bin" "$scratch/man/man1" "$scratch/man/man5" "$scratch/man/man8"
for section in 1 5 8; do
	cp "$src"/man/*."$section" "$scratch/man/man$section"
done
# systemd looks whether they are there, and runs none of them.
for program in forcedtls forcedtlsd forcedtls-mail; do
	printf '#!/bin/sh\n' >"$scratch/bin/$program"
	chmod 755 "$scratch/bin/$program"
done
for service in forcedtlsd forcedtls-mail; do
	sed -e "s|@bindir@|$scratch/bin|; s|@sbindir@|$scratch/bin|; s|@pkglibexecdir@|$scratch/bin|; s|@sysconfdir@|/etc|" \
		"$src/contrib/systemd/$service.service.in" >"$scratch/$service.service"
done
cp "$src/contrib/systemd/forcedtls-mail.timer" "$scratch"

# Without manuals on this host there is no man(1) that could find ours.
man=yes
command -v man >/dev/null || man=no
said=$(MANPATH=$scratch/man systemd-analyze verify --man=$man "$scratch"/*.service "$scratch"/*.timer 2>&1) || said="exit status $?: $said"
if [ -n "$said" ]; then
	printf 'systemd-analyze verify: %s\n' "$said"
	exit 1
fi
# These have no part in what it counts.
for setting in MemoryMax= OOMPolicy=continue$ TasksMax=32768$ LimitCORE= Restart=always$ RestartSec=1$ StartLimitIntervalSec=0$ \
	'RestartPreventExitStatus=64 67 78$'; do
	grep -q "^$setting" "$unit" || {
		printf 'no %s in the unit\n' "$setting"
		exit 1
	}
done
# Its failure would have it started again whatever RestartPreventExitStatus= says.
if grep '^ExecStartPre=' "$unit"; then
	exit 1
fi
systemd-analyze security --offline=true --threshold=13 --no-pager "$unit" >"$scratch/security" || {
	grep '✗\|Overall' "$scratch/security"
	exit 1
}
grep 'Overall' "$scratch/security"
