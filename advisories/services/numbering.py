"""NCSC-YYYY-NNNN, without gaps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from advisories.models import NumberSeries

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def take_number(*, at: datetime) -> str:
    """The next number of the year that `at` falls in, Amsterdam time.

    Runs in the caller's transaction and locks the year's row until its end: a roll-back gives
    the number back, so no number is ever skipped.
    """
    year = at.astimezone(AMSTERDAM).year
    NumberSeries.objects.bulk_create([NumberSeries(year=year, last=0)], ignore_conflicts=True)
    series = NumberSeries.objects.select_for_update(no_key=True).get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"NCSC-{year}-{series.last:04d}"
