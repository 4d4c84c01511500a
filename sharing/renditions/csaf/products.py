"""The product tree, from the products of the sections shared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sharing.renditions.csaf.editions import V20, Edition

Row = dict[str, Any]
_ONE_VERSION = re.compile(r"(?!(?i:all|any|before|after|later|prior)$)[A-Za-z0-9][A-Za-z0-9._+-]*")


def with_ids(rows: Sequence[Row]) -> list[Row]:
    """The products, each with an id: its own, or one by its place among those shared."""
    return [row | {"id": row.get("id") or f"P{n}"} for n, row in enumerate(rows, start=1)]


def product_tree(rows: Sequence[Row], *, edition: Edition) -> Row:
    """Vendor, product and version as branches; a product without a vendor stands by itself."""
    by_vendor: dict[str, list[Row]] = defaultdict(list)
    loose: list[Row] = []
    for row in rows:
        product = _product(row, edition=edition)
        vendor = str(row.get("vendor", "")).strip()
        if vendor:
            by_vendor[vendor].append(_branch(row, product))
        else:
            loose.append(product)
    tree: Row = {}
    if by_vendor:
        tree["branches"] = [
            {"category": "vendor", "name": vendor, "branches": branches}
            for vendor, branches in by_vendor.items()
        ]
    if loose:
        tree["full_product_names"] = loose
    return tree


def _branch(row: Row, product: Row) -> Row:
    version = str(row.get("version", "")).strip()
    if not _ONE_VERSION.fullmatch(version):
        return {"category": "product_name", "name": product["name"], "product": product}
    leaf = {"category": "product_version", "name": version, "product": product}
    return {"category": "product_name", "name": product["name"], "branches": [leaf]}


def _product(row: Row, *, edition: Edition) -> Row:
    helper: Row = {}
    if row.get("cpe"):
        helper["cpe"] = row["cpe"]
    if row.get("purl"):
        helper |= {"purl": row["purl"]} if edition is V20 else {"purls": [row["purl"]]}
    product = {"product_id": str(row["id"]), "name": str(row["name"])}
    return product | ({"product_identification_helper": helper} if helper else {})
