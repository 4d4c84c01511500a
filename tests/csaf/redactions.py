"""Versions as plain values, and every redaction of them: what some reader may see of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

from advisories.importing.document import ImportedAdvisory
from law.vocabulary import Pap, Tlp
from sharing.renditions.csaf import Publisher
from sharing.shared import Shared, SharedSection

PUBLISHER = Publisher(name="NCSC", namespace="https://ncsc.example", base="https://portal.example")
AT = datetime(2026, 9, 1, 10, 30, 5, 250, tzinfo=UTC)
MOST = 6  # sections of which every subset is taken; of more, a sample
VECTORS = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": ("3.1", 9.8),
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N": ("3.1", 5.5),
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": ("3.0", 6.1),
    "AV:N/AC:L/Au:N/C:P/I:P/A:P": ("2.0", 7.5),
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": ("4.0", 9.3),
    "CVSS:3.1/AV:N": ("3.1", 9.9),  # no vector at all: the text says it, the structure cannot
}
STATUS = ("known_affected", "fixed", "under_investigation", "known_not_affected", "unknown", "odd")
REMEDIES = ("vendor_fix", "workaround", "mitigation", "optional_patch", "none_available", "odd")
TEXTS = ("Werk bij.", "", "# Kop\n\n- één\n- twee <b>", "\x07 \u202e", "  ", "a" * 3000, '"\\')


def drawn(rng: Random, number: int) -> Shared:
    """A version with some sections of any kind, in any marking, sound or not."""
    sections = [
        _section(rng, position, "lead" if position == 1 else rng.choice(KINDS))
        for position in range(1, rng.randint(1, 5) + 1)
    ]
    return _shared(
        sections,
        number=f"NCSC-2026-{number:04d}",
        title=rng.choice(["Kwetsbaarheid in Voorbeeldproduct", " ", "Één <script>"]),
        language=rng.choice(["nl", "nl", "en", "und", "nl-NL"]),
        level=rng.choice("HML") + "/" + rng.choice("HML"),
        note=rng.choice(["", "Nu ook misbruikt.", " "]),
    )


KINDS = ("text", "measures", "products", "vulnerabilities", "indicators", "systems")


def _section(rng: Random, position: int, kind: str) -> SharedSection:
    data: dict[str, Any] = {}
    if kind == "products":
        data = {"products": [_product(rng, n) for n in range(rng.randint(0, 4))]}
    elif kind == "vulnerabilities":
        data = {"vulnerabilities": [_vulnerability(rng, n) for n in range(rng.randint(0, 3))]}
    elif kind == "indicators":
        data = {"indicators": [{"type": "domain", "value": "c2.aanval.example"}]}
    if rng.random() < 0.2:
        data["references"] = rng.choice(
            [
                [{"summary": "", "url": "https://voorbeeld.example/a b", "link": "x"}],
                [{"summary": "Bericht", "url": "https://voorbeeld.example/b", "link": "x"}],
                [{"summary": "Vreemd", "url": "javascript:alert(1)", "link": ""}],
                "geen lijst",
            ]
        )
    return SharedSection(
        id=position,
        lineage=UUID(int=position),
        position=position,
        kind=kind,
        heading=rng.choice(["", "Onderdeel", "General", "\t"]),
        body=rng.choice(TEXTS),
        data=data,
        tlp=rng.choice(list(Tlp)),
        pap=rng.choice([None, None, *Pap]),
        rules=("C.16.2.b",),
        regime="CBW_2026",
    )


def _product(rng: Random, n: int) -> dict[str, Any]:
    return {
        "id": rng.choice([f"CSAFPID-{n}", f"CSAFPID-{n}", "CSAFPID-1", ""]),
        "name": f"Voorbeeldproduct {n}",
        "vendor": rng.choice(["", "Voorbeeld BV"]),
        "version": rng.choice(["", "1.2", "vers:all/*", "< 2.4", "all", "8.1.x"]),
        "cpe": rng.choice(["", "cpe:2.3:a:voorbeeld:product:1.2:*:*:*:*:*:*:*", "geen cpe"]),
        "purl": rng.choice(["", "pkg:pypi/voorbeeld@1.2", "geen purl"]),
        "status": {f"CVE-2026-100{v}": rng.choice(STATUS) for v in range(2)},
    }


def _vulnerability(rng: Random, n: int) -> dict[str, Any]:
    return {
        "id": rng.choice([f"CVE-2026-100{n}", f"CVE-2026-100{n}", "CVE-2026-1000", "#1", "VB-1"]),
        "title": rng.choice(["", "Overloop"]),
        "cwe": rng.sample(["CWE-79", "CWE-787", "CWE-942", "CWE-99999", "CWE-16"], 2),
        "scores": [
            {"version": VECTORS[v][0], "score": VECTORS[v][1], "vector": v}
            | rng.choice([{}, {"products": ["CSAFPID-1", "CSAFPID-2"]}])
            for v in rng.sample(list(VECTORS), rng.randint(0, 3))
        ],
        "text": rng.choice(TEXTS),
        "exploited": rng.random() < 0.3,
        "remediations": [
            {
                "category": rng.choice(REMEDIES),
                "details": rng.choice(["Werk bij.", ""]),
                "url": rng.choice(["", "https://voorbeeld.example/bij"]),
                "products": rng.choice([[], ["CSAFPID-0"], ["CSAFPID-1", "CSAFPID-9"]]),
            }
            for _ in range(rng.randint(0, 2))
        ],
    }


def imported(read: ImportedAdvisory, *, rng: Random, number: int) -> Shared:
    """What was imported, released, with a label on each section."""
    sections = [
        SharedSection(
            id=position,
            lineage=UUID(int=position),
            position=position,
            kind=section.kind,
            heading=section.heading,
            body=section.body,
            data=section.data,
            tlp=rng.choice(list(Tlp)),
            pap=None,
            rules=(),
            regime="CBW_2026",
        )
        for position, section in enumerate(read.sections, start=1)
    ]
    return _shared(
        sections,
        number=f"NCSC-2026-{number:04d}",
        title=read.title,
        language=read.language,
        level=f"{read.probability}/{read.damage}",
        note="",
    )


def _shared(
    sections: list[SharedSection], *, number: str, title: str, language: str, level: str, note: str
) -> Shared:
    return Shared(
        advisory=number,
        version="1.00",
        version_id=1,
        kind="advisory",
        language=language,
        title=title,
        level=level,
        urgent=False,
        change_note=note,
        targeted=False,
        released_at=AT,
        tlp=max((s.tlp for s in sections), key=lambda tlp: tlp.strictness),
        sections=tuple(sections),
        versions=("1.00",),
    )


def redactions(whole: Shared, rng: Random) -> Iterator[Shared]:
    """Every non-empty set of sections that a reader might be allowed; of very many, a sample."""
    everything = whole.sections
    if len(everything) <= MOST:
        sets = [c for n in range(1, len(everything) + 1) for c in combinations(everything, n)]
    else:
        sets = [everything, *((one,) for one in everything)]
        sets += [
            tuple(s for s in everything if rng.random() < 0.5) or everything for _ in range(10)
        ]
    for chosen in sets:
        yield reduced(whole, chosen)


def reduced(whole: Shared, chosen: tuple[SharedSection, ...]) -> Shared:
    """As the door builds it for a reader who may see these sections."""
    lead = any(section.kind == "lead" for section in chosen)
    return replace(
        whole,
        title=whole.title if lead else None,
        level=whole.level if lead else None,
        urgent=whole.urgent if lead else None,
        change_note=whole.change_note if lead else None,
        tlp=max((s.tlp for s in chosen), key=lambda tlp: tlp.strictness),
        sections=chosen,
    )


def earlier(rng: Random) -> tuple[datetime, ...]:
    return tuple(
        AT - timedelta(days=d)
        for d in sorted(rng.sample(range(1, 900), rng.randint(0, 3)), reverse=True)
    )
