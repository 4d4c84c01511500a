"""Whether the keys and endpoints that we rely on still work; the same as every day by itself."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sharing.delivery.preflight import preflight


class Command(BaseCommand):
    help = "Check every key, call every endpoint, and remind whose key ends soon."

    def handle(self, **options: Any) -> None:
        for name, count in asdict(preflight(at=timezone.now())).items():
            self.stdout.write(f"{name}: {count}")
