"""One worker process of the hand-over measurement. Imports nothing of Django before set-up."""

from multiprocessing.synchronize import Barrier


def work(barrier: Barrier, database: str, port: int) -> None:
    """Warm, wait for the others, then drain the outbox to the sink at `port`."""
    import django  # noqa: PLC0415 (a fresh process)

    django.setup()
    from django.conf import settings  # noqa: PLC0415 (needs the set-up)
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from sharing.delivery.drain import drain  # noqa: PLC0415

    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    barrier.wait(timeout=60)
    drain(clock=timezone.now)
