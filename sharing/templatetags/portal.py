"""Words and marks for templates."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from law.vocabulary import Tlp
from sharing.evidence.names import GATES, STANDINGS
from sharing.renditions.html import markdown
from sharing.words import word

register = template.Library()


@register.filter
def words(value: Any) -> Any:
    """The word for a value of the law."""
    return word(value)


@register.filter
def gate_name(name: str) -> Any:
    """What a gate asks, in words; its own name where there are none."""
    return GATES.get(name, name)


@register.filter
def standing(value: Any) -> Any:
    """What became of a piece of evidence, in words."""
    return STANDINGS[value]


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
