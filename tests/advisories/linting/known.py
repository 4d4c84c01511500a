"""Two fictional organisations, as the register knows them."""

from ipaddress import ip_network
from uuid import UUID

from advisories.linting import Context, Finding, Known, Register, look

DUINRAND, VLIET = UUID(int=1), UUID(int=2)
REGISTER = Register.of(
    [
        Known(
            DUINRAND,
            "Waterbedrijf Duinrand B.V.",
            aliases=("WBD", "DR"),
            domains=("duinrand.example", "xn--bcher-kva.example"),
            networks=(ip_network("203.0.113.8/29"), ip_network("2001:db8:1::/48")),
            as_numbers=(64496,),
        ),
        Known(
            VLIET,
            "Stichting Ziekenhuis De Vliet",
            aliases=("Vliet & Co",),
            domains=("devliet.example",),
            networks=(ip_network("203.0.113.0/24"),),
            as_numbers=(64497,),
        ),
    ]
)


def found(text: str, **context: object) -> list[Finding]:
    """The findings in one text."""
    return look({"body": text}, register=REGISTER, context=Context(**context))  # type: ignore[arg-type]  # as given


def said(text: str, **context: object) -> list[tuple[str, str]]:
    """(kind, the very text found), in order."""
    return [(f.kind.value, text[f.span.start : f.span.end]) for f in found(text, **context)]
