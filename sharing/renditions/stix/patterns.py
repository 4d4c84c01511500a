"""STIX patterns (STIX 2.1 §9) from the indicators that a section lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PATHS = {
    "ipv4": "ipv4-addr:value",
    "ipv6": "ipv6-addr:value",
    "domain": "domain-name:value",
    "hostname": "domain-name:value",
    "url": "url:value",
    "email": "email-addr:value",
    "md5": "file:hashes.MD5",
    "sha1": "file:hashes.'SHA-1'",
    "sha256": "file:hashes.'SHA-256'",
    "sha512": "file:hashes.'SHA-512'",
    "filename": "file:name",
}
_HASHES = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}  # hexadecimal digits


def pattern_of(indicator: Mapping[str, Any]) -> tuple[str, str] | None:
    """The pattern and its language; None for what cannot be said as one.

    `{"pattern": …, "pattern_type": …}` as a partner sent it, or `{"type": "ipv4", "value": …}`.
    """
    given = indicator.get("pattern")
    if isinstance(given, str) and given:
        return given, str(indicator.get("pattern_type") or "stix")
    kind, value = str(indicator.get("type", "")), indicator.get("value")
    path = _PATHS.get(kind)
    if path is None or not isinstance(value, str) or not value:
        return None
    if kind in _HASHES and not re.fullmatch(rf"[0-9a-fA-F]{{{_HASHES[kind]}}}", value):
        return None
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"[{path} = '{escaped}']", "stix"
