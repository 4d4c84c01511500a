"""CSAF 2.0 and 2.1 to sections."""

import re
from datetime import datetime, timedelta
from typing import Any

from advisories.importing import levels, parts
from advisories.importing.document import Flag, ImportedAdvisory, SuggestedMarking
from advisories.importing.errors import Refused, quote
from advisories.importing.labels import read_tlp, refuse_classified
from advisories.importing.received import read_object
from advisories.importing.sections import build_sections, references_of
from advisories.importing.text import TITLE_LIMIT, Cleaner, check_tracking_id, folded
from advisories.importing.validating import validate
from law.vocabulary import Provenance, Tlp

CLOCK_SKEW = timedelta(minutes=10)
MAX_VULNERABILITIES = 5000
MAX_STEPS = 100_000  # between the numbers of a revision history
_ENDED = {"csaf_withdrawn", "csaf_superseded"}


def read_advisory(*, data: bytes, at: datetime, max_bytes: int) -> ImportedAdvisory:
    """The advisory in these bytes, or `Refused`. `at` is the instant that dates are judged by."""
    received, marked = read_object(data=data, max_bytes=max_bytes)
    version = _csaf_version(received)
    _refuse_bad_label_first(received, version=version)
    cleaner = Cleaner()
    refuse_classified(received)
    if version == "2.1":
        _refuse_endless_history(received)
    checked = [*validate(received, csaf_version=version), *_own_checks(received)]
    if marked:
        cleaner.note(
            code="BYTE_ORDER_MARK", message="A UTF-8 byte order mark was skipped.", path=""
        )
    return _advisory(received, version=version, at=at, cleaner=cleaner, checked=checked)


def _csaf_version(received: dict[str, Any]) -> str:
    document = received.get("document")
    version = document.get("csaf_version") if isinstance(document, dict) else None
    if version not in ("2.0", "2.1"):  # a tuple: the value may be unhashable
        what = f"csaf_version {quote(version)}" if version else "no /document/csaf_version"
        raise Refused(
            code="NOT_CSAF",
            message=f"The file has {what}: only CSAF 2.0 and 2.1 documents are imported, "
            "no feeds, indexes, STIX or MISP.",
        )
    return str(version)


def _refuse_bad_label_first(received: dict[str, Any], *, version: str) -> None:
    """An unknown label is named as such, before the schema speaks of enumerations."""
    distribution = received["document"].get("distribution")
    if isinstance(distribution, dict) and "tlp" in distribution:
        read_tlp(
            {"document": {"distribution": {"tlp": distribution["tlp"]}}},
            csaf_version=version,
            cleaner=Cleaner(),
        )


def _refuse_endless_history(received: dict[str, Any]) -> None:
    """Test 6.1.21 of the csaf package for 2.1 writes out every number missing between two: a history
    from 1 to 2,000,000,000 would fill the memory."""
    tracking = received["document"].get("tracking")
    history = tracking.get("revision_history") if isinstance(tracking, dict) else None
    if not isinstance(history, list):
        return  # the schema says so
    steps = 0
    for item in history:
        number = str(item.get("number", "")) if isinstance(item, dict) else ""
        found = re.match(r"([0-9]{1,20})(?:\.([0-9]{1,20})\.([0-9]{1,20}))?", number, re.ASCII)
        steps += sum(int(part or 0) for part in found.groups()) if found else 0
    if steps > MAX_STEPS:
        raise Refused(
            code="INVALID",
            message="/document/tracking/revision_history has numbers that would need more than "
            f"{MAX_STEPS} versions between them: ask the publisher.",
        )


def _own_checks(received: dict[str, Any]) -> list[Flag]:
    """What the mandatory tests leave open."""
    count = len(received.get("vulnerabilities", []))
    if count > MAX_VULNERABILITIES:
        raise Refused(
            code="TOO_BIG",
            message=f"/vulnerabilities has {count} entries and {MAX_VULNERABILITIES} is the limit.",
        )
    category = received["document"]["category"].lower()
    if category in _ENDED:
        return [
            Flag(
                code="ENDED_BY_PUBLISHER",
                message=f"The publisher marked this document {category.removeprefix('csaf_')}: "
                "consider withdrawing what was released of it.",
                path="/document/category",
            )
        ]
    return []


def _dates(
    tracking: dict[str, Any], *, at: datetime, cleaner: Cleaner
) -> tuple[datetime, datetime]:
    dates = []
    for key in ("initial_release_date", "current_release_date"):
        path = f"/document/tracking/{key}"
        try:
            date = datetime.fromisoformat(tracking[key])
        except ValueError:
            raise Refused(
                code="INVALID", message=f"{path} is {quote(tracking[key])}: no RFC 3339 date."
            ) from None
        if date.tzinfo is None:
            raise Refused(code="INVALID", message=f"{path} has no time zone: ask the publisher.")
        if date > at + CLOCK_SKEW:
            if tracking["status"] != "draft":
                raise Refused(
                    code="FUTURE_DATE",
                    message=f"{path} is {quote(tracking[key])}, after the import: import it again "
                    "when that date has come, or ask the publisher.",
                )
            cleaner.note(code="FUTURE_DATE", message="The planned date is to come.", path=path)
        dates.append(date)
    return dates[0], dates[1]


def _advisory(
    received: dict[str, Any], *, version: str, at: datetime, cleaner: Cleaner, checked: list[Flag]
) -> ImportedAdvisory:
    document = received["document"]
    tracking, publisher = document["tracking"], document["publisher"]
    check_tracking_id(tracking["id"], cleaner=cleaner)
    released_at, revised_at = _dates(tracking, at=at, cleaner=cleaner)
    tlp = read_tlp(received, csaf_version=version, cleaner=cleaner)
    if tracking["status"] == "draft":
        cleaner.note(
            code="DRAFT",
            message="The publisher calls this a draft: do not release it as it is.",
            path="/document/tracking/status",
        )
    title = cleaner.line(document["title"], path="/document/title", limit=TITLE_LIMIT)
    if not title:
        raise Refused(code="INVALID", message="/document/title has no visible character.")
    vulnerabilities = parts.vulnerabilities(received, cleaner=cleaner)
    probability, damage = levels.suggest(
        notes=document.get("notes", []), vulnerabilities=vulnerabilities
    )
    references = references_of(received, cleaner=cleaner)
    sections = build_sections(
        received,
        products=parts.products(received, cleaner=cleaner),
        vulnerabilities=vulnerabilities,
        references=references,
        marking=SuggestedMarking(
            tlp=tlp, provenance=Provenance.PUBLIC if tlp is Tlp.CLEAR else Provenance.RECEIVED
        ),
        cleaner=cleaner,
    )
    return ImportedAdvisory(
        tracking_id=tracking["id"],
        folded_id=folded(tracking["id"]),
        publisher_name=cleaner.line(publisher["name"], path="/document/publisher/name", limit=300),
        publisher_namespace=_short(publisher["namespace"], 500, "/document/publisher/namespace"),
        document_version=_short(tracking["version"], 100, "/document/tracking/version"),
        document_status=tracking["status"],
        csaf_version=version,
        language=str(document.get("lang", "und")).split("-")[0].lower()[:10] or "und",
        title=title,
        tlp=tlp,
        released_at=released_at,
        revised_at=revised_at,
        probability=probability,
        damage=damage,
        sections=sections,
        flags=(*checked, *cleaner.flags.values()),
        references=references,
    )


def _short(text: str, limit: int, path: str) -> str:
    if len(text) > limit:
        raise Refused(
            code="TEXT_TOO_LONG",
            message=f"{path} has {len(text)} characters and {limit} is the limit.",
        )
    return text
