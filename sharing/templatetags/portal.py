"""Words and marks for templates."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from law.facts import Recipient
from law.vocabulary import Capacity, Predicate, Purpose, Tlp
from recipients.models import Consent
from sharing.evidence.names import GATES, STANDINGS
from sharing.renditions.html import markdown
from sharing.words import LEAVES_OPEN, clock, word
from sharing.words import recipient as words_of

register = template.Library()


@register.filter
def words(value: Any) -> Any:
    """The word for a value of the law."""
    return word(value)


@register.filter
def moment(at: datetime | None, precision: str = "minutes") -> str:
    """Day and clock in Amsterdam with the zone; `moment:"seconds"` where the order matters."""
    return clock(at, seconds=precision == "seconds")


@register.filter
def gate_name(name: str) -> Any:
    """What a gate asks, in words; its own name where there are none."""
    return GATES.get(name, name)


@register.filter
def standing(value: Any) -> Any:
    """What became of a piece of evidence, in words."""
    return STANDINGS[value]


@register.filter
def predicate(name: str) -> Any:
    """The word for what a gate asked, by its name; the name itself for what the registry shows."""
    return word(Predicate(name)) if name in frozenset(Predicate) else name


@register.filter
def leaves_open(rule_id: str) -> Any:
    """What a rule leaves to a person."""
    return LEAVES_OPEN[rule_id]


@register.filter
def kind(profile: Recipient) -> str:
    """What a recipient is, in words."""
    return words_of(profile)


@register.filter
def consented_to(consent: Consent) -> str:
    """The recipients in scope of a consent."""
    parts = [str(consent.to_organisation)] if consent.to_organisation else []
    parts += [str(word(Capacity(consent.to_capacity)))] if consent.to_capacity else []
    parts += [str(consent.to_sector)] if consent.to_sector else []
    return ", ".join(parts)


@register.filter
def consented_for(consent: Consent) -> Any:
    """The purpose of a consent."""
    return word(Purpose(consent.purpose))


@register.filter
def prose(text: str) -> SafeString:
    """Markdown as readers will see it, sanitised."""
    return markdown(text)


@register.filter
def tlp_class(value: Any) -> str:
    """The style class of a TLP label; a missing label looks like RED, for it counts as RED."""
    return "tlp-" + (str(value) or "red").replace("+", "-")


@register.filter
def tlp_label(value: Any) -> str:
    return Tlp(value).label if value else "TLP:—"
