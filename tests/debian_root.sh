#!/bin/sh
# SPDX-License-Identifier: MIT
# contrib/debian-root deletes no folder and ends no process but its own. What it calls is played here: nothing is
# mounted, no archive is asked, and nobody needs to be root.
# shellcheck disable=SC2317 # functions are called by holds
set -eu

top=$(cd "${srcdir:-.}" && pwd)
folder=$(mktemp -d)
sleeper=''
trap '[ -z "$sleeper" ] || kill -s KILL "$sleeper" 2>/dev/null || :; rm -rf "$folder"' EXIT
trap 'exit 143' TERM INT HUP
root=$folder/root
failed=0

# played NAME: a program of that name, from standard input.
played() {
	{ echo '#!/bin/sh' && cat; } >"$folder/bin/$1"
	chmod 755 "$folder/bin/$1"
}

mkdir "$folder/bin"
echo 'echo 0' | played id
echo 'echo "Debian|Debian|Packages|http://archive.invalid/debian"' | played apt-get
echo ':' | played apt-config
echo ':' | played mount
echo 'shift 3; exec "$@"' | played unshare # --mount --propagation private
played debootstrap <<'PROGRAM'
architecture=
case $1 in --arch=*) architecture=${1#*=} && shift ;; esac
mkdir -p "$3/etc/apt/apt.conf.d" "$3/etc/dpkg/dpkg.cfg.d" "$3/usr/sbin"
echo 12.0 >"$3/etc/debian_version"
echo "$2 $architecture" >"$3/made"
PROGRAM

debian_root() {
	PATH=$folder/bin:$PATH "$top/contrib/debian-root" "$@" 2>"$folder/said"
}

# holds WHAT COMMAND...
holds() {
	what=$1
	shift
	"$@" || {
		echo "FAIL: $what: $(cat "$folder/said")"
		failed=1
	}
}

# leaves_alone FOLDER: it has a file of somebody's in it, and make root does not go on.
leaves_alone() {
	mkdir -p "$1"
	echo mine >"$1/file"
	! debian_root make bookworm "$root" && [ "$(cat "$1/file")" = mine ] && grep -q 'left alone' "$folder/said" &&
		rm -r "$1"
}

makes() {
	debian_root make bookworm "$root" && [ -e "$root/etc/debian_version" ] && [ ! -e "$root/.debian-root" ] &&
		[ ! -e "$root.new" ]
}

makes_after_an_interrupted_one() {
	rm -rf "$root"
	mkdir -p "$root" "$root.new/usr"
	: >"$root.new/.debian-root"
	makes
}

makes_of_architecture() {
	rm -rf "$root"
	debian_root make trixie:i386 "$root" && [ "$(cat "$root/made")" = 'trixie i386' ] &&
		grep -q ' trixie main$' "$root/etc/apt/sources.list"
}

# state FIELD: of what stands behind its name in proc(5)'s stat; nothing where it is gone.
state() {
	sed 's/.*) //' "/proc/$sleeper/stat" 2>/dev/null | cut -d ' ' -f "$1"
}

# survives RECORD: a process that has the number in there, and is another.
survives() {
	echo "$1" >"$root.pid"
	! debian_root pid "$root" >/dev/null && debian_root off "$root" && [ "$(state 1)" = S ] && [ ! -e "$root.pid" ]
}

is_ended() {
	echo "$sleeper $(state 20)" >"$root.pid"
	[ "$(debian_root pid "$root")" = "$sleeper" ] && debian_root off "$root" && [ "$(state 1)" != S ] &&
		[ ! -e "$root.pid" ] && sleeper=''
}

holds 'a folder that is not ours' leaves_alone "$root"
holds 'a folder beside it that is not ours' leaves_alone "$root.new"
holds 'a root is made' makes
holds 'a root is there' makes
holds 'a root of another architecture is made' makes_of_architecture
holds 'a root is made where an earlier one was interrupted' makes_after_an_interrupted_one

sleep 600 &
sleeper=$!
until [ "$(state 1)" = S ]; do :; done
holds 'a number alone' survives "$sleeper"
holds 'a process that began at another time' survives "$sleeper 1"
holds 'the process that was recorded' is_ended
exit $failed
