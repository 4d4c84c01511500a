"""A finding: what stands where, whose it is, and the marking that it asks for."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from enum import StrEnum
from uuid import UUID

from law.vocabulary import PersonalData


class Kind(StrEnum):
    """What was found. The first four point to an organisation of the registry."""

    NAME = "name"
    DOMAIN = "domain"
    NETWORK = "network"
    AS_NUMBER = "as_number"
    ADDRESS = "address"  # an IP address of nobody in the registry
    EMAIL = "email"
    MAILBOX = "mailbox"  # of a function, not of a person
    CREDENTIAL = "credential"
    CVE = "cve"  # not known to be public
    PUBLIC_CVE = "public_cve"
    CLASSIFIED = "classified"


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` of one part of a section: `title`, `heading`, `body`, `data/…`."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the marking should say because of a finding. Empty: it only informs."""

    subject: UUID | None = None  # the section is about this organisation
    confidential: bool = False  # P-CONF
    traceable: bool = False  # to the subject
    personal_data: PersonalData | None = None
    question: bool = False  # confidential, or under embargo? Only a person can say
    refused: bool = False  # classified: no marking makes this lawful (C.67)

    @property
    def downgraded_when_refused(self) -> bool:
        """Refusing it widens who may read: it takes a second person."""
        return self.confidential or self.traceable or self.personal_data is not None

    @property
    def blocks(self) -> bool:
        """Nothing is submitted while nobody answered it."""
        return self.subject is not None or self.personal_data is not None or self.refused


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a text. `matched` is how the register or the pattern spells it."""

    kind: Kind
    span: Span
    matched: str
    line: str  # the line it stands in, as it reads
    proposal: Proposal

    @property
    def organisation(self) -> UUID | None:
        return self.proposal.subject

    @property
    def fingerprint(self) -> str:
        """The same for the same words in the same line with the same proposal, and for no other:
        an answer to one does not answer another."""
        said = (
            self.kind.value,
            self.span.part.partition("/")[0],
            self.matched,
            " ".join(self.line.split()),
            *(str(value) for value in astuple(self.proposal)),
        )
        return hashlib.sha256("\x00".join(said).encode("utf-8", "replace")).hexdigest()
