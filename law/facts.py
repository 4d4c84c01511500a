"""What the law is asked about: frozen facts, no rows, no clock.

Every field that could open something defaults to the closed value: unknown is no.
"""

from dataclasses import dataclass, field
from datetime import datetime

from law.vocabulary import (
    Capacity,
    Pap,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Scope,
    Territory,
    Tlp,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient *profile* (gate F): everything the regimes ask of what a recipient is.

    Organisations with equal facts share one profile and so one decision.
    """

    capacities: frozenset[Capacity] = frozenset()
    territory: Territory | None = None
    sectors: frozenset[str] = frozenset()  # NIS2 codes; for addressing and class consent
    active: bool = False
    secrecy_guaranteed: bool = False  # geheimhoudingswaarborg in force
    coop_relation: bool = False  # samenwerkingsrelatie, art. 54 Cbw
    avg_chapter_v_basis: bool = False  # adequacy decision or art. 46 AVG instrument
    # WBNI_2018 asks of an OKTT only that its task is objectively knowable and on record.
    objectively_knowable_task: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """What binds this very recipient to this very item. The default binds nothing."""

    is_only_subject: bool = False  # SELF: the data are about the recipient and nobody else
    concerns_recipient_systems: bool = False
    subject_in_constituency: bool = False  # achterban covers the subject
    consent_of_all_traced: bool = False  # instemming, valid at the instant, scope covers recipient
    consent_was_given: bool = False  # there is or was a consent, valid or not: names the code
    no_linking_organisation: bool = False  # computed, with its snapshot kept as evidence
    # What the law leaves to a person was allowed by legal affairs and a second person, for this
    # item and this recipient. It lifts MANUAL and nothing else.
    legal_ruling: bool = False
    named_for_red: bool = False  # the reader or organisation is named for TLP:RED
    designation_ended: bool = (
        False  # held the capacity addressed, holds it no longer: names the code
    )


@dataclass(frozen=True, slots=True)
class Iep:
    """The originator's terms as far as they decide who receives what (FIRST IEP 2.0)."""

    start_date: datetime | None = None  # aware; None: from the beginning
    end_date: datetime | None = None  # aware, itself excluded; None: without end
    affected_party_notifications: bool = False  # `may` notify whom it is about; else `must-not`


@dataclass(frozen=True, slots=True)
class Item:
    """One section's marking (rubricering van het onderdeel), `sharing-rules` facets."""

    scope: frozenset[Scope] = frozenset()
    confidential: bool | None = None  # vertrouwelijk; None: nobody said
    traceable: bool | None = None  # herleidbaar to at least one organisation; None: nobody said
    subject_is_vital_or_gov: bool = False
    personal_data: PersonalData | None = None
    provenance: Provenance | None = None
    tlp: Tlp | None = None  # None counts as RED
    pap: Pap | None = None
    embargo_until: datetime | None = None
    iep: Iep | None = None  # None: the originator set no terms
    classified: bool = False  # gerubriceerd (VIRBI)
    reporter_identity: bool = False  # reveals who reported a vulnerability (art. 34(3) Cbw)
    attested: frozenset[Predicate] = (
        frozenset()
    )  # attested for this item and this kind of recipient


@dataclass(frozen=True, slots=True)
class Question:
    """May this item go to this recipient, for this purpose, at this instant?"""

    item: Item
    recipient: Recipient
    purpose: Purpose
    instant: datetime  # aware; compared in Europe/Amsterdam
    relation: Relation = field(default_factory=Relation)
    # Ids of rules on which nothing may be based: what would be lost if a rule did not hold.
    suspended: frozenset[str] = frozenset()
