"""State-classified text is kept out (C.67, art. 67 Cbw): refused, on record, and nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Classified
from advisories.linting import classified
from audit.services import record
from recipients.models import User

P = ParamSpec("P")
R = TypeVar("R")


def refuse_classified(*texts: str, target: str) -> None:
    """`Classified` when one of the texts bears a marking. `target` is what it was meant for."""
    if classified.marking_in(*texts):
        raise Classified(
            _(
                "This bears a marking of state-classified information, which must not enter this "
                "portal. Nothing was stored. Report it to the security officer."
            ),
            target=target,
        )


def on_record(act: Callable[P, R]) -> Callable[P, R]:
    """Around an act that is a transaction of its own: what it kept out is recorded after it was
    undone, with ids and no word of the text."""

    @wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(*args, **kwargs)
        except Classified as refusal:
            by, at = kwargs["by"], kwargs["at"]
            assert isinstance(by, User)
            assert isinstance(at, datetime)
            with transaction.atomic():
                record(
                    at=at,
                    actor=by.actor,
                    action="advisory.refuse",
                    target=refusal.target,
                    outcome=classified.CODE,
                    detail={"rule": classified.RULE, "act": act.__name__},
                )
            raise

    return guarded
