"""Which foreign addresses may become links. Nothing here is ever fetched."""

import ipaddress
import re
from urllib.parse import urlsplit

_ODD = re.compile(r"[\s\\<>\"'`^{|}\x00-\x20\x7f-\x9f]")
_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def safe_link(url: str) -> str:
    """The address when it is plain http(s) to a public name or address, else empty.

    No user information (it disguises the host), no private, loopback or link-local literal.
    """
    if _ODD.search(url) or len(url) > 2000:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return ""
    return url if _public(host) else ""


def _public(host: str) -> bool:
    name = host.rstrip(".")
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        pass
    if re.fullmatch(r"[0-9a-fx.]+", name) and not re.search(r"[g-z]{2}", name.rsplit(".", 1)[-1]):
        # 2130706433, 0x7f.1, 127.1: browsers read these as addresses
        return not re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", name.rsplit(".", 1)[-1]) and "." in name
    return "." in name and not name.endswith(_LOCAL_NAMES)
