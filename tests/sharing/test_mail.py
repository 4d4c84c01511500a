"""What a mail holds, byte by byte."""

import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from law.vocabulary import Pap, Tlp
from sharing.renditions import mail
from sharing.shared import Shared, SharedSection

AT = timezone.now()
SECRET = "Voorbeeldproduct lekt wachtwoorden"


def shared(
    *,
    tlp: Tlp = Tlp.GREEN,
    title: str | None = SECRET,
    body: str = "Werk bij.",
    heading: str = "Samenvatting",
    level: str | None = "H/H",
) -> Shared:
    section = SharedSection(
        1,
        uuid.UUID(int=1),
        1,
        "lead",
        heading,
        body,
        {"rows": [1]},
        tlp,
        Pap.AMBER,
        ("C.16.2.b",),
        "CBW_2026",
    )
    return Shared(
        advisory="NCSC-2026-0123",
        version="1.00",
        version_id=1,
        kind="advisory",
        language="nl",
        title=title,
        level=level,
        urgent=None if level is None else level == "H/H",
        change_note=None,
        targeted=False,
        released_at=AT,
        tlp=tlp,
        sections=(section,),
        versions=("1.00",),
    )


def sent(what: Shared, *, name: str = "Ontvanger", language: str = "nl") -> bytes:
    return mail.notice(what, language=language, at=AT).to(
        name=name, address="ontvanger@waterschap.example", message_id=mail.message_id(uuid.uuid4())
    )


def received(wire: bytes) -> EmailMessage:
    """As the receiving server stores it: the final dot gone, dots unstuffed (RFC 5321 §4.5.2)."""
    assert wire.endswith(b"\r\n.\r\n")
    lines = wire[:-3].split(b"\r\n")
    stored = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    message = message_from_bytes(stored, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


EXPECTED_HEADERS = {
    "Message-ID",
    "To",
    "From",
    "Date",
    "Subject",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
nasty = st.text(
    st.one_of(
        st.sampled_from('\r\n\0\t.=?<>"\\@,:; \x0b\x0c\x1b\x85\u2028\u2029\u202e\u200b\ufeffé€😀'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)


@given(title=nasty, heading=nasty, body=nasty, name=nasty)
def test_no_text_of_ours_or_theirs_can_break_out_of_its_place(
    title: str, heading: str, body: str, name: str
) -> None:
    wire = sent(shared(title=title, heading=heading, body=body), name=name)
    lines = wire.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    assert all(32 <= byte < 127 or byte == 9 for line in lines for byte in line)
    assert lines.count(b".") == 1
    message = received(wire)
    assert set(message.keys()) == EXPECTED_HEADERS
    assert message["To"].addresses[0].addr_spec == "ontvanger@waterschap.example"
    assert len(message["To"].addresses) == 1
    assert len(message["Subject"]) <= mail.SUBJECT_LIMIT
    text = message["Subject"] + message["To"] + message.get_content()
    assert not {"\u202e", "\u200b", "\0", "\x1b"} & set(text)


def test_the_body_arrives_as_written_dots_and_long_lines_included() -> None:
    body = ".\n..\n.begin\n" + "x" * 5000 + "\nsnowman \u2603 é"
    assert body in received(sent(shared(body=body))).get_content().replace("\r\n", "\n")


def test_a_long_title_is_cut_and_the_label_stays() -> None:
    subject = received(sent(shared(title="woord " * 80)))["Subject"]
    assert subject.endswith("… (TLP:GREEN)")
    assert len(subject) <= mail.SUBJECT_LIMIT


def test_a_reader_without_the_lead_section_gets_no_title_or_level() -> None:
    told = received(sent(shared()))
    assert told["Subject"] == f"NCSC-2026-0123 [1.00] [H/H] {SECRET} (TLP:GREEN)"
    untold = received(sent(shared(title=None, level=None)))
    assert untold["Subject"] == "NCSC-2026-0123 [1.00] (TLP:GREEN)"
    assert SECRET in told.get_content()
    assert SECRET not in untold.get_content()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("tlp", list(Tlp))
def test_content_travels_up_to_green_and_no_further(tlp: Tlp, language: str) -> None:
    wire = sent(shared(tlp=tlp, body="Geheim lichaam"), language=language)
    message = received(wire)
    text = message["Subject"] + message.get_content()
    assert tlp.label in message["Subject"]
    assert tlp.label in message.get_content()
    carried = tlp in {Tlp.CLEAR, Tlp.GREEN}
    for content in (SECRET, "Geheim lichaam", "H/H", "Samenvatting", "PAP:AMBER"):
        assert (content in text) is carried
    assert "/advisories/NCSC-2026-0123" in message.get_content()


def test_the_strictest_section_decides_for_the_whole_mail() -> None:
    mixed = shared(tlp=Tlp.AMBER)
    assert SECRET not in str(received(sent(mixed)))


def test_a_withdrawal_says_the_number_and_nothing_else() -> None:
    rendition = mail.withdrawal("NCSC-2026-0123", language="en", at=AT)
    message = received(
        rendition.to(name="", address="a@b.example", message_id=mail.message_id(uuid.uuid4()))
    )
    assert message["Subject"] == "NCSC-2026-0123 was withdrawn"
    assert message["To"] == "a@b.example"


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("piet@waterschap.example", "piet@waterschap.example"),
        ("piet+cert@bücher.example", "piet+cert@xn--bcher-kva.example"),
    ],
)
def test_an_address_goes_on_the_wire_in_ascii(address: str, on_the_wire: str) -> None:
    assert mail.mailbox(address) == on_the_wire


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nDATA",
        "a@b.example\n",
        "a b@c.example",
        "a@b@c.example",
        '"a b"@c.example',
        "a@",
        "@b.example",
        "a@b..example",
        "piét@waterschap.example",
        f"{'a' * 65}@b.example",
        "a@b.example\0",
        "",
    ],
)
def test_what_is_no_plain_address_never_gets_on_the_wire(address: str) -> None:
    with pytest.raises(mail.BadAddress):
        mail.mailbox(address)
