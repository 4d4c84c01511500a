"""E-mail addresses and credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisories.linting.folding import Folded

Place = tuple[int, int, str]

_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{2,252}")
# Boxes of a function: no personal data.
_FUNCTION = re.compile(
    r"abuse|admin|advisor(?:y|ies)|alerts?|certs?|ciso|contact|cve|csirt|cybersecurity|disclosure|"
    r"feedback|helpdesk|hostmaster|info|mail|meldingen|meldpunt|ncc|noc|noreply|office|postmaster|"
    r"press|privacy|product|productcert|psirt|report|reply|sales|secalert|secure|servicedesk|soc|"
    r"team|vuln|vulnerabilit(?:y|ies)|webmaster|\w*(?:cert|csirt|psirt|security|support|desk|care|service|orders)"
)
_DIVIDED = re.compile(r"[.+_%'-]+")


def emails(text: Folded) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, address, whether the box is of a function)."""
    at = text.low.find("@")
    while at != -1:
        host = _HOST.match(text.low, at + 1)
        name = host.group().rstrip(".-") if host else ""
        if "." in name and name.rpartition(".")[2].isalpha():
            box = _box(text.low[max(0, at - 64) : at])
            if box:
                start, end = at - len(box), at + 1 + len(name)
                yield start, end, text.low[start:end], _of_a_function(box)
        at = text.low.find("@", at + 1)


def _box(before: str) -> str:
    """What stands directly before the at sign."""
    start = len(before)
    while start and (before[start - 1].isalnum() or before[start - 1] in ".+_%'-"):
        start -= 1
    return before[start:].lstrip(".'-_%+")


def _of_a_function(box: str) -> bool:
    parts = [part for part in _DIVIDED.split(box) if part]
    return any(_FUNCTION.fullmatch(part) for part in parts)


_TOLD = re.compile(
    r"[pwsat](?<![a-z].)(?:ass ?words?|achtwoord(?:en)?|asswd|assphrase|wd|ass|w|ecret|"
    r"pi[_ -]?key|oken)[\"'*`]{0,3}[ \t]{0,3}[:=][ \t]{0,3}[\"'*`]{0,3}([^\s\"'*`,;<>|]{4,128})"
)
# Each behind something to look for first: most texts have none of these.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("-----BEGIN", re.compile(r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----")),
    ("PuTTY", re.compile(r"PuTTY-User-Key-File-\d")),
    # JWT, RFC 7519
    ("eyJ", re.compile(r"(?<![\w.-])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\.[\w-]{0,1000}")),
    # RFC 6750
    ("earer", re.compile(r"\b[Bb]earer[ \t]{1,3}(?=[\w~+/.-]{0,200}\d)[\w~+/.-]{16,2000}={0,2}")),
    ("asic", re.compile(r"\b[Aa]uthorization:[ \t]{0,3}[Bb]asic[ \t]{1,3}[\w+/]{8,2000}={0,2}")),
    # user and password in an address
    ("://", re.compile(r"://[^\s/@:]{1,64}:[^\s/@]{1,64}@")),
    ("AKIA", re.compile(r"\bAKIA[0-9A-Z]{16}\b")),
    ("ASIA", re.compile(r"\bASIA[0-9A-Z]{16}\b")),
    ("gh", re.compile(r"\bgh[pousr]_\w{36,255}\b")),
    ("glpat-", re.compile(r"\bglpat-[\w-]{20,64}\b")),
    ("xox", re.compile(r"\bxox[abprs]-[\w-]{10,200}")),
    # hash dumps: crypt(3), Kerberos; pwdump; NetNTLM
    (
        "$",
        re.compile(
            r"\$(?:1|5|6|y|2[abxy]|argon2(?:id|i|d)|krb5tgs|krb5asrep|pbkdf2-sha256)"
            r"\$[\w./$,=+*@-]{20,300}"
        ),
    ),
    (":::", re.compile(r":[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:::")),
    ("::", re.compile(r"::[^\s:]{0,64}:[0-9a-fA-F]{16}:[0-9a-fA-F]{32}:[0-9a-fA-F]{32,2000}")),
)
_BESIDE = re.compile(r"[:;|]([^\s/:;|@][^\s:;|@]{3,63})(?=[\s,.;]|$)")  # of a combination list


def credentials(text: Folded) -> Iterator[Place]:
    """(start, end, what it is): what opens a door, as far as it has a known form."""
    for found in _TOLD.finditer(text.low):
        if _is_secret(text.plain[found.start(1) : found.end(1)]):
            yield found.start(), found.end(), text.low[found.start() : found.end()]
    for hint, pattern in _PATTERNS:
        for found in pattern.finditer(text.plain) if hint in text.plain else ():
            yield found.start(), found.end(), found.group()
    for start, end, _address, _function in emails(text):
        beside = _BESIDE.match(text.plain, end)
        if beside and _is_secret(beside.group(1)):
            yield start, beside.end(), text.plain[start : beside.end()]


def _is_secret(value: str) -> bool:
    """Not a word of a sentence, nor a placeholder: letters with digits or signs among them."""
    bare = value.strip(".,;:!?()[]{}")
    mixed = any(c.isalpha() for c in bare) and not bare.isalpha()
    return mixed and len(bare) >= 6 and "-" not in (bare[0], bare[-1]) and not _is_slug(bare)


def _is_slug(value: str) -> bool:
    """`password=change-me`, `token: bearer_token`: words with strokes, not a secret."""
    return value.replace("-", "").replace("_", "").replace(".", "").isalpha()
