"""The guide for partners says what works: its examples, run against a served portal."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from sharing.models import IntakeItem
from sharing.services import releasing
from tests.sharing.published import LEAD, SECRETS, Machine, Part, Published, published
from tests.sharing.taxii import STATICS
from tests.sharing.test_intake import ENVELOPE

pytestmark = [pytest.mark.processes]
DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "taxii.md").read_text()
FOLLOWER = DOCS / "examples" / "taxii_follower.py"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


class Serving(WSGIServer):
    """One request at a time, on a connection of its own to the database."""

    def shutdown_request(self, request: object) -> None:
        super().shutdown_request(request)  # type: ignore[arg-type]  # a socket
        connection.close()


@pytest.fixture
def world(own_database: str) -> Published:
    cache.clear()
    return published()


@pytest.fixture
def portal(world: Published, settings: Settings) -> Iterator[str]:
    server = make_server(
        "127.0.0.1", 0, get_wsgi_application(), server_class=Serving, handler_class=Quiet
    )
    settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.PUBLIC_URL
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def machine(world: Published) -> Machine:
    return world.machine(world.organisation("Waterbedrijf Duinrand"), may_submit=True)


def examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def run(command: list[str], machine: Machine, portal: str, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"ID": machine.row.client_id, "SECRET": machine.secret, "PORTAL": portal},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_with_curl_do_what_the_guide_says(
    world: Published, machine: Machine, portal: str, tmp_path: Path
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    (tmp_path / "envelope.json").write_text(json.dumps(ENVELOPE))
    look, post = examples("sh")
    told = run(["sh", "-ec", look], machine, portal, tmp_path)
    assert f"{portal}/taxii2/portal/" in told
    assert '"alias":"advisories"' in told
    assert '"type":"identity"' in told
    assert '"status":"complete"' in run(["sh", "-ec", post], machine, portal, tmp_path)
    assert IntakeItem.objects.count() == 1


def test_the_example_with_taxii2_client_walks_all_there_is(
    world: Published, machine: Machine, portal: str, tmp_path: Path
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    (example,) = examples("python")
    known = "import os; ID, SECRET, PORTAL = (os.environ[n] for n in ('ID', 'SECRET', 'PORTAL'))\n"
    told = run([sys.executable, "-c", known + example], machine, portal, tmp_path)
    assert "Security advisories report report--" in told
    assert "TLP:AMBER note note--" in told


def test_the_follower_keeps_what_it_may_and_drops_the_rest(
    world: Published, machine: Machine, portal: str, tmp_path: Path
) -> None:
    kept = world.publish([LEAD, Part("measures", "Blijft.")], at=timezone.now())
    gone = world.publish([LEAD, SECRETS], at=timezone.now(), title="Gaat weg")
    copy = tmp_path / "copy"
    known = [portal, machine.row.client_id, machine.secret, str(copy)]
    run([sys.executable, str(FOLLOWER), *known], machine, portal, tmp_path)
    text = "".join(file.read_text() for file in copy.iterdir())
    assert "Gaat weg" in text
    assert "Blijft." in text
    releasing.withdraw(release_id=gone.pk, reason="Fout", by=world.author, at=timezone.now())
    run([sys.executable, str(FOLLOWER), *known], machine, portal, tmp_path)
    text = "".join(file.read_text() for file in copy.iterdir())
    assert "Gaat weg" not in text
    assert "Blijft." in text
    assert str(kept.version.advisory) in text
    assert len(list(copy.iterdir())) == STATICS + 2
