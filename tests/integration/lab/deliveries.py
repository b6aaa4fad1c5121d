# SPDX-License-Identifier: MIT
"""Random policies for mail that leaves, keys as Postfix asks them, and what the manual says the answers are: an
account of its own, to be compared with what the programs say. Knows nothing of how anybody is asked."""

import ipaddress
import re
import socket

ANSWER = "{level} protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1 servername={name}.host.example"
LABELS = ["a", "b", "mail", "x-1"]
TOPS = ["example", "com", "b\u00fccher.example"]
LITERALS = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]


class Connector:
    """patterns: a list; nothing: "deliver: none"."""

    def __init__(self, name, patterns, mode, level):
        self.name = name
        self.patterns = patterns
        self.mode = mode
        self.level = level

    def yaml(self):
        deliver = "none" if self.level is None else f"{{level: {self.level}, servername: {self.name}.host.example}}"
        patterns = ", ".join(f'"{pattern}"' for pattern in self.patterns)
        return f"  - {{name: {self.name}, mode: {self.mode}, recipients: [{patterns}], deliver: {deliver}}}\n"

    def answer(self):
        if self.level is None:
            return None
        return ANSWER.format(level=self.level, name=self.name) + " connection_reuse=no" * (self.level == "encrypt")


def _a_labels(name):
    """In lower case; of the domains here "ü" is all that is not ASCII."""
    return name.lower().replace("b\u00fccher", "xn--bcher-kva")


def _name(random):
    depth = random.choice([0, 0, 1, 1, 2, 3])
    return ".".join([random.choice(LABELS) for _ in range(depth)] + [random.choice(TOPS)])


def _literal(address):
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _addresses(address):
    """The ways in which a pattern or a next hop may have it, without a port."""
    found = [address, address.upper(), f"[{address}]", _literal(address), _literal(address).lower()]
    if ":" in address:
        return found + [f"IPv6:{address}", f"[{ipaddress.ip_address(address).exploded}]"]
    return found + [f"::ffff:{address}", f"[IPv6:::ffff:{address}]"]


def _numbers(address):
    """What a resolver takes for that IPv4 address as well, and Postfix delivers to."""
    octets = [int(octet) for octet in address.split(".")]
    return [f"0x{int(ipaddress.ip_address(address)):x}", f"[0{octets[0]:o}.{octets[1]}.0x{octets[2]:X}.{octets[3]}]",
            f"{address}."]


def _pattern(random):
    """The pattern, and what makes two of them the same."""
    kind = random.randrange(12)
    if kind == 0:
        return "*", "*"
    if kind <= 2:
        address = random.choice(LITERALS)
        return random.choice(_addresses(address)), address
    prefix, name = random.choice(["", "*.", "."]), _name(random)
    written = random.choice([name, name, name.upper(), f"{name}.", _a_labels(name)])
    return prefix + written, prefix + _a_labels(name)


class Policy:
    """Up to ten connectors, of which no two claim the same pattern in the same mode."""

    def __init__(self, random):
        taken = set()
        self.connectors = []
        for number in range(random.randrange(1, 11)):
            mode = "test" if random.random() < 0.2 else "enforce"
            patterns = []
            for _ in range(random.randrange(1, 5)):
                pattern, same = _pattern(random)
                if (mode, same) not in taken:
                    taken.add((mode, same))
                    patterns.append(pattern)
            level = None if random.random() < 0.2 else random.choice(["encrypt", "secure", "dane-only"])
            if patterns:
                self.connectors.append(Connector(f"c{number}", patterns, mode, level))

    def connectors_yaml(self):
        return "".join(connector.yaml() for connector in self.connectors)

    def yaml(self):
        return "connectors:\n" + self.connectors_yaml()

    def find(self, key):
        """The connector that speaks for a next hop, and whether it is for everybody; None where there is none."""
        host = _host(key)
        best, best_rank = None, None
        for connector in self.connectors:
            for pattern in connector.patterns if connector.mode == "enforce" else []:
                rank = _rank(_normal_pattern(pattern), host)
                if rank is not None and (best is None or rank > best_rank):
                    best, best_rank = connector, rank
        return best, best_rank is not None and best_rank[0] == 0

    def answer(self, key, table="tls_policy"):
        """What the table of that name has for a next hop; None: nothing."""
        if key.startswith("."):
            return None
        connector, for_everybody = self.find(key)
        if connector is None or table == ("partners" if for_everybody else "rest"):
            return None
        return connector.answer()


def _host(key):
    """The name in A-labels, or the literal, of a next hop."""
    bracketed = re.fullmatch(r"\[([^]]*)\](?::\w*)?", key)
    if bracketed is not None:
        return _normal(bracketed.group(1))
    return _normal(key if key.count(":") > 1 else key.partition(":")[0])


def _normal(host):
    """A name or an address, without brackets."""
    address = re.sub(r"^ipv6:", "", host, flags=re.IGNORECASE).removesuffix(".")
    if re.match(r"[0-9]", address) and ":" not in address:
        try:
            address = socket.inet_ntoa(socket.inet_aton(address))
        except OSError:
            pass
    try:
        found = ipaddress.ip_address(address)
        return _literal(str(getattr(found, "ipv4_mapped", None) or found)).lower()
    except ValueError:
        return _a_labels(host).removesuffix(".")


def _normal_pattern(pattern):
    if pattern == "*":
        return pattern
    prefix = re.match(r"(?:\*\.|\.)?", pattern).group()
    return prefix + _normal(pattern[len(prefix):].strip("[]"))


def _rank(pattern, host):
    """How specific a match is: a longer suffix is more, .x more than *.x, the name itself is the most."""
    if pattern == "*":
        return (0, 0, 0)
    if pattern == host:
        return (2, 0, 0)
    if pattern.startswith("*.") and (host == pattern[2:] or host.endswith(pattern[1:])):
        return (1, len(pattern) - 2, 0)
    if pattern.startswith(".") and host.endswith(pattern):
        return (1, len(pattern) - 1, 1)
    return None


def key(random):
    """One next hop, in one of the forms that Postfix has."""
    if random.random() < 0.25:
        address = random.choice([*LITERALS, "192.0.2.3"])
        found = random.choice(_addresses(address) + ([] if ":" in address else _numbers(address)))
        has_port = found.startswith("[") or ":" not in found
        return found + random.choice(["", "", ":25", ":smtp"] if has_port else [""])
    name = _name(random)
    name = random.choice([name, name, name, name.upper(), _a_labels(name)])
    return random.choice([name, name, name, name, f"{name}.", f"{name}:587", f"{name}.:25", f"[{name}]", f"[{name}]:25",
                          f"[{name}.]", f".{name}"])


def queries(next_hop):
    """What Postfix asks its tables, in turn, until one of them answers: for a plain name its parents too."""
    yield next_hop
    if re.search(r"[][:]|^\.|\.$", next_hop) or re.fullmatch(r"[0-9.]+", next_hop):
        return
    while "." in next_hop[1:]:
        next_hop = next_hop[next_hop.index(".", 1):]
        yield next_hop


def is_plain(next_hop):
    """Whether a table made of patterns has what it needs: a name, or an address as it is mostly written."""
    try:
        address = ipaddress.ip_address(re.sub(r"^\[(?:IPv6:)?|\]$", "", next_hop, flags=re.IGNORECASE))
        # From Python 3.13 on an IPv4-mapped address is mostly written as it is here; to the table it is one of IPv4.
        is_mapped = getattr(address, "ipv4_mapped", None) is not None
        return not is_mapped and next_hop.lower() in (str(address), f"[{address}]", _literal(str(address)).lower())
    except ValueError:
        return re.search(r"[][:]|\.$|^0x", next_hop) is None


def agree(policy, next_hop, found, warnings):
    """None when a table says what the policy does, or has told that it does not; otherwise what is wrong."""
    wanted = policy.answer(next_hop)
    if found == wanted:
        return None
    speaker, _ = policy.find(next_hop)
    told = speaker is not None and wanted is None and any(
        f'connector "{speaker.name}": a table cannot say "none"' in line for line in warnings)
    return None if told else f"{next_hop}: the table has {found!r}, the policy {wanted!r}"


def anyone(warnings):
    """The expression and the answer that are to stand in for "*"; None where the policy has no such line."""
    for line in warnings:
        match = re.search(r"regexp:\{\{/(.*)/ (\S.*)\}\} \(", line)
        if match is not None:
            return match.groups()
    return None
