# SPDX-License-Identifier: MIT
"""The page of forcedtls report in a browser: Chromium draws it, light and dark, and runs nothing that a log has.

Skipped where there is no Chromium. With a folder as argument the pictures are left there, to be looked at.
"""

import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

SRC = pathlib.Path(os.environ.get("srcdir", ".")).resolve()
TOOL = pathlib.Path(os.environ.get("builddir", ".")).resolve() / "forcedtls"
LOGS = SRC / "tests" / "cli" / "report"
SKIP = 77
WIDTH, HEIGHT = 1200, 2000
MARK = "forcedtls-ran-this"
HOSTILE = f"""<img src=x onerror="document.title='{MARK}'"><script>document.title='{MARK}'</script>"""


def browse(browser, home, page, *arguments):
    return subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home}",
                           "--disable-background-networking", f"--window-size={WIDTH},{HEIGHT}", *arguments, page.as_uri()],
                          capture_output=True, env={**os.environ, "HOME": str(home)}, timeout=120, check=False)


def picture(path):
    """Width and height of a PNG, and its bytes."""
    data = path.read_bytes()
    return struct.unpack(">II", data[16:24]), data


def hostile_log():
    escaped = "".join(f"\\x{byte:02X}" for byte in HOSTILE.encode())
    return (f"2026-11-20T10:00:00Z mx forcedtlsd[1]: NOQUEUE: reject: RCPT from {escaped}[192.0.2.1]: 550 5.7.10 no; connector=c reason=plaintext "
            f"helo=<m> from=<a@{escaped}> to=<b@example.org> tls=TLSv1.3 subject={escaped} mode=enforce door=milter\n")


def main():
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        print("SKIP: there is no Chromium")
        return SKIP
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        page, log = home / "report.html", home / "hostile.log"
        log.write_text(hostile_log(), encoding="utf-8")
        subprocess.run([TOOL, "report", "--policy", LOGS / "policy.yaml", "--html", page, log, LOGS / "incoming.log", LOGS / "outgoing.log"],
                       check=True)
        dom = browse(browser, home / "dom", page, "--dump-dom").stdout.decode("utf-8", "replace")
        if "<title>forcedtls report</title>" not in dom or MARK not in dom:
            failures.append("the page is not there, or something in it ran")
        pictures = {}
        for name, scheme in (("light", []), ("dark", ["--blink-settings=preferredColorScheme=0"])):
            target = home / f"{name}.png"
            browse(browser, home / name, page, f"--screenshot={target}", *scheme)
            if not target.exists():
                failures.append(f"no picture, {name}")
                continue
            size, pictures[name] = picture(target)
            if size != (WIDTH, HEIGHT) or len(pictures[name]) < 20000:
                failures.append(f"{name}: {size}, {len(pictures[name])} bytes: an empty page?")
            for kept in sys.argv[1:2]:
                shutil.copy(target, kept)
        if len(pictures) == 2 and pictures["light"] == pictures["dark"]:
            failures.append("light and dark are the same")
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
