"""The shapes of answers, for the OpenAPI document; `rendering` fills them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import CharField, ChoiceField, DateTimeField, ListField

from advisories.iep import PermittedActions
from law.vocabulary import Code, Pap, Purpose, RegimeId, Tlp

KINDS = ("advisory", "threat", "incident")
SECTION_KINDS = (
    "lead",
    "text",
    "measures",
    "products",
    "vulnerabilities",
    "indicators",
    "systems",
)
EVENTS = ("released", "revised", "granted", "revoked", "recalled")
TLP = tuple(word.label for word in Tlp)
PAP = tuple(f"PAP:{word.value.upper()}" for word in Pap)
ACTIONS = tuple(word.value for word in PermittedActions)
ONWARD = tuple(code.value for code in (Code.DENY_TLP, Code.DENY_20_2_NOT_LISTED, Code.DENY_66_1))
REGIMES = tuple(word.value for word in RegimeId)
PURPOSES = tuple(word.value for word in Purpose)

NUMBER = "For example NCSC-2026-0001."
VERSION = "For example 1.00, 1.01, 2.00."
LEAD = "Null when the section that it belongs to is not shared with you."
LEVEL = f"Probability and damage (kans/schade), H, M or L each: H/M. {LEAD}"


class Listed(serializers.Serializer[Any]):
    """One line of the list: the newest version that you may see of an advisory."""

    advisory = CharField(help_text=NUMBER)
    version = CharField(help_text=VERSION)
    kind = ChoiceField(KINDS)
    title = CharField(allow_null=True, help_text=LEAD)
    level = CharField(allow_null=True, help_text=LEVEL)
    urgent = serializers.BooleanField(allow_null=True, help_text=LEAD)
    tlp = ChoiceField(TLP, help_text="The strictest label among the sections shared with you.")
    releasedAt = DateTimeField()  # noqa: N815 (the name in the interface)


class AdvisoryPage(serializers.Serializer[Any]):
    """Newest first. A page may hold fewer items than asked for while there is a next one."""

    items = Listed(many=True)
    next = CharField(allow_null=True, help_text="Give it as `cursor`. Null at the end.")


class Ground(serializers.Serializer[Any]):
    """The legal ground on which you may see the section."""

    regime = ChoiceField(REGIMES)
    rules = ListField(child=CharField())


class Onward(serializers.Serializer[Any]):
    """Whether you may pass the section on to your own constituency, those who need to know it."""

    allowed = serializers.BooleanField()
    reason = ChoiceField(ONWARD, allow_null=True, help_text="Why not; null when you may.")


class Section(serializers.Serializer[Any]):
    """One section that you may see."""

    kind = ChoiceField(SECTION_KINDS)
    heading = CharField(allow_blank=True)
    body = CharField(allow_blank=True, help_text="Markdown. Treat it as untrusted.")
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="Structured content; its form depends on `kind`."
    )
    tlp = ChoiceField(TLP)
    pap = ChoiceField(PAP, allow_null=True)
    ground = Ground()
    permittedActions = ChoiceField(  # noqa: N815 (the name in the interface)
        ACTIONS, allow_null=True, help_text="What the originator permits (IEP 2.0)."
    )
    source = CharField(allow_null=True, help_text="The originator, where that may be told.")  # type: ignore[assignment]  # a field of the interface
    onward = Onward()


class Advisory(Listed):
    """One version of an advisory, as far as you may see it."""

    language = CharField(help_text="Language of the text (BCP 47).")
    changeNote = CharField(allow_null=True, allow_blank=True, help_text=LEAD)  # noqa: N815
    targeted = serializers.BooleanField(
        help_text="A targeted alert: you must assess it and record the outcome (art. 17 Cbb)."
    )
    sections = Section(many=True)
    versions = ListField(child=CharField(), help_text="Versions that you may open, newest first.")


class Rule(serializers.Serializer[Any]):
    """A rule that your ground rests on."""

    id = CharField()
    article = CharField()
    quote = CharField(allow_blank=True, help_text="Verbatim, in Dutch; empty where none exists.")
    gloss = CharField(help_text="In English, in short.")


class Decision(serializers.Serializer[Any]):
    """Why you may see one section."""

    kind = ChoiceField(SECTION_KINDS)
    heading = CharField(allow_blank=True)
    tlp = ChoiceField(TLP)
    regime = ChoiceField(REGIMES)
    purpose = ChoiceField(PURPOSES, help_text="What it was supplied for.")
    rules = Rule(many=True)


class Decisions(serializers.Serializer[Any]):
    """Why you may see what you may see of one version, section by section."""

    advisory = CharField(help_text=NUMBER)
    version = CharField(help_text=VERSION)
    decisions = Decision(many=True)


class Change(serializers.Serializer[Any]):
    """One event. Fetch the version again when it is open; forget it when it is not."""

    position = serializers.IntegerField()
    event = ChoiceField(EVENTS)
    advisory = CharField(help_text=NUMBER)
    version = CharField(help_text=VERSION)
    at = DateTimeField()
    open = serializers.BooleanField(help_text="False: a tombstone, you may see it no longer.")
    reason = CharField(allow_null=True, help_text="Why it was recalled, in words.")


class ChangePage(serializers.Serializer[Any]):
    """Oldest first, without gaps: ask again with `since` set to `next`."""

    items = Change(many=True)
    next = serializers.IntegerField()
    more = serializers.BooleanField(help_text="Ask again at once.")


class Problem(serializers.Serializer[Any]):
    """What went wrong (RFC 9457). Denied and absent are the same answer."""

    type = CharField()
    title = CharField()
    status = serializers.IntegerField()
    detail = CharField()


class WithdrawnAdvisory(serializers.Serializer[Any]):
    """All that is left of an advisory that was withdrawn after you could see it."""

    advisory = CharField(help_text=NUMBER)
    withdrawnAt = DateTimeField()  # noqa: N815
    reason = CharField()


class WithdrawnProblem(Problem):
    """The advisory was withdrawn; what you hold of it is no longer valid."""

    withdrawn = WithdrawnAdvisory()


class Standing(serializers.Serializer[Any]):
    """A fact of the registry about you that is in force."""

    what = CharField()
    until = DateTimeField(allow_null=True, help_text="Null when no end is known.")


class Held(serializers.Serializer[Any]):
    """How many versions you may open whose strictest label is this one."""

    tlp = ChoiceField(TLP)
    versions = serializers.IntegerField(min_value=1)


class MyMarkings(serializers.Serializer[Any]):
    """What your organisation is entitled to."""

    organisation = CharField()
    at = DateTimeField()
    capacities = Standing(many=True, help_text="What you count as under the Act.")
    sectors = Standing(many=True, help_text="Codes of annexes I and II of NIS2.")
    territories = Standing(many=True)
    assurances = Standing(many=True, help_text="Terms in force between you and the NCSC.")
    held = Held(many=True)
    digest = CharField(
        help_text=(
            "SHA-256 in hexadecimal of what you should hold: of each item of `listAdvisories`, in"
            " its order, the line `NUMBER VERSION TLP` and a line feed. Yours differs: you are"
            " behind."
        )
    )
