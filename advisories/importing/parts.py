"""Product tree and vulnerabilities of a CSAF document, made flat without recursion."""

from collections.abc import Iterator
from typing import Any

from advisories.importing.levels import exploited
from advisories.importing.text import HEADING_LIMIT, Cleaner

_SCORES = ("cvss_v4", "cvss_v3", "cvss_v2")


def products(document: dict[str, Any], *, cleaner: Cleaner) -> list[dict[str, Any]]:
    """Every product: id, name, vendor, version, CPE and purl, and its status per vulnerability."""
    tree = document.get("product_tree", {})
    status = _statuses(document)
    found = []
    for path, product, chain in _named(tree):
        helper = product.get("product_identification_helper", {})
        purls = helper.get("purls") or [helper.get("purl", "")]
        found.append(
            {
                "id": product["product_id"],
                "name": cleaner.line(product["name"], path=path, limit=HEADING_LIMIT),
                "vendor": _link(chain, "vendor", cleaner=cleaner, path=path),
                "version": _link(
                    chain, "product_version", "product_version_range", cleaner=cleaner, path=path
                ),
                "cpe": str(helper.get("cpe", "")),
                "purl": str(purls[0] if purls else ""),
                "status": status.get(product["product_id"], {}),
            }
        )
    return found


def _named(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    for i, product in enumerate(tree.get("full_product_names", [])):
        yield f"/product_tree/full_product_names/{i}", product, {}
    todo: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        (f"/product_tree/branches/{i}", branch, {})
        for i, branch in reversed(list(enumerate(tree.get("branches", []))))
    ]
    while todo:
        path, branch, above = todo.pop()
        chain = {**above, branch["category"]: branch["name"]}
        if "product" in branch:
            yield path, branch["product"], chain
        todo.extend(
            (f"{path}/branches/{i}", child, chain)
            for i, child in reversed(list(enumerate(branch.get("branches", []))))
        )
    for key in ("relationships", "product_paths"):
        for i, relation in enumerate(tree.get(key, [])):
            if "full_product_name" in relation:
                yield f"/product_tree/{key}/{i}", relation["full_product_name"], {}


def _link(chain: dict[str, str], *categories: str, cleaner: Cleaner, path: str) -> str:
    value = next((chain[c] for c in categories if c in chain), "")
    return cleaner.line(value, path=path, limit=HEADING_LIMIT) if value else ""


def _statuses(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for number, vulnerability in enumerate(document.get("vulnerabilities", []), start=1):
        for status, ids in vulnerability.get("product_status", {}).items():
            for product_id in ids:
                found.setdefault(product_id, {})[name_of(vulnerability, number)] = status
    return found


def name_of(vulnerability: dict[str, Any], number: int) -> str:
    """The CVE, else the first other id, else a running number."""
    ids = vulnerability.get("ids") or [{}]
    return str(vulnerability.get("cve") or ids[0].get("text") or f"#{number}")[:100]


def vulnerabilities(document: dict[str, Any], *, cleaner: Cleaner) -> list[dict[str, Any]]:
    """Every vulnerability: id, title, weaknesses, scores, text, whether exploited, measures."""
    found = []
    for i, vulnerability in enumerate(document.get("vulnerabilities", [])):
        path = f"/vulnerabilities/{i}"
        name = name_of(vulnerability, i + 1)
        found.append(
            {
                "id": cleaner.line(name, path=path, limit=100),
                "title": cleaner.line(
                    str(vulnerability.get("title", "")), path=f"{path}/title", limit=HEADING_LIMIT
                ),
                "cwe": _weaknesses(vulnerability),
                "scores": _scores(vulnerability),
                "text": "\n\n".join(
                    cleaner.markdown(note["text"], path=f"{path}/notes/{n}")
                    for n, note in enumerate(vulnerability.get("notes", []))
                ),
                "exploited": exploited(vulnerability),
                "remediations": _remediations(vulnerability, path=path, cleaner=cleaner),
            }
        )
    return found


def _weaknesses(vulnerability: dict[str, Any]) -> list[str]:
    entries = vulnerability.get("cwes") or [vulnerability.get("cwe", {})]
    return [str(entry["id"]) for entry in entries if entry.get("id")]


def _scores(vulnerability: dict[str, Any]) -> list[dict[str, Any]]:
    holders = [
        *((score, score) for score in vulnerability.get("scores", [])),  # CSAF 2.0
        *(  # CSAF 2.1
            (metric, metric.get("content", {})) for metric in vulnerability.get("metrics", [])
        ),
    ]
    found: dict[str, dict[str, Any]] = {}
    for holder, content in holders:
        for key in _SCORES:
            cvss = content.get(key)
            if cvss:
                vector = str(cvss.get("vectorString", ""))
                score = found.setdefault(
                    vector,
                    {
                        "version": str(cvss.get("version", "")),
                        "score": float(cvss.get("baseScore", 0)),
                        "vector": vector,
                        "products": [],
                    },
                )
                score["products"] += [
                    pk for pk in holder.get("products", []) if pk not in score["products"]
                ]
    return list(found.values())


def _remediations(
    vulnerability: dict[str, Any], *, path: str, cleaner: Cleaner
) -> list[dict[str, Any]]:
    return [
        {
            "category": remediation["category"],
            "details": cleaner.markdown(
                remediation["details"], path=f"{path}/remediations/{i}/details"
            ),
            "url": str(remediation.get("url", "")),
            "products": list(remediation.get("product_ids", [])),
        }
        for i, remediation in enumerate(vulnerability.get("remediations", []))
    ]
