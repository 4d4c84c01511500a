"""Onward sharing by a recipient: what TLP 2.0 lets it do in the words of FIRST, and what the Acts
keep for the NCSC alone."""

from law.vocabulary import Code, RegimeId, Tlp


def may_forward(
    tlp: Tlp | None,
    *,
    to_own_constituency: bool,
    traceable: bool | None = False,
    confidential: bool | None = False,
    regime: RegimeId = RegimeId.CBW_2026,
) -> Code:
    """`OK`, or why a recipient may not pass a section on: `DENY_TLP` or the article that forbids.

    Members of a linking organisation count as its clients (AMBER). AMBER+STRICT stays within the
    organisation and RED with the named persons: ask the originator to mark it anew. GREEN may go
    through the community, CLEAR anywhere.

    Confidential data that can be traced to a provider were supplied to this recipient, on a
    decision about this recipient (art. 20(2) Wbni; art. 66(1)(b) and (d) Cbw): they stop here.
    What nobody marked counts as confidential and traceable.
    """
    if tlp is None or tlp in {Tlp.AMBER_STRICT, Tlp.RED}:
        return Code.DENY_TLP
    if tlp is Tlp.AMBER and not to_own_constituency:
        return Code.DENY_TLP
    if confidential is not False and traceable is not False:
        return Code.DENY_66_1 if regime is RegimeId.CBW_2026 else Code.DENY_20_2_NOT_LISTED
    return Code.OK
