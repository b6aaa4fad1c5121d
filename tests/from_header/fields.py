# SPDX-License-Identifier: MIT
"""From: fields for the differential test, the same ones for the same seed.

Three kinds: what a grammar of all that RFC 5322 ever allowed gives (comments, quoting, routes, groups, folding,
encoded words), with a domain torn apart by what may stand within it; such fields with some bytes changed; and parts
strung together without any grammar. A message has one field, and sometimes two or three."""
import random
import re

DOMAINS = ["contoso.com", "mail.contoso.com", "evil.example", "x.example", "xn--mnchen-3ya.example", "m\xc3\xbcnchen.example",
           "[192.0.2.1]", "CONTOSO.com.", "a.b"]
LOCALS = ["ceo", "a.b", "x", '"ceo"', '"a b"', '"a@contoso.com"', "=?utf-8?q?ceo?=", "contoso.com!ceo", "v%contoso.com"]
PHRASES = ["Big Boss", "Boss", '"Boss, B."', '"ceo@contoso.com"', '"a\\"b"', "ceo@contoso.com", "=?utf-8?q?B=C3=B6ss?=",
           "=?utf-8?q?ceo=40contoso=2Ecom?=", "=?utf-8?b?Y2VvQGNvbnRvc28uY29t?=", "Dr. B.", "", '"', "\\", "[x]", "\xe9", "Us:",
           "\xef\xbc\xa0"]
INSIDE = ["x", "", " ", "\\(", "\\)", "\\\\", "\\", "(", ")", '"', "a@b", "=?utf-8?q?=28?=", ",", "<", ">", "\r\n ", ";", ":", "[", "]",
          "@evil.example", "contoso.com"]
NOISE = ["(", ")", "(x)", "((x)y)", "\\", "\\(", "\\)", '"', '""', " ", "\t", "\r\n ", "\\\r\n ", ".", "..", "@", "<", ">", "<>", "[", "]",
         ",", ";", ":", "\x01", "\x7f", "\x80", "\xc2\xa0", "\xe2\x80\x8b", "\xe3\x80\x82", "=2E", "=?utf-8?q?=2E?=", "=?utf-8?q??=", "_",
         "?=", "=?", "%", "!", "\xad"]
PARTS = (["ceo@contoso.com", "contoso.com", "ceo", "x@evil.example", "evil.example", "contoso", "com", "Big Boss", "a.b", "\xe9",
          "\xff", "[192.0.2.1]", "=?utf-8?q?ceo=40contoso.com?=", "=?utf-8?b?Y2VvQGNvbnRvc28uY29t?=", "=?a?b?", "=?utf-7?q?+AEA-?=",
          "\r\n ", "\\", '\\"', "\\(", "@x:", "Us:", "\xef\xbc\xa0", "\xe3\x80\x82", "xn--mnchen-3ya.example", "m\xc3\xbcnchen.example"]
         + list('@@@@..,,;:<<>>()()""[]  \t!%') + ["\x01"])


class Fields:
    def __init__(self, seed):
        self.chance = random.Random(seed)

    def some(self, choices):
        return self.chance.choice(choices)

    def often(self, share):
        return self.chance.random() < share

    def comment(self):
        return "(" + "".join(self.some(INSIDE) for _ in range(self.chance.randint(0, 4))) + ")"

    def blank(self, share=0.15):
        if not self.often(share):
            return ""
        return "".join(self.some([" ", "\t", "\r\n ", self.comment(), self.comment()]) for _ in range(self.chance.randint(1, 3)))

    def torn(self, text):
        """With noise somewhere in it, mostly once."""
        if not self.often(0.4):
            return text
        for _ in range(1 if self.often(0.7) else self.chance.randint(2, 3)):
            at = self.chance.randint(0, len(text))
            noise = self.some([self.comment(), self.some(NOISE), self.some(NOISE) + self.some(NOISE), self.blank(1)])
            text = text[:at] + noise + text[at:]
        return text

    def address(self):
        text = self.torn(self.some(LOCALS)) + self.blank(0.05) + "@" + self.blank(0.05) + self.torn(self.some(DOMAINS))
        if self.often(0.04):
            text += self.blank(0.3) + "@" + self.torn(self.some(DOMAINS))
        return text

    def mailbox(self):
        if self.often(0.4):
            return self.blank() + self.address() + self.blank()
        route = "@" + self.torn(self.some(DOMAINS)) + self.some([":", ",@x.example:", ""]) if self.often(0.1) else ""
        name = self.torn(" ".join(self.some(PHRASES) for _ in range(self.chance.randint(0, 2))))
        return name + self.some([" ", "", self.blank(1)]) + "<" + self.blank() + route + self.address() + self.blank() + ">" + self.blank()

    def grammatical(self):
        text = ",".join(self.mailbox() for _ in range(self.some([1, 1, 1, 2, 3])))
        if self.often(0.1):
            text = self.torn(self.some(PHRASES)) + ":" + text + self.some([";", ""])
        return text

    def changed(self):
        text = list(self.grammatical())
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(text))
            what = self.chance.randint(0, 3)
            if what == 0:
                text[at:at] = self.some(NOISE + INSIDE)
            elif what == 1:
                del text[at:at + self.chance.randint(1, 3)]
            elif what == 2:
                text[at:at] = text[at:at + self.chance.randint(1, 12)]
            else:
                text[at:at + 1] = self.some(NOISE)
        return "".join(text)

    def strung(self):
        return "".join(self.some(PARTS) for _ in range(self.chance.randint(1, 12)))

    def field(self):
        text = self.some([self.grammatical, self.grammatical, self.changed, self.changed, self.strung])()
        # A line end without white space behind it would end the field.
        return re.sub(r"\r\n(?![ \t]+[^ \t\r])", "", text).encode("latin-1")

    def message(self):
        """The fields of one message."""
        return [self.field() for _ in range(self.some([2, 2, 3]) if self.often(0.03) else 1)]

    # What people and programs really write.
    NAMES = ["Anna Schmidt", "Klinikum Musterstadt, Abt. 3", "M\u00fcller, Dr. J.", "O'Neil & Sons (Sales)", "noreply", "\u674e\u96f7", "",
             "[List] News", "C:\\temp", 'Bob "The Builder"', "a@b.example via List", "Fran\u00e7oise d'Arc", "Team | Support #1", "J. R. R."]
    PLAIN = ["contoso.com", "mail.klinikum.example", "xn--mnchen-3ya.example", "sub.a-b.example.org", "x.co"]
    USERS = ["anna.schmidt", "info", "no-reply+bounce=x", "o'neil", "x_y", "1234567", "{guid}", "a/b", "first.m.last"]

    def plain(self):
        """One address or several, as mail programs write them: the field, and the addresses in it."""
        import email.utils
        pairs = [(self.some(self.NAMES), self.some(self.USERS) + "@" + self.some(self.PLAIN))
                 for _ in range(self.some([1, 1, 1, 1, 2, 3]))]
        written = []
        for name, address in pairs:
            how = self.chance.randint(0, 4)
            if how == 0 or not name:
                written.append(self.some([address, "<" + address + ">"]))
            elif how == 1 and name.isascii():
                written.append('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" <' + address + ">")
            elif how == 2 and all(byte.isalnum() or byte in " '-&" for byte in name) and name.isascii():
                written.append(address + " (" + name + ")")
            elif how == 3 and not name.isascii():
                written.append('"' + name + '" <' + address + ">")
            else:
                written.append(email.utils.formataddr((name, address)))
        text = self.some([", ", ",\r\n ", ",\r\n\t"]).join(written)
        if self.often(0.05):
            text = self.some(["Friends", '"Our team"', "Undisclosed recipients"]) + ": " + text + ";"
        return text.encode(), [address for _, address in pairs]
