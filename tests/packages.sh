#!/bin/sh
# SPDX-License-Identifier: MIT
# What configure asks for is installed by contrib/quickstart, wanted by the Debian package, and named in README.md; and
# the packages have the version that configure.ac has.
set -eu

top=$(cd "${srcdir:-.}" && pwd)
bad=0

complain() {
	printf '%s\n' "$*"
	bad=1
}

# shellcheck disable=SC2016 # a dollar of configure.ac
needed=$(sed -n -e 's/^forcedtls_NEED(.*\[\([a-z0-9-]*\)\])$/\1/p' \
	-e 's/.*missing_packages="$missing_packages \([a-z0-9-]*\)".*/\1/p' "$top/configure.ac" | sort -u)
[ "$(printf '%s\n' "$needed" | wc -l)" -ge 9 ] || complain "configure.ac was not understood: $needed"
for package in $needed autoconf-archive; do
	for file in contrib/quickstart contrib/debian/control README.md; do
		grep -qE "(^|[[:space:]',])$package([[:space:]',]|\$)" "$top/$file" || complain "$file does not have $package"
	done
done

version=$(sed -n 's/^AC_INIT(\[forcedtls\], \[\([^]]*\)\].*/\1/p' "$top/configure.ac")
head -n 1 "$top/contrib/debian/changelog" | grep -q "^forcedtls ($version) " ||
	complain "contrib/debian/changelog is not of $version"
grep -q "^Version: *$version\$" "$top/contrib/rpm/forcedtls.spec" || complain "forcedtls.spec is not of $version"
exit $bad
