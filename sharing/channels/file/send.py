"""One file a delivery, named after it: complete from the moment that it is there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from django.conf import settings

from sharing.channels.contract import Outcome, Parcel, Result, Unreachable

Key = TypeVar("Key")


def is_permanent(code: int) -> bool:
    return False


def session() -> Session:
    folder = Path(settings.DRILL_FOLDER)
    if not settings.DRILL_FOLDER or not folder.is_dir():
        raise Unreachable("there is no drill folder")
    return Session(folder)


class Session:
    def __init__(self, folder: Path) -> None:
        self.over = False
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def hand_over(
        self, parcels: Iterable[Parcel[Key]], *, stop_at: float
    ) -> Iterator[tuple[Key, Result]]:
        """A repeat overwrites: it is the same message."""
        for parcel in parcels:
            name = parcel.recipient
            new = self._folder / f".{name}.{os.getpid()}"
            try:
                new.write_bytes(parcel.content.removesuffix(b".\r\n"))
                new.replace(self._folder / f"{name}.eml")
            except OSError as error:
                yield parcel.key, Result(Outcome.DEFERRED, None, error.strerror or "")
            else:
                yield parcel.key, Result(Outcome.HANDED_OVER, None, "written, not sent")
