"""The whole document, checked before it is given out: with a structured part that is sound, or,
where what was typed or imported is not, with everything as text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import override

from advisories.importing.errors import Refused
from advisories.importing.validating import validate
from advisories.models import Section
from law.vocabulary import Tlp
from sharing.renditions.csaf import identity
from sharing.renditions.csaf.editions import V20, Edition
from sharing.renditions.csaf.notes import LEVELS, notes, references
from sharing.renditions.csaf.products import product_tree, with_ids
from sharing.renditions.csaf.vulnerabilities import vulnerabilities
from sharing.renditions.html import ACTION, MEANING, PERMITTED
from sharing.shared import Shared, SharedSection

log = logging.getLogger(__name__)

# Raised from now on when the document or its addresses come to be written otherwise: what was
# rendered before is then rendered anew.
WRITING = 1


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, and under which address readers find it."""

    name: str
    namespace: str
    base: str  # https://portal.example, without a slash at the end
    category: str = "coordinator"

    def address(self, edition: Edition, path: str) -> str:
        return f"{self.base}/csaf/{edition.folder}/{path}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bytes of a document and what feeds tell of it."""

    tracking_id: str
    path: str  # below the edition's folder: white/2026/ncsc-2026-0001.json
    title: str
    initial_release: datetime
    current_release: datetime
    body: bytes


def render(
    shared: Shared,
    *,
    earlier: Iterable[datetime],
    public: bool,
    edition: Edition,
    publisher: Publisher,
) -> Rendered | None:
    """The document of what is shared; None when the edition has no word for its label, or when
    nothing sound can be made of it (which is logged).

    `earlier`: when versions before this one, which the reader may open too, went out.
    `public`: it is what everyone may see.
    """
    label = edition.labels.get(shared.tlp)
    if label is None:
        return None
    released = sorted([*earlier, shared.released_at])
    tracking = identity.tracking_id(shared, first=released[0], public=public)
    path = f"{_folder(shared, edition=edition, public=public)}/{released[0].astimezone(UTC):%Y}/{identity.file_name(tracking)}"
    own = publisher.address(edition, path)
    with override("nl" if shared.language == "nl" else "en"):
        head = _head(shared, label=label, publisher=publisher)
        head["tracking"] = _tracking(shared, tracking, released)
        found = _sound(shared, head, own=own, edition=edition)
    if found is None:
        log.error("no sound CSAF %s of %s %s", edition.number, shared.advisory, shared.version)
        return None
    # What follows the plus counts for nothing in comparisons: it sets apart documents of the same
    # name and instant that hold different things.
    found["document"]["tracking"]["version"] += "+" + identity.keyed("build", found)
    return Rendered(
        tracking_id=tracking,
        path=path,
        title=head["title"],
        initial_release=released[0],
        current_release=shared.released_at,
        body=orjson.dumps(found, option=orjson.OPT_INDENT_2),
    )


def _folder(shared: Shared, *, edition: Edition, public: bool) -> str:
    """The level at whose address a document lies. The folder of CLEAR is open to everyone: what
    bears that label and is not public lies with GREEN."""
    tlp = Tlp.GREEN if shared.tlp is Tlp.CLEAR and not public else shared.tlp
    return edition.labels[tlp].lower()


def _head(shared: Shared, *, label: str, publisher: Publisher) -> dict[str, Any]:
    head: dict[str, Any] = {
        "category": "csaf_base",
        "title": (shared.title or "").strip() or shared.advisory,
        "publisher": {
            "category": publisher.category,
            "name": publisher.name,
            "namespace": publisher.namespace,
        },
        "distribution": {
            "text": _distribution(shared),
            "tlp": {"label": label, "url": "https://www.first.org/tlp/"},
        },
    }
    if re.fullmatch(r"[a-z]{2}", shared.language):
        head["lang"] = shared.language
    if shared.level:
        probability, damage = (LEVELS[letter] for letter in shared.level.split("/"))
        head["aggregate_severity"] = {"text": f"kans: {probability}, schade: {damage}"}
    return head


def _distribution(shared: Shared) -> str:
    """What the strictest labels and terms among the sections let the reader do, in words."""
    lines = [f"{shared.tlp.label}: {MEANING[shared.tlp]}"]
    if shared.pap:
        lines.append(f"PAP:{shared.pap.value.upper()}: {ACTION[shared.pap]}")
    if shared.permitted:
        lines.append(f"IEP {shared.permitted.value}: {PERMITTED[shared.permitted]}")
    return "\n".join(lines)


def _tracking(shared: Shared, tracking: str, released: list[datetime]) -> dict[str, Any]:
    history = [
        {
            "number": identity.number(place),
            "date": _date(instant),
            "summary": _("Version of %(date)s") % {"date": f"{instant.astimezone(UTC):%Y-%m-%d}"},
        }
        for place, instant in enumerate(released)
    ]
    history[-1]["summary"] = (shared.change_note or "").strip() or history[-1]["summary"]
    return {
        "id": tracking,
        "status": "final",
        "version": history[-1]["number"],
        "initial_release_date": history[0]["date"],
        "current_release_date": history[-1]["date"],
        "revision_history": history,
        "generator": {"engine": {"name": "ncsc-portal"}},
    }


def _date(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _sound(
    shared: Shared, head: dict[str, Any], *, own: str, edition: Edition
) -> dict[str, Any] | None:
    for build in (_advisory, _base, _without_remediations, _as_text):
        try:
            document = build(shared, head, own=own, edition=edition)
            flags = validate(document, csaf_version=edition.number)
        except (Refused, KeyError, TypeError, ValueError, AttributeError) as fault:
            # The class of the fault only: its text may hold content.
            log.info("CSAF %s: %s (%s)", shared.advisory, build.__name__, type(fault).__name__)
        else:
            if not any(flag.code == "OLDER_DRAFT" for flag in flags):
                return document
    return None


# From the fullest form to the plainest: the first that is sound is taken. The standard asks more of
# a security advisory, and 2.1 refuses remediations that contradict each other, as imported ones may.
def _advisory(
    shared: Shared, head: dict[str, Any], *, own: str, edition: Edition
) -> dict[str, Any]:
    document = _base(shared, head, own=own, edition=edition)
    found = document.get("vulnerabilities", [])
    if found and all("product_status" in entry for entry in found):
        document["document"]["category"] = "csaf_security_advisory"
    return document


def _without_remediations(
    shared: Shared, head: dict[str, Any], *, own: str, edition: Edition
) -> dict[str, Any]:
    return _base(shared, head, own=own, edition=edition, remedies=False)


def _base(
    shared: Shared, head: dict[str, Any], *, own: str, edition: Edition, remedies: bool = True
) -> dict[str, Any]:
    products = with_ids(_rows(shared, Section.Kind.PRODUCTS, "products"))
    found = vulnerabilities(
        _rows(shared, Section.Kind.VULNERABILITIES, "vulnerabilities"),
        products=products,
        edition=edition,
        remedies=remedies,
    )
    consumed = {section.id: _consumed(section) for section in shared.sections}
    document = dict(head)
    document["notes"] = notes(shared, consumed=consumed)
    document["references"] = references(shared.sections, own=own)
    parts = {
        "product_tree": product_tree(products, edition=edition),
        "vulnerabilities": found,
    }
    return _whole(document, edition) | {name: part for name, part in parts.items() if part}


def _as_text(shared: Shared, head: dict[str, Any], *, own: str, edition: Edition) -> dict[str, Any]:
    document = dict(head)
    document["notes"] = notes(shared, consumed={})
    document["references"] = references((), own=own)
    return _whole(document, edition)


def _whole(document: dict[str, Any], edition: Edition) -> dict[str, Any]:
    if not document["notes"]:
        del document["notes"]
    document["csaf_version"] = edition.number
    schema = {} if edition is V20 else {"$schema": edition.schema}
    return schema | {"document": document}


def _rows(shared: Shared, kind: str, key: str) -> list[dict[str, Any]]:
    return [
        row
        for section in shared.sections
        if section.kind == kind
        for row in section.data.get(key, [])
    ]


def _consumed(section: SharedSection) -> frozenset[str]:
    """Keys of the structured part that `_base` puts outside the notes."""
    own = {
        Section.Kind.PRODUCTS.value: {"products"},
        Section.Kind.VULNERABILITIES.value: {"vulnerabilities"},
    }
    return frozenset({"references"} | own.get(section.kind, set()))
