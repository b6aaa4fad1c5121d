# SPDX-License-Identifier: MIT
"""A throw-away PKI, made with the openssl command: one root, one intermediate, a stranger's root, and the
certificates of a mail server and of every kind of client that a policy tells apart."""

import dataclasses
import hashlib
import pathlib
import shlex
import subprocess

ROOT_CN = "Lab Root CA"
INTERMEDIATE_CN = "Lab Intermediate CA"
STRANGER_CN = "Stranger Root CA"

# What a client could put into its common name to forge a log line.
ODD_CN = 'x> reason=- to=<forged@x.example>; "q" \\ $(id) %n'
UTF8_CN = "müller.contoso.example"
XTEXT_CN = "mail+2Econtoso.example"  # undoing Sendmail's escapes once too often makes it mail.contoso.example
SENTINEL_CN = "BadCertificateUnknown"  # what Sendmail says where there is no name
NAMELESS_O = "Lab Nameless CA"
FORGED_O = "Contoso, Inc./CN=mail.contoso.example"

CA_EXTENSIONS = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
LEAF_EXTENSIONS = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n"


class PkiError(Exception):
    """The openssl command failed."""


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Paths of a certificate (with the intermediates that it needs behind it) and of its key."""

    chain: pathlib.Path
    key: pathlib.Path


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PkiError(f"openssl {arguments[0]}: {done.stderr.strip()}")


# For openssl ca, which alone takes both days as they are, whatever its version: from 3.4 on x509 has options for them,
# and from 3.5 on no certificate ends before it begins, which "-days -1" asks for.
_CA_CONFIG = """\
[ca]
default_ca = it
[it]
database = {database}
rand_serial = yes
default_md = sha256
policy = policy
[policy]
O = optional
CN = optional
"""


def _subject(*attributes):
    """The -subj argument for pairs of attribute and value; "/", "+", "=" and "\\" in a value are escaped."""
    text = ""
    for name, value in attributes:
        for byte in "\\/+=":
            value = value.replace(byte, "\\" + byte)
        text += f"/{name}={value}"
    return text or "/"


class Pki:
    """Makes everything in its constructor. server is the mail server's, clients has the clients' by name."""

    def __init__(self, directory):
        self._directory = pathlib.Path(directory)
        self._directory.mkdir()
        self._serial = 0
        # Keys cost time and tell nothing here: all clients share one.
        self._client_key = self._new_key("client")
        root = self._root("root", ROOT_CN)
        stranger = self._root("stranger", STRANGER_CN)
        self._roots = {"root": root, "stranger": stranger}
        intermediate_key = self._new_key("intermediate")
        intermediate = (self._issue("intermediate", intermediate_key, [("CN", INTERMEDIATE_CN)], root,
                                    CA_EXTENSIONS), intermediate_key)
        self.ca_file = root[0]
        self.stranger_ca_file = stranger[0]
        self.server = self._server(root)
        nameless_key = self._new_key("nameless")
        nameless = (self._issue("nameless", nameless_key, [("O", NAMELESS_O)], root, CA_EXTENSIONS), nameless_key)
        self.clients = self._clients(root, intermediate, stranger)
        self.clients |= self._odd_clients(root, nameless)

    def _new_key(self, name):
        path = self._directory / f"{name}.key"
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path)
        path.chmod(0o600)
        return path

    def _self_signed(self, name, key, common_name, extensions):
        path = self._directory / f"{name}.pem"
        command = ["req", "-x509", "-new", "-key", key, "-out", path, "-days", "3650", "-utf8",
                   "-subj", _subject(("O", "Lab"), ("CN", common_name))]
        for line in extensions.splitlines():
            command += ["-addext", line]
        _openssl(*command)
        return path

    def _root(self, name, common_name):
        key = self._new_key(name)
        return self._self_signed(name, key, common_name, CA_EXTENSIONS), key

    def _issue(self, name, key, subject, issuer, extensions=LEAF_EXTENSIONS, expired=False):
        """A certificate for subject by issuer, which is a pair of certificate and key."""
        request = self._directory / f"{name}.csr"
        extension_file = self._directory / f"{name}.ext"
        path = self._directory / f"{name}.pem"
        _openssl("req", "-new", "-key", key, "-out", request, "-utf8", "-subj", _subject(*subject))
        extension_file.write_text(extensions, encoding="utf-8")
        if expired:
            self._sign_expired(request, issuer, extension_file, path)
            return path
        self._serial += 1
        _openssl("x509", "-req", "-in", request, "-CA", issuer[0], "-CAkey", issuer[1], "-set_serial",
                 self._serial, "-extfile", extension_file, "-days", 365, "-out", path)
        return path

    def _sign_expired(self, request, issuer, extension_file, path):
        database = path.with_suffix(".database")
        config = path.with_suffix(".cnf")
        database.write_text("", encoding="ascii")  # of an earlier one by that name nothing counts
        config.write_text(_CA_CONFIG.format(database=database), encoding="utf-8")
        _openssl("ca", "-batch", "-notext", "-config", config, "-in", request, "-cert", issuer[0], "-keyfile", issuer[1],
                 "-extfile", extension_file, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                 "-outdir", self._directory, "-preserveDN", "-utf8", "-out", path)

    def _server(self, root):
        key = self._new_key("server")
        extensions = LEAF_EXTENSIONS + "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:mx.lab.example\n"
        return Certificate(self._issue("server", key, [("CN", "mx.lab.example")], root, extensions), key)

    def new_server(self, name, names, issuer="root", expired=False):
        """A mail server's certificate for these names, with a key of its own. issuer: root, stranger or itself."""
        key = self._new_key(f"server-{name}")
        extensions = (LEAF_EXTENSIONS + "extendedKeyUsage=serverAuth\nsubjectAltName="
                      + ",".join(f"DNS:{dns}" for dns in names) + "\n")
        if issuer == "itself":
            return Certificate(self._self_signed(f"server-{name}", key, names[0], extensions), key)
        by = self._roots[issuer]
        return Certificate(self._issue(f"server-{name}", key, [("CN", names[0])], by, extensions, expired), key)

    def _client(self, name, subject, issuer, dns=None, purpose="clientAuth", expired=False):
        extensions = LEAF_EXTENSIONS + (f"extendedKeyUsage={purpose}\n" if purpose else "")
        if dns is not None:
            extensions += f"subjectAltName=DNS:{dns}\n"
        path = self._issue(f"client-{name}", self._client_key, subject, issuer, extensions, expired)
        return Certificate(path, self._client_key)

    def new_client(self, name, common_name, issuer="root"):
        """A client's certificate. issuer: root or stranger."""
        return self._client(name, [("CN", common_name)], self._roots[issuer])

    def new_client_for(self, name, common_name, alternative_names, issuer="root"):
        """The same with alternative names, as x509v3_config(5) writes the extension."""
        extensions = LEAF_EXTENSIONS + f"extendedKeyUsage=clientAuth\n{alternative_names}\n"
        path = self._issue(f"client-{name}", self._client_key, [("CN", common_name)], self._roots[issuer], extensions)
        return Certificate(path, self._client_key)

    def _clients(self, root, intermediate, stranger):
        name = "mail.contoso.example"
        organisation = ("O", "Contoso, Inc.")
        common_names = {
            "right": name,
            "wrong": "mail.fabrikam.example",
            "wildcard": "*.contoso.example",
            "wide": "*.example",
            "deep": "a.b.contoso.example",
            "upper": "MAIL.Contoso.Example",
            "utf8": UTF8_CN,
            "odd": ODD_CN,
            "newline": "mail.contoso.example\nreason=-",
            "dash": "-",
        }
        clients = {kind: self._client(kind, [organisation, ("CN", cn)], root) for kind, cn in common_names.items()}
        clients["unverified"] = self._client("unverified", [organisation, ("CN", name)], stranger, dns=name)
        clients["expired"] = self._client("expired", [organisation, ("CN", name)], root, dns=name, expired=True)
        clients["san-only"] = self._client("san-only", [organisation], root, dns=name)
        clients["self-signed"] = Certificate(
            self._self_signed("client-self-signed", self._client_key, name, LEAF_EXTENSIONS), self._client_key)
        via = self._client("via-intermediate", [organisation, ("CN", name)], intermediate)
        via.chain.write_bytes(via.chain.read_bytes() + intermediate[0].read_bytes())
        clients["via-intermediate"] = via
        return clients

    def _odd_clients(self, root, nameless):
        """What MTAs could get wrong, or see in different ways."""
        name = ("CN", "mail.contoso.example")
        clients = {
            "server-only": self._client("server-only", [name], root, purpose="serverAuth"),
            "no-purpose": self._client("no-purpose", [name], root, purpose=None),
            "two-names": self._client("two-names", [("CN", "first.contoso.example"), name], root),
            "empty-subject": self._client("empty-subject", [], root, dns=name[1]),
            "xtext": self._client("xtext", [("CN", XTEXT_CN)], root),
            "sentinel": self._client("sentinel", [("CN", SENTINEL_CN)], root),
            "forged-o": self._client("forged-o", [("O", FORGED_O)], root),
        }
        via = self._client("via-nameless", [name], nameless)
        via.chain.write_bytes(via.chain.read_bytes() + nameless[0].read_bytes())
        return clients | {"via-nameless": via}


def fingerprints(certificate):
    """The SHA-256 digests of a certificate and of its public key, as forcedtls and Postfix write them."""
    def digest(command):
        done = subprocess.run(command, shell=True, capture_output=True, check=True)
        text = hashlib.sha256(done.stdout).hexdigest().upper()
        return ":".join(text[at:at + 2] for at in range(0, len(text), 2))
    path = shlex.quote(str(certificate.chain))
    return (digest(f"openssl x509 -in {path} -outform DER"),
            digest(f"openssl x509 -in {path} -noout -pubkey | openssl pkey -pubin -outform DER"))
