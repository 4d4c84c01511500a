"""TLP of a CSAF document, and words in its text that say otherwise. The doubtful is unset."""

import re
from typing import Any

from advisories.importing.errors import Refused, quote
from advisories.importing.text import Cleaner, visible
from advisories.linting import classified
from advisories.linting.looking import strings
from law.vocabulary import Tlp

_LABELS: dict[str, dict[str, Tlp]] = {
    "2.0": {"WHITE": Tlp.CLEAR, "GREEN": Tlp.GREEN, "AMBER": Tlp.AMBER, "RED": Tlp.RED},
    "2.1": {tlp.value.upper(): tlp for tlp in Tlp},
}
_WRITTEN = re.compile(r"\bTLP\s*[:\-]?\s*(RED|AMBER\s*\+\s*STRICT|AMBER|GREEN)\b", re.IGNORECASE)
_RESTRICTS = re.compile(
    r"\b(niet (verder|openbaar|verspreiden|delen)|alleen voor|uitsluitend|vertrouwelijk|"
    r"only for|for .{0,40} only|do not (distribute|share|forward|publish)|"
    r"not (for|to be) (public|further|distributed|shared|published)|confidential|embargo(ed)?)\b",
    re.IGNORECASE,
)
_PUBLIC_GROUP = (
    "ffffffff-ffff-4fff-bfff-ffffffffffff"  # CSAF 2.1, 3.2.2.5.1: sharing group "Public"
)


def refuse_classified(document: dict[str, Any]) -> None:
    """Gerubriceerde informatie (VIRBI, art. 67 Cbw) has no place in this portal at all."""
    for path, text in strings(document, ""):
        if marking := classified.marking_in(text):
            raise Refused(
                code=classified.CODE,
                message=f"{path} bears the marking {quote(marking)}: state-classified "
                "information must not enter this portal; report it to the security officer.",
            )


def read_tlp(document: dict[str, Any], *, csaf_version: str, cleaner: Cleaner) -> Tlp | None:
    """The label, or None where there is none or the text contradicts it. Raises `Refused`."""
    distribution = document.get("document", {}).get("distribution", {})
    tlp = _label(distribution, csaf_version=csaf_version)
    if tlp is None:
        cleaner.note(
            code="TLP_MISSING",
            message="The document has no TLP label: nobody may receive it until an analyst sets one.",
            path="/document/distribution",
        )
    sharing = distribution.get("sharing_group")
    if sharing and str(sharing.get("id", "")).lower() != _PUBLIC_GROUP:
        cleaner.note(
            code="SHARING_GROUP",
            message="The publisher names a sharing group: keep to it.",
            path="/document/distribution/sharing_group",
        )
    doubts = [
        written_stricter(document, tlp=tlp, cleaner=cleaner),
        _distribution_restricts(distribution, tlp=tlp, cleaner=cleaner),
    ]
    return None if any(doubts) else tlp


def _label(distribution: dict[str, Any], *, csaf_version: str) -> Tlp | None:
    if "tlp" not in distribution:
        return None
    label = distribution["tlp"].get("label") if isinstance(distribution["tlp"], dict) else None
    found = _LABELS[csaf_version].get(label) if isinstance(label, str) else None
    if found is None:
        known = ", ".join(_LABELS[csaf_version])
        raise Refused(
            code="UNKNOWN_TLP",
            message=f"/document/distribution/tlp/label is {quote(label)}, and CSAF {csaf_version} "
            f"knows {known}: an unknown label never means public; ask the publisher.",
        )
    return found


def written_stricter(document: dict[str, Any], *, tlp: Tlp | None, cleaner: Cleaner) -> bool:
    """Whether a text in it says a stricter label than the one it bears; then it is flagged."""
    for path, text in strings(document, ""):
        for found in _WRITTEN.finditer(visible(text)):
            written = Tlp("".join(found.group(1).lower().split()))
            if tlp is not None and written.strictness > tlp.strictness:
                cleaner.note(
                    code="TLP_CONTRADICTED",
                    message=f"The label says {tlp.label} and the text says {written.label}: "
                    "ask the publisher, and set the label yourself.",
                    path=path,
                )
                return True
    return False


def _distribution_restricts(
    distribution: dict[str, Any], *, tlp: Tlp | None, cleaner: Cleaner
) -> bool:
    text = visible(str(distribution.get("text", "")))
    if tlp in {None, Tlp.CLEAR} and _RESTRICTS.search(text):
        cleaner.note(
            code="DISTRIBUTION_RESTRICTS",
            message=f"The distribution text restricts: {quote(text)}. Set the label accordingly.",
            path="/document/distribution/text",
        )
        return True
    return False
