"""The sealer's clock."""

from celery import shared_task
from django.utils import timezone

from audit import sealing


@shared_task(name="audit.tasks.seal")
def seal() -> None:
    """Seals what is final; beat rings every minute."""
    sealing.seal(at=timezone.now())
