# SPDX-License-Identifier: MIT
"""A /dev/log of the test's own, for a daemon in the background."""

import subprocess

from . import check, net

# A /dev with nothing of the host's syslog in it. $1: scratch directory, $2: the log's socket.
_OWN_DEV = """
set -eu
mount --make-rprivate /
mkdir -p "$1"
mount --rbind /dev "$1"
mount -t tmpfs tmpfs /dev
for device in null urandom; do
    : >/dev/$device
    mount --bind "$1/$device" /dev/$device
done
ln -s "$2" /dev/log
shift 2
exec "$@"
"""


def in_own_dev(command, scratch, socket_path):
    """Runs command with socket_path as /dev/log, and waits for it: what it leaves in the background keeps that."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        raise check.Skip("this host allows no mount namespace")
    return subprocess.run(["unshare", "--mount", "sh", "-c", _OWN_DEV, "sh", scratch, socket_path, *command],
                          capture_output=True, text=True, timeout=net.PATIENCE, check=False)
