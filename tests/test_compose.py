"""What runs in production is what the launcher runs: same commands, same variables."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_pydantic import ComposeSpecification
from pydantic import ValidationError

from ncsc_portal.embedded.processes import BEAT, WEB, WORKER

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ("web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_the_file_is_what_the_compose_specification_allows(compose: dict[str, Any]) -> None:
    # Extensions are the specification's own (`^x-`), but these models were generated without them.
    plain = {key: value for key, value in compose.items() if not key.startswith("x-")}
    specified = ComposeSpecification.model_validate(plain)
    assert set(PORTAL) < set(specified.services or {})
    misspelt = {**plain["services"]["web"], "helthcheck": {}}
    with pytest.raises(ValidationError, match="helthcheck"):
        ComposeSpecification.model_validate({**plain, "services": {"web": misspelt}})


@pytest.mark.parametrize(("service", "command"), [("web", WEB), ("worker", WORKER), ("beat", BEAT)])
def test_a_process_is_started_as_the_launcher_starts_it(
    compose: dict[str, Any], service: str, command: tuple[str, ...]
) -> None:
    assert tuple(compose["services"][service]["command"][: len(command)]) == command


@pytest.mark.parametrize("service", PORTAL)
def test_every_variable_that_the_settings_demand_is_set(
    compose: dict[str, Any], service: str
) -> None:
    given = {name.removesuffix("_FILE") for name in compose["services"][service]["environment"]}
    demanded = {
        *("DEBUG", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"),
        *("EMAIL_HOST", "DEFAULT_FROM_EMAIL", "AUDIT_SIGNING_KEY", "OIDC_PRIVATE_KEY"),
        *("OPENPGP_KEY", "PUBLISHER_NAME", "PUBLISHER_NAMESPACE", "SECURITY_CONTACT"),
    }
    assert demanded <= given


@pytest.mark.parametrize("service", PORTAL)
def test_no_secret_stands_in_the_file_and_nothing_runs_as_root(
    compose: dict[str, Any], service: str
) -> None:
    running = compose["services"][service]
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "AUDIT_SIGNING_KEY", "OPENPGP_KEY"):
        assert running["environment"][f"{name}_FILE"].startswith("/run/secrets/")
    assert running["user"].split(":")[0] not in {"0", "root"}
    assert running["read_only"]


def test_every_service_that_stays_up_has_a_health_check(compose: dict[str, Any]) -> None:
    without = {name for name, one in compose["services"].items() if "healthcheck" not in one}
    assert without == {"migrate"}  # it runs once and ends
