"""Vulnerabilities, from the sections shared. They speak only of products that are shared too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from sharing.renditions.csaf.editions import V20, Edition
from sharing.renditions.csaf.weaknesses import weakness

Row = dict[str, Any]
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}", re.ASCII)
_STATUS = (
    "first_affected",
    "first_fixed",
    "fixed",
    "known_affected",
    "known_not_affected",
    "last_affected",
    "recommended",
    "under_investigation",
)
_REMEDIES = {"mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"}
_MORE_IN_21 = {"fix_planned", "optional_patch"}
# By the version in the vector: the key, and the first edition's word that has it.
_CVSS = {"2.0": "cvss_v2", "3.0": "cvss_v3", "3.1": "cvss_v3", "4.0": "cvss_v4"}


def vulnerabilities(
    rows: Sequence[Row], *, products: Sequence[Row], edition: Edition, remedies: bool
) -> list[Row]:
    """One entry per vulnerability. Without `remedies` these are said as notes."""
    return [
        _vulnerability(row, products=products, edition=edition, remedies=remedies) for row in rows
    ]


def _vulnerability(row: Row, *, products: Sequence[Row], edition: Edition, remedies: bool) -> Row:
    name = str(row["id"])
    shared = [str(product["id"]) for product in products]
    status = _statuses(name, products, edition=edition)
    remediations, told = _remediations(row, shared if remedies else [], edition=edition)
    texts = [str(row.get("text", "")).strip() or str(row.get("title", "")).strip() or name, *told]
    entry: Row = {"notes": [{"category": "description", "text": text} for text in texts]}
    if _CVE.fullmatch(name):
        entry["cve"] = name
    elif not name.startswith("#"):
        entry["ids"] = [{"system_name": _("Id given by the publisher"), "text": name}]
    if title := str(row.get("title", "")).strip():
        entry["title"] = title
    entry |= _weaknesses(row, edition=edition)
    if status:
        entry["product_status"] = status
    if scores := _scores(row, status, edition=edition):
        entry["scores" if edition is V20 else "metrics"] = scores
    if row.get("exploited"):
        entry["threats"] = [{"category": "exploit_status", "details": _("Is being exploited.")}]
    if remediations:
        entry["remediations"] = remediations
    return entry


def _weaknesses(row: Row, *, edition: Edition) -> Row:
    known = [found for cwe in row.get("cwe", []) if (found := weakness(str(cwe)))]
    if edition is V20:
        settled = [found for found in known if found.settled]
        return {"cwe": {"id": settled[0].id, "name": settled[0].name}} if settled else {}
    entries = [{"id": w.id, "name": w.name, "version": w.version} for w in known]
    return {"cwes": entries} if entries else {}


def _statuses(name: str, products: Sequence[Row], *, edition: Edition) -> dict[str, list[str]]:
    words = _STATUS if edition is V20 else (*_STATUS, "unknown")
    found: dict[str, list[str]] = {}
    for product in products:
        status = product.get("status", {}).get(name)
        if status in words:
            found.setdefault(status, []).append(str(product["id"]))
    return found


def _scores(row: Row, status: dict[str, list[str]], *, edition: Edition) -> list[Row]:
    """One score per product and CVSS version, the highest; for products with a status."""
    known = [pk for ids in status.values() for pk in ids]
    found: list[Row] = []
    taken: set[tuple[str, str]] = set()
    for score in sorted(row.get("scores", []), key=lambda s: -float(s["score"])):
        key = _CVSS.get(str(score["version"]))
        if key is None or (key == "cvss_v4" and edition is V20):
            continue
        meant = score.get("products") or known
        ids = [pk for pk in known if pk in meant and (key, pk) not in taken]
        if not ids:
            continue
        taken |= {(key, pk) for pk in ids}
        value = {key: _cvss(score, key)}
        found.append(
            {"products": ids} | (value if edition is V20 else {"content": value}),
        )
    return found


def _cvss(score: Row, key: str) -> Row:
    base = float(score["score"])
    value = {
        "version": str(score["version"]),
        "vectorString": str(score["vector"]),
        "baseScore": base,
    }
    return value if key == "cvss_v2" else value | {"baseSeverity": _severity(base)}


def _severity(base: float) -> str:
    """CVSS 3.1 §5 and 4.0 §6."""
    steps = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"))
    return next((word for least, word in steps if base >= least), "NONE")


def _remediations(
    row: Row, shared: Sequence[str], *, edition: Edition
) -> tuple[list[Row], list[str]]:
    """(those for products that are shared, the text of the others)."""
    known = _REMEDIES if edition is V20 else _REMEDIES | _MORE_IN_21
    found: list[Row] = []
    told: list[str] = []
    for remedy in row.get("remediations", []):
        details = str(remedy.get("details", "")).strip()
        ids = [pk for pk in remedy.get("products", []) if pk in shared]
        if not details:
            continue
        if not ids or remedy.get("category") not in known:
            told.append(details)
            continue
        entry = {"category": remedy["category"], "details": details, "product_ids": ids}
        found.append(entry | ({"url": remedy["url"]} if remedy.get("url") else {}))
    return found, told
