"""What a form shows a person to type in."""

from typing import Any

from django import forms


class Moment(forms.DateTimeInput):
    """A day and a time of Amsterdam. Browsers take and show only this form of it (HTML,
    `input type=datetime-local`), so that what was typed comes back after a mistake."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"type": "datetime-local", **(attrs or {})}, format="%Y-%m-%dT%H:%M")
