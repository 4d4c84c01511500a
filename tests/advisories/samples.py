"""The sample data beside the repository, and a small sound CSAF document."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAX_BYTES = 5 * 1024 * 1024

_DOCUMENT: dict[str, Any] = {
    "document": {
        "category": "csaf_base",
        "csaf_version": "2.0",
        "distribution": {"tlp": {"label": "GREEN"}},
        "publisher": {
            "category": "vendor",
            "name": "Voorbeeld BV",
            "namespace": "https://voorbeeld.example",
        },
        "title": "Kwetsbaarheid in PoortOS",
        "notes": [{"category": "summary", "text": "Werk bij."}],
        "tracking": {
            "id": "VB-1",
            "current_release_date": "2026-03-01T09:00:00Z",
            "initial_release_date": "2026-03-01T09:00:00Z",
            "status": "final",
            "version": "1",
            "revision_history": [
                {"date": "2026-03-01T09:00:00Z", "number": "1", "summary": "Eerste versie"}
            ],
        },
    }
}


def document(
    *, version: int = 1, tracking_id: str = "VB-1", label: str | None = "GREEN", **changes: Any
) -> bytes:
    """A sound CSAF 2.0 document; `changes` go into /document."""
    made = deepcopy(_DOCUMENT)
    inner = made["document"]
    inner["tracking"]["id"] = tracking_id
    inner["tracking"]["version"] = str(version)
    inner["tracking"]["revision_history"] = [
        {"date": f"2026-03-0{n}T09:00:00Z", "number": str(n), "summary": "Versie"}
        for n in range(1, version + 1)
    ]
    inner["tracking"]["current_release_date"] = f"2026-03-0{version}T09:00:00Z"
    if label is None:
        del inner["distribution"]
    else:
        inner["distribution"] = {"tlp": {"label": label}}
    inner.update(changes)
    return json.dumps(made).encode()


def manifest() -> list[dict[str, Any]]:
    """The entries of the sample data, or a skip where it is not there."""
    path = SAMPLES / "manifest.json"
    if not path.exists():
        pytest.skip("the sample data (../shared/data) is not beside this repository")
    loaded = json.loads(path.read_bytes())
    files = loaded["files"] if isinstance(loaded, dict) and "files" in loaded else loaded
    return list(files.values()) if isinstance(files, dict) else list(files)
