"""Newest 50, half depth, count, single check: the door, guardian, and hand-written SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.core import signing
from django.db import connection
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import get_objects_for_user

from advisories.models import Section
from benchmarks.timing import medians, table
from benchmarks.world import World, instant
from recipients.models import User
from sharing import access
from sharing.access.listing import SALT
from sharing.access.readers import Reader

TOP_K = """
SELECT DISTINCT t.published_at, t.advisory
  FROM unnest(ARRAY(SELECT audience FROM bench_held WHERE organisation = %(org)s)) AS h(audience)
 CROSS JOIN LATERAL (
   SELECT l.published_at, l.advisory FROM bench_listing l
    WHERE l.audience = h.audience AND (l.published_at, l.advisory) < (%(before)s, %(last)s)
    ORDER BY l.published_at DESC, l.advisory DESC LIMIT 50) t
 ORDER BY 1 DESC, 2 DESC LIMIT 50
"""
COUNT = """
SELECT count(*) FROM (SELECT DISTINCT l.advisory FROM bench_listing l
 WHERE l.audience = ANY(ARRAY(SELECT audience FROM bench_held WHERE organisation = %(org)s))
 LIMIT 1000) c
"""
CHECK = """
SELECT EXISTS (SELECT FROM sharing_grant g
 WHERE g.advisory_id = %(advisory)s
   AND g.group_id = ANY(ARRAY(SELECT audience FROM bench_held WHERE organisation = %(org)s)))
"""
HALF = """
SELECT published_at, advisory FROM bench_listing
 WHERE audience = ANY(ARRAY(SELECT audience FROM bench_held WHERE organisation = %(org)s))
 ORDER BY 1 DESC, 2 DESC LIMIT 1
OFFSET (SELECT count(*) / 2 FROM bench_listing
         WHERE audience = ANY(ARRAY(SELECT audience FROM bench_held WHERE organisation = %(org)s)))
"""
NO_LIMIT = 2**31 - 1


class Bench:
    """One reader under measurement."""

    def __init__(self, world: World, organisation: str) -> None:
        self.at = instant(world)
        self.org = UUID(organisation)
        self.user, _ = User.objects.get_or_create(
            email=f"reader-{self.org}@bench.example",
            defaults={"name": "Reader", "organisation_id": self.org},
        )
        # guardian looks at the groups of the person
        groups = access.groups_of(Reader(self.org, None, ""), at=self.at)
        self.user.groups.set(Group.objects.filter(pk__in=groups))
        self.reader = Reader(self.org, self.user.pk, self.user.actor)

    def rows(self, query: str, **params: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(query, {"org": self.org, **params})
            return list(cursor.fetchall())

    def by_hand(self, before: datetime, last: int = NO_LIMIT) -> list[int]:
        return [row[1] for row in self.rows(TOP_K, before=before, last=last)]

    def door(self, cursor: str | None = None) -> list[int]:
        page = access.inbox(self.reader, at=self.at, cursor=cursor)
        return [item.version_id for item in page.items]

    def permitted(self) -> Any:
        """guardian's answer, with the defaults that open too much switched off."""
        return get_objects_for_user(
            self.user,
            "advisories.view_section",
            klass=Section,
            accept_global_perms=False,
            with_superuser=False,
        )

    def guardian(self) -> list[int]:
        """Sections, newest first; three of them make an advisory."""
        newest = self.permitted().order_by("-version__released_at", "-version_id", "position")
        versions = list(newest.values_list("version_id", flat=True)[:150])
        return list(dict.fromkeys(versions))[:50]


def run(world: World, *, rounds: int) -> list[str]:
    """Markdown tables. Stops when two variants do not agree on the answer."""
    out = []
    for label, organisation in (("typical", world.typical), ("narrow", world.narrow)):
        bench = Bench(world, organisation)
        out.append(_pages(bench, label, rounds))
        if label == "typical":
            out += _counts_and_checks(bench, rounds)
    return out


def _pages(bench: Bench, label: str, rounds: int) -> str:
    ((when, last),) = bench.rows(HALF)
    token = signing.dumps([when.isoformat(), last], salt=SALT)
    _agree(bench.door(), bench.by_hand(bench.at), bench.guardian())
    _agree(bench.door(token), bench.by_hand(when, last))
    variants: dict[str, Callable[[], Any]] = {
        "hand-written top-k SQL": lambda: bench.by_hand(bench.at),
        "the door": bench.door,
        "hand-written, half depth": lambda: bench.by_hand(when, last),
        "the door, half depth": lambda: bench.door(token),
        "guardian get_objects_for_user": bench.guardian,
    }
    found = medians(
        variants,
        rounds=rounds,
        desc=f"newest 50, {label}",
        slow={"guardian get_objects_for_user": 10},
    )
    return table(f"Newest 50, {label} reader", found, limit="hand-written top-k SQL")


def _counts_and_checks(bench: Bench, rounds: int) -> list[str]:
    count = medians(
        {
            "hand-written, capped at 1,000": lambda: bench.rows(COUNT),
            "the door, capped at 1,000": lambda: access.count(bench.reader, at=bench.at),
            "guardian, exact": lambda: bench.permitted().count(),
        },
        rounds=rounds,
        desc="count",
        slow={"guardian, exact": 10},
    )
    advisory = bench.by_hand(bench.at)[0]
    section = Section.objects.filter(version_id=advisory)[0]
    number = f"NCSC-2026-{advisory:06d}"
    check = medians(
        {
            "hand-written EXISTS": lambda: bench.rows(CHECK, advisory=advisory),
            "the door (sections of one advisory)": lambda: access.permitted_sections(
                bench.reader, at=bench.at, advisory=number
            ),
            "guardian has_perm": lambda: ObjectPermissionChecker(bench.user).has_perm(
                "view_section", section
            ),
        },
        rounds=rounds,
        desc="single check",
    )
    return [
        table("Count, typical reader", count, limit="hand-written, capped at 1,000"),
        table("Single check, typical reader", check, limit="hand-written EXISTS"),
    ]


def _agree(*answers: list[int]) -> None:
    if any(answer != answers[0] for answer in answers):
        raise SystemExit("the variants do not agree: nothing was measured")
