"""`manage.py follow_registry`: memberships and grants as the facts of the registry say now."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from recipients.models import Organisation
from sharing.services import registry


class Command(BaseCommand):
    help = (
        "Lay memberships and grants out anew for every organisation: after an upgrade that changes"
        " how long facts hold. Running it twice changes nothing more."
    )

    def handle(self, **options: Any) -> None:
        organisations = Organisation.objects.order_by("pk")
        for organisation in tqdm(
            organisations.iterator(), total=organisations.count(), file=sys.stderr, disable=None
        ):
            registry.follow_anew(organisation=organisation, at=timezone.now())
