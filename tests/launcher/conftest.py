import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncsc_portal.embedded.state import State, open_state


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of this test's own, where the embedded servers are wanted."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    place = Path(tempfile.mkdtemp(prefix="portal-test-"))
    place.chmod(0o711)
    yield place / "state"
    shutil.rmtree(place)


@pytest.fixture
def state(folder: Path) -> State:
    return open_state(folder)
