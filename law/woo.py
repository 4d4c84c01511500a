"""What a request under the Wet open overheid does not reach: art. 20(7) Wbni, art. 66(2) Cbw."""

from law.facts import Item
from law.vocabulary import RegimeId


def excluded(item: Item, *, supplied_under: RegimeId, environmental: bool) -> str | None:
    """The rule by which the Woo does not apply to a section; None: it applies.

    Wbni: data as meant in art. 20(2), confidential and traceable to a provider, also after they
    passed to another public body. Cbw: confidential data as meant in art. 66(1). Both except
    environmental information (milieu-informatie). What nobody marked counts as confidential and
    traceable. What was supplied under the Wbni keeps its own exclusion, and since 15 August 2026
    shares that of the Cbw, which reaches further.
    """
    if environmental or item.confidential is False:
        return None
    if supplied_under is not RegimeId.CBW_2026 and item.traceable is not False:
        return "W.20.7"
    return "C.66.2"
