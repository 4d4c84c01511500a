"""Whatever the text: a finding stands where it says, and looking costs no more than the length."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.linting.folding import fold
from tests.advisories.linting.known import DUINRAND, found

PLAIN = {
    "name": ["Waterbedrijf Duinrand", "WBD"],
    "domain": ["vpn.duinrand.example", "duinrand.example"],
    "network": ["203.0.113.10", "2001:db8:1::a1"],
    "as_number": ["AS64496"],
}
NOISE = st.text(
    st.sampled_from("aZ9 .,:;-_[](){}\\@/%$\n\t\u200b\u202e\u0301é漢\x1e\x00İß"), max_size=30
)
HIDDEN = st.lists(st.sampled_from(["", "\u200b", "\u202e", "\u00ad", "\u0301\u0302"]), max_size=40)


@given(st.text(max_size=300))
def test_folding_always_leads_back_into_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.low)
    for place in range(len(folded.plain)):
        start, end = folded.origin(place, place + 1)
        assert 0 <= start < end <= len(text)
        assert folded.plain[place] in fold(text[start:end]).plain


@given(before=NOISE, after=NOISE, kind=st.sampled_from(sorted(PLAIN)), data=st.data())
def test_what_is_found_is_what_stands_there_however_it_is_disguised(
    before: str, after: str, kind: str, data: st.DataObject
) -> None:
    plain = data.draw(st.sampled_from(PLAIN[kind]))
    hidden = data.draw(HIDDEN)
    inserted = [*hidden, *[""] * len(plain)]
    disguised = "".join(c + h for c, h in zip(plain, inserted, strict=False)).rstrip(
        "\u200b\u202e\u00ad\u0301\u0302"
    )
    text = f"{before}\n\n{disguised}\n\n{after}"
    at = len(before) + 2
    places = {(f.span.start, f.span.end) for f in found(text) if f.kind.value == kind}
    assert (at, at + len(disguised)) in places
    for finding in found(text):
        shown = text[finding.span.start : finding.span.end]
        again = [f for f in found(shown) if f.kind is finding.kind]
        if finding.organisation:
            assert finding.organisation in {f.organisation for f in again}, shown


@given(st.sampled_from(["[.]", "(.)", "[dot]", "(dot)", "{.}", "\\[.\\]", "[.", "%2e", " [.] "]))
def test_defanging_and_back_finds_the_same(dot: str) -> None:
    for plain in ("vpn.duinrand.example", "203.0.113.10"):
        defanged = f"zie {plain.replace('.', dot)} hier"
        first = next(f for f in found(defanged) if f.organisation == DUINRAND)
        assert fold(defanged[first.span.start : first.span.end]).low == plain


HOSTILE = {
    "one long word": "a",
    "zalgo": "e" + "\u0301" * 20,
    "bidi": "\u202ea\u202c",
    "at signs": "a@a",
    "labels": "a.",
    "numbers": "1.1.1.1.",
    "colons": "f:",
    "user and password": "://a:",
    "crypt": "$6$",
    "tokens": "eyJaaaaaaaa.eyJaaaaaaaa ",
    "passwords": "password: ",
    "backslashes": "\\[",
    "names": "Waterbedrijf ",
    "abbreviations": "stg. ",
    "lines": "\n",
    "spaces": " ",
}


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_text_takes_time_by_its_length(what: str) -> None:
    """Four times the text, four times the time (the machine's moods allowed for); a megabyte
    ends. A pattern that backtracks would take sixteen times as long, or never end."""
    unit, times = HOSTILE[what], []
    for size in (250_000, 1_000_000):
        text = unit * (size // len(unit))
        began = time.process_time()
        found(text)
        times.append(time.process_time() - began)
    assert times[1] < 20, times
    assert all(later < 10 * max(earlier, 0.05) for earlier, later in pairwise(times)), times
