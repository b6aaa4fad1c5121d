# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # srcdir, builddir and bench are those of who reads this file
# Starts filters, and ends them with whoever reads this file: their files are NAME.socket, NAME.pid, NAME.options and
# NAME.log in $directory.
pids=

cleanup()
{
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	rm -rf "$directory"
}

directory=$(mktemp -d "${TMPDIR:-/tmp}/forcedtls-bench-XXXXXX")
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
chmod 0755 "$directory"
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	chown nobody "$directory"
fi

make -s -C "$builddir" forcedtlsd bench-programs >/dev/null

# policy NAME DOMAINS
policy()
{
	cat <<-END
	daemon:
	  user: $user
	  control: unix:$directory/$1.control
	  socket_mode: "0666"
	trusted_networks: [192.0.2.255]
	connectors:
	  - name: postfix
	    senders: [postfix.example]
	    require: none
	  - name: many
	    require: {min_version: TLSv1.2, forward_secrecy: true, min_cipher_bits: 128}
	    senders:
	END
	awk -v n="$2" 'BEGIN { for (i = 0; i < n; i++) print "      - d" i ".example" }'
}

# start NAME SOCKET COMMAND...: the program has to listen there
start()
{
	name=$1
	printf '%s\n' "$2" >"$directory/$name.socket"
	shift 2
	"$@" 2>"$directory/$name.log" &
	pids="$pids $!"
	printf '%s\n' $! >"$directory/$name.pid"
	tries=0
	until "$bench/milter_load" -o "$(cat "$directory/$name.socket")" >"$directory/$name.options" 2>/dev/null; do
		tries=$((tries + 1))
		if [ $tries -gt 300 ] || ! kill -0 $! 2>/dev/null; then
			cat "$directory/$name.log" >&2
			exit 1
		fi
		sleep 0.1
	done
}

# end_all: what was started
end_all()
{
	for pid in $pids; do
		kill -TERM "$pid"
	done
	for pid in $pids; do
		wait "$pid" || :
	done
	pids=
}

# start_filter NAME DOMAINS SOCKET
start_filter()
{
	policy "$1" "$2" >"$directory/$1.yaml"
	start "$1" "$3" "$builddir/forcedtlsd" -f -c "$directory/$1.yaml" -p "$3"
}
