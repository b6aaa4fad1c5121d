# SPDX-License-Identifier: MIT
"""forcedtls doctor finds nothing where nothing is wrong: configurations as they are found in life, and unusual ones;
and what it makes of a value is what postconf -x makes of it."""

import grp
import json
import os
import pwd
import shutil
import subprocess

from lab import check, daemon, doctored, net, shapes
from test_doctor import _HEAD, _POLICY, _STRONG, _doctored, _ids, _policy, _settings

_TRUSTS_LOOPBACK = _HEAD.replace("[192.0.2.254/32]", "[127.0.0.0/8, \"::1\"]")


def _fill(site, made, text):
    directory = site.socket_path.parent
    return text.format(milter=f"unix:{directory}/milter.sock", check=f"check_policy_service unix:{directory}/policy_service.sock",
                       map=f"socketmap:unix:{directory}/tls_policy.sock", port=made.port)


def _append(made, services):
    with (made.etc / "master.cf").open("a", encoding="utf-8") as file:
        file.write(services)


def _expect(made, policy, what, notes=(), **options):
    status, findings = made.examine(policy, **options)
    bad = [(found["id"], found["text"]) for found in findings if found["severity"] != "note"]
    check.equal((status, bad), (0, []), what)
    if notes is not None:
        check.equal([found["id"] for found in findings], list(notes), f"{what}: notes")


def test_shapes(site):
    with _doctored(site) as made:
        policy = _policy(site, _STRONG)
        check.true(len(shapes.SHAPES) >= 20, f"{len(shapes.SHAPES)} shapes")
        for name, (settings, services) in shapes.SHAPES.items():
            made.reset()
            made.postconf("-e", *(f"{key} = {_fill(site, made, value)}" for key, value in settings.items()), "biff = no")
            _append(made, _fill(site, made, services))
            _expect(made, policy, name, notes=None)
            done = subprocess.run(["postfix", "-c", made.etc, "check"], capture_output=True, check=False,
                                  env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            check.equal(done.returncode, 0, f"{name}: postfix check")


def test_chroot(site):
    """Sockets below the queue directory, as the manual has it for Debian."""
    with _doctored(site) as made:
        directory = made.directory / "spool" / "forcedtls"
        directory.mkdir()
        shutil.chown(directory, pwd.getpwnam(daemon.USER).pw_uid, grp.getgrnam("postfix").gr_gid)
        directory.chmod(0o2750)
        settings = f"  tls_policy: unix:{directory}/tls_policy.sock\n  policy_service: unix:{directory}/policy_service.sock\n"
        site.start_daemon(_POLICY, settings, _HEAD, socket=f"unix:{directory}/milter.sock")
        policy = site.write_policy(_POLICY, settings, _HEAD, name="chroot", socket=f"unix:{directory}/milter.sock")
        made.postconf("-F", f"{made.port}/inet/chroot=y", "smtp/unix/chroot=y", "relay/unix/chroot=y")
        made.postconf("-e", "smtpd_milters = unix:forcedtls/milter.sock",
                      "smtp_tls_policy_maps = socketmap:unix:forcedtls/tls_policy.sock:tls_policy",
                      "smtpd_recipient_restrictions = check_policy_service unix:forcedtls/policy_service.sock, permit_mynetworks")
        _expect(made, policy, "chroot")
        made.postconf("-F", f"{made.port}/inet/chroot=n", "smtp/unix/chroot=n")
        _expect(made, policy, "the same sockets without chroot")
        directory.chmod(0o700)
        _, findings = made.examine(policy)
        check.equal({found for found in _ids(findings)}, {("postfix-milter-unreachable", "error"),
                                                          ("postfix-policy-service-unreachable", "error"),
                                                          ("postfix-tls-policy-unreachable", "error")},
                    "a directory that shuts Postfix out")
        made.mend(findings)
        _expect(made, policy, "its directory is open again")


def test_policy_service_alone(site):
    with _doctored(site) as made:
        made.postconf("-e", "smtpd_milters =", f"smtpd_recipient_restrictions = {_fill(site, made, '{check}')}, permit_mynetworks")
        _expect(made, _policy(site), "the policy service alone")
        made.postconf("-e", f"smtpd_recipient_restrictions = permit_mynetworks, {_fill(site, made, '{check}')}")
        _expect(made, _policy(site, head=_TRUSTS_LOOPBACK), "whom mynetworks lets by nobody judges anyway")
        made.postconf("-e", "smtpd_recipient_restrictions = reject_unauth_destination",
                      f"smtpd_sender_restrictions = {_fill(site, made, '{check}')}")
        _expect(made, _policy(site), "a list that waits for the recipient")
        made.postconf("-e", "smtpd_restriction_classes = forced, deep", f"forced = {_fill(site, made, '{check}')}", "deep = forced",
                      "smtpd_sender_restrictions =", "smtpd_recipient_restrictions = deep, permit_mynetworks, reject_unauth_destination")
        _expect(made, _policy(site), "a class that asks")


def test_logins(site):
    """Each connector has an exception for them."""
    policy = '  - {name: users, senders: [users.example], except: [{authenticated: true}], require: tls}\n'
    with _doctored(site) as made:
        made.postconf("-e", "smtpd_milters =", "smtpd_sasl_auth_enable = yes", "smtpd_recipient_restrictions = "
                      f"permit_sasl_authenticated, {_fill(site, made, '{check}')}, permit_mynetworks")
        _, findings = made.examine(site.write_policy(policy, _settings(site), _HEAD.replace("192.0.2.254/32", "0.0.0.0/32"), name="logins"))
        # The sentinel of this lab has none.
        check.equal([(found["id"], [connector["name"] for connector in found["connectors"]]) for found in findings],
                    [("postfix-policy-service-order", ["sentinel"])], "logins")


def test_inet(site):
    port = net.free_ports(1)[0]
    with _doctored(site) as made:
        site.start_daemon(_POLICY, _settings(site), _HEAD, socket=f"inet:{port}@127.0.0.1")
        policy = site.write_policy(_POLICY, _settings(site), _HEAD, name="inet", socket=f"inet:{port}@127.0.0.1")
        for written in (f"inet:127.0.0.1:{port}", f"inet:localhost:{port}"):
            made.postconf("-e", f"smtpd_milters = {written}")
            _expect(made, policy, written)
        made.postconf("-F", f"{made.port}/inet/chroot=y")
        _, findings = made.examine(policy)  # there is no file of hosts in that chroot
        check.equal(_ids(findings), [("postfix-milter-unreachable", "error")], "localhost in a chroot")
        made.mend(findings)
        _expect(made, policy, "an address in a chroot")


def test_instances(site):
    """Those that postmulti(1) knows: each by itself, and one that is switched off not at all."""
    with _doctored(site) as made:
        other, off = (doctored.Doctored(made.directory / name, site.lab.pki, site.lab.tool_program, made.socket)
                      for name in ("other", "off"))
        made.postconf("-e", f"multi_instance_directories = {other.etc} {off.etc}", "multi_instance_enable = yes")
        other.postconf("-e", "multi_instance_name = postfix-other", "multi_instance_enable = yes", "smtpd_tls_ask_ccert = no")
        off.postconf("-e", "multi_instance_name = postfix-off", "multi_instance_enable = no", "smtpd_milters =")
        done = subprocess.run([site.lab.tool_program, "doctor", "-c", _policy(site), "--json"], capture_output=True, text=True,
                              check=False, env={"MAIL_CONFIG": str(made.etc), "PATH": os.environ["PATH"]})
        answer = json.loads(done.stdout)
        check.equal([mta["config"] for mta in answer["mtas"]], [str(made.etc), str(other.etc)], "instances")
        check.equal([(found["id"], found["where"]) for found in answer["findings"]],
                    [("postfix-ask-ccert", f"{other.etc}/main.cf")], "findings")
        made.mend(answer["findings"])
        _expect(other, _policy(site), "the other instance")


def test_no_root(site):
    """Nobody can try the sockets then: a note, and all else is looked at."""
    with _doctored(site) as made:
        os.chmod(made.directory.parent, 0o755)
        policy = _policy(site)
        tool = shutil.copy(site.lab.tool_program, made.directory / "forcedtls")
        done = subprocess.run(["setpriv", "--reuid=nobody", "--clear-groups", tool, "doctor", "-c", policy, "--json",
                               "--postfix-config", made.etc], capture_output=True, text=True, check=False)
        findings = json.loads(done.stdout)["findings"]
        check.equal((done.returncode, {found["severity"] for found in findings}), (0, {"note"}), f"findings {findings}")


def test_exit_statuses(site):
    with _doctored(site) as made:
        def status(*arguments, **environment):
            return subprocess.run([site.lab.tool_program, "doctor", *arguments], capture_output=True, check=False,
                                  env={"PATH": os.environ["PATH"], **environment}).returncode
        policy = _policy(site)
        check.equal(status("-c", policy, "--postfix-config", made.etc), 0, "nothing")
        check.equal(status("-c", policy, "--bad"), 64, "usage")
        check.equal(status("-c", policy, "more"), 64, "usage")
        check.equal(status("-c", policy, "--postfix-config", made.directory / "none"), 69, "no MTA there")
        check.equal(status("-c", made.directory / "none", "--postfix-config", made.etc), 78, "no policy")


def test_expansion(site):
    """Each parameter of a Postfix comes to what postconf -x says."""
    program = site.lab.tool_program.with_name("expand-settings")
    if not program.exists():
        raise check.Skip(f"no {program}")
    with _doctored(site) as made:
        made.postconf("-e", "a = 1", "b = $a ${a} $(a) ${a?yes} ${a:no} ${none?yes} ${none:no} ${a?{x}:{y}} ${none?{x}:{$a}}",
                      "c = ${{$a} == {1} ? {same} : {other}} ${{$compatibility_level} <level {3.6} ? {old} : {new}}",
                      "d = ${a ? {x} : {y}} ${{10} > {9} ? {n} : {t}}${{b} >= {a9} ? {$b}} x$a.y", "smtpd_banner = $a$b$c$d")
        postconf = ["postconf", "-c", made.etc]
        plain, expanded = (subprocess.run([*postconf, *more], capture_output=True, text=True, check=True).stdout
                           for more in ((), ("-x",)))
        ours = subprocess.run([program], input=plain, capture_output=True, text=True, check=True).stdout
        for mine, theirs in zip(ours.splitlines(), expanded.splitlines(), strict=True):
            # The rest is filled in by message, and config_directory where Postfix is told of it.
            if "$" not in theirs and not theirs.startswith(("process_id", "config_directory")):
                # postconf(1) folds the blanks between what is empty.
                check.equal(mine.split(), theirs.split(), "a parameter")
