"""Onward sharing by a recipient: what TLP 2.0 lets it do, in the words of FIRST."""

from law.vocabulary import Code, Tlp


def may_forward(tlp: Tlp | None, *, to_own_constituency: bool) -> Code:
    """`OK` or `DENY_TLP`. Members of a linking organisation count as its clients (AMBER).

    AMBER+STRICT stays within the organisation and RED with the named persons: ask the originator
    to mark it anew. GREEN may go through the community, CLEAR anywhere.
    """
    if tlp in {Tlp.CLEAR, Tlp.GREEN}:
        return Code.OK
    if tlp is Tlp.AMBER and to_own_constituency:
        return Code.OK
    return Code.DENY_TLP
