# SPDX-License-Identifier: MIT
"""The lab: a throw-away PKI, a private Postfix, forcedtlsd and a scripted SMTP client, all on loopback."""
