"""Walk: every address × method × role, from the URLconf, against the table below.

An address without a row fails, and so does a row without an address. A method that a row does
not name must be refused to everyone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from advisories.models import Advisory
from law.vocabulary import Capacity
from recipients.models import Role, RoleAssignment, User
from sharing.models import Audience, Release
from tests.sharing.published import Published, published

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

# --- who walks ---------------------------------------------------------------------

STAFF = tuple(Role.values)
READERS = ("reader", "outsider")  # of an organisation that may see the advisory, and of one not
STRANGERS = ("anonymous", "inactive", "machine")  # no session; the machine has an access token
ROLES = (*STRANGERS, *READERS, "staff without role", *STAFF)

# --- what is answered --------------------------------------------------------------

Answers = Mapping[str, frozenset[int]]
REFUSALS = frozenset({302, 401, 403, 404, 405})  # 302: to the log-in page, which is looked at


def everyone(*statuses: int) -> Answers:
    return dict.fromkeys(ROLES, frozenset(statuses))


def only(*roles: str, get: int = 200, others: int, strangers: int | None = None) -> Answers:
    """`roles` get one answer, the others another, and who is not signed in a third."""
    answers = dict.fromkeys(ROLES, frozenset({others}))
    answers |= dict.fromkeys(STRANGERS, frozenset({others if strangers is None else strangers}))
    return answers | dict.fromkeys(roles, frozenset({get}))


@dataclass(frozen=True)
class Row:
    """The answers of one address by method; HEAD answers as GET."""

    methods: Mapping[str, Answers]
    kwargs: Callable[["World"], dict[str, Any]] = field(default=lambda _: {})

    def expected(self, method: str, role: str) -> frozenset[int]:
        answers = self.methods.get("GET" if method == "HEAD" else method)
        return answers[role] if answers else REFUSALS


def row(kwargs: Callable[["World"], dict[str, Any]] | None = None, **methods: Answers) -> Row:
    return Row(methods, kwargs) if kwargs else Row(methods)


def shelf(_: "World") -> dict[str, Any]:
    return {"collection": "advisories"}


def unheld(_: "World") -> dict[str, Any]:
    return {"collection": "advisories", "object_id": f"report--{UUID(int=0)}"}


TABLE: dict[str, Row] = {
    # whether the process lives and can serve: one word
    "alive": row(GET=everyone(200)),
    "ready": row(GET=everyone(200)),
    # REST, for programs only
    "api:advisories": row(GET=only("machine", others=401)),
    "api:advisory": row(lambda world: {"number": world.number}, GET=only("machine", others=401)),
    # for everyone, without a token
    "api:public-advisories": row(GET=everyone(200)),
    "api:public-advisory": row(lambda world: {"number": world.number}, GET=everyone(404)),
    "api:decisions": row(lambda world: {"number": world.number}, GET=only("machine", others=401)),
    "api:my-markings": row(GET=only("machine", others=401)),
    "api:changes": row(GET=only("machine", others=401)),
    "api:openapi": row(GET=everyone(200)),
    "api:nothing": row(lambda _: {"rest": "elsewhere"}, GET=everyone(404)),
    # CSAF: what is public for everyone, the rest for programs
    "csaf:metadata": row(GET=everyone(200)),
    "csaf:its-metadata": row(lambda _: {"folder": "v2.1"}, GET=everyone(200)),
    "csaf:service": row(GET=everyone(200)),
    "csaf:its-service": row(lambda _: {"folder": "v2.0"}, GET=everyone(200)),
    "csaf:security": row(GET=everyone(200)),
    "csaf:key": row(GET=everyone(200)),
    "csaf:feed": row(
        lambda _: {"folder": "v2.0", "word": "green", "named": "green"},
        GET=only("machine", others=401),
    ),
    "csaf:category": row(
        lambda _: {"folder": "v2.1", "word": "clear", "named": "clear"}, GET=everyone(200)
    ),
    "csaf:index": row(lambda _: {"folder": "v2.0", "word": "white"}, GET=everyone(200)),
    "csaf:changes": row(lambda _: {"folder": "v2.0", "word": "white"}, GET=everyone(200)),
    "csaf:level": row(lambda _: {"folder": "v2.0", "word": "white"}, GET=everyone(200)),
    "csaf:year": row(
        lambda _: {"folder": "v2.0", "word": "white", "year": "2026"}, GET=everyone(404)
    ),
    "csaf:document": row(
        lambda _: {"folder": "v2.0", "word": "amber", "path": "2026/ncsc-2026-0001.json"},
        GET=only("machine", get=404, others=401),
    ),
    "csaf:nothing": row(lambda _: {"rest": "elsewhere"}, GET=everyone(404)),
    "csaf:well-known-nothing": row(lambda _: {"rest": "elsewhere"}, GET=everyone(404)),
    # TAXII, for programs only
    "taxii:discovery": row(GET=only("machine", others=401)),
    "taxii:root": row(GET=only("machine", others=401)),
    "taxii:status": row(
        lambda _: {"status_id": UUID(int=0)}, GET=only("machine", get=404, others=401)
    ),
    "taxii:collections": row(GET=only("machine", others=401)),
    "taxii:collection": row(shelf, GET=only("machine", others=401)),
    "taxii:manifest": row(shelf, GET=only("machine", others=401)),
    # posted to by who may only read: as if it were not there
    "taxii:objects": row(
        shelf, GET=only("machine", others=401), POST=only("machine", get=404, others=401)
    ),
    "taxii:object": row(unheld, GET=only("machine", get=404, others=401)),
    "taxii:versions": row(unheld, GET=only("machine", get=404, others=401)),
    "taxii:nothing": row(lambda _: {"rest": "elsewhere"}, GET=everyone(404)),
    # tokens: without a client's own secret there is nothing
    "oidc:token": row(POST=everyone(400)),
    "oidc:revoke": row(POST=everyone(400), OPTIONS=everyone(200)),
}

# --- the pages ---------------------------------------------------------------------

DESK = ("author", "second_reader", "duty_officer")


def to(*roles: str, answer: int = 200) -> Answers:
    """`roles` get `answer`; other signed-in people find nothing; strangers are sent to log in."""
    return only(*roles, get=answer, others=404, strangers=302)


def editor(world: "World") -> dict[str, Any]:
    return {"version_id": world.version}


def section(world: "World") -> dict[str, Any]:
    return {"version_id": world.version, "section_id": world.section}


def released(world: "World") -> dict[str, Any]:
    return {"release_id": world.release}


def registered(world: "World") -> dict[str, Any]:
    return {"organisation_id": world.organisation}


def fact(world: "World") -> dict[str, Any]:
    return {"kind": "designation", "fact_id": 2**31}


def no_supply(_: "World") -> dict[str, Any]:
    return {"supply_id": 2**31}


def unreceived(_: "World") -> dict[str, Any]:
    return {"item_id": UUID(int=0)}


SECOND = ("second_reader", "duty_officer", "legal_officer")
SEES_LAW = (*DESK, "legal_officer", "auditor")
SEES_REGISTRY = (*DESK, "legal_officer", "registry_manager", "security_officer", "auditor")
SIGNED_IN = (*READERS, "staff without role", *STAFF)

TABLE |= {
    "set_language": row(POST=everyone(302)),
    # recipients
    "sharing:inbox": row(GET=only(*READERS, get=200, others=302)),
    "sharing:advisory": row(lambda world: {"number": world.number}, GET=to("reader")),
    "sharing:download": row(
        lambda world: {"number": world.number, "ending": "md"}, GET=to("reader")
    ),
    "sharing:answer": row(lambda world: {"number": world.number}, POST=to("reader", answer=422)),
    "sharing:onward": row(
        lambda world: {"number": world.number}, GET=to("reader"), POST=to("reader", answer=404)
    ),
    # the public: what this world published is not meant for it
    "sharing:public": row(GET=everyone(200)),
    "sharing:public-advisory": row(lambda world: {"number": world.number}, GET=everyone(404)),
    "sharing:why": row(lambda world: {"number": world.number}, GET=to("reader")),
    # the desk
    "sharing:answer-request": row(lambda _: {"request_id": 2**31}, POST=to()),
    "sharing:desk": row(GET=to(*SEES_REGISTRY)),
    "sharing:new": row(GET=to(*DESK), POST=to(*DESK)),
    "sharing:import": row(POST=to(*DESK, answer=422)),
    "sharing:intake": row(GET=to(*DESK)),
    "sharing:intake-received": row(unreceived, GET=to()),
    "sharing:intake-draft": row(unreceived, POST=to()),
    "sharing:intake-dismiss": row(unreceived, POST=to()),
    "sharing:editor": row(editor, GET=to(*DESK)),
    "sharing:preview": row(editor, GET=to(*DESK)),
    # what is released refuses every edit, whoever asks: the form comes back
    "sharing:fields": row(editor, POST=to(*DESK, answer=422)),
    "sharing:new-section": row(editor, GET=to(*DESK), POST=to(*DESK, answer=422)),
    "sharing:section": row(section, GET=to(*DESK), POST=to(*DESK, answer=422)),
    "sharing:remove-section": row(section, POST=to(*DESK, answer=409)),
    "sharing:accept-finding": row(section, POST=to(*DESK, answer=409)),
    "sharing:refuse-finding": row(section, POST=to(*DESK, answer=422)),
    "sharing:confirm-refusal": row(
        lambda world: {"version_id": world.version, "refusal_id": 2**31},
        POST=to("second_reader", "duty_officer", answer=302),
    ),
    "sharing:address": row(editor, POST=to(*DESK, answer=422)),
    "sharing:attest": row(editor, POST=to(*DESK, "legal_officer", answer=422)),
    "sharing:submit": row(editor, POST=to(*DESK, answer=409)),
    "sharing:approve": row(editor, POST=to("second_reader", "duty_officer", answer=409)),
    "sharing:send-back": row(editor, POST=to("second_reader", "duty_officer", answer=422)),
    "sharing:publish": row(
        editor, GET=to("author", "duty_officer"), POST=to("author", "duty_officer", answer=409)
    ),
    "sharing:suppose": row(released, GET=to(*DESK)),
    "sharing:board": row(released, GET=to(*DESK)),
    "sharing:withdraw": row(released, POST=to("author", "duty_officer", answer=422)),
    "sharing:revise": row(released, POST=to(*DESK, answer=302)),
    "sharing:explain": row(
        lambda world: {"section_id": world.section, "organisation_id": world.organisation},
        GET=to(*DESK, "legal_officer", "auditor"),
    ),
    "sharing:explain-kind": row(
        lambda world: {"section_id": world.section, "digest": world.digest},
        GET=to(*DESK, "legal_officer", "auditor"),
    ),
    "sharing:organisations": row(GET=to(*SEES_REGISTRY)),
    "sharing:organisation": row(
        registered, GET=to(*SEES_REGISTRY), POST=to(*SEES_REGISTRY, answer=422)
    ),
    "sharing:add-identifier": row(
        registered, POST=to("registry_manager", "security_officer", answer=422)
    ),
    "sharing:end-identifier": row(
        lambda _: {"identifier_kind": "domain", "identifier_id": 2**31}, POST=to()
    ),
    "sharing:consents": row(GET=to(*SEES_REGISTRY)),
    "sharing:give-consent": row(
        registered,
        GET=to("registry_manager", "security_officer"),
        POST=to("registry_manager", "security_officer", answer=422),
    ),
    "sharing:confirm-fact": row(fact, POST=to()),
    "sharing:end-fact": row(fact, POST=to()),
    "sharing:consequences": row(fact, GET=to()),
    # exceptional supply: a released version takes none
    "sharing:new-exception": row(
        lambda world: {"version_id": world.version, "flow": "statement"},
        GET=to(*DESK, "legal_officer"),
        POST=to(*DESK, "legal_officer", answer=422),
    ),
    "sharing:exceptions": row(GET=to(*SEES_LAW)),
    "sharing:exception": row(no_supply, GET=to()),
    "sharing:confirm-exception": row(no_supply, POST=to()),
    "sharing:end-exception": row(no_supply, POST=to()),
    "sharing:review-exception": row(no_supply, POST=to()),
    # the law
    "sharing:woo": row(GET=to("legal_officer"), POST=to("legal_officer", answer=422)),
    "sharing:law": row(GET=to(*SEES_LAW)),
    "sharing:suppose-rule": row(lambda _: {"rule": "C.53"}, GET=to(*SEES_LAW)),
    "sharing:verify-rule": row(lambda _: {"rule": "C.53"}, POST=to("legal_officer", answer=422)),
    "sharing:reassessment": row(GET=to(*SEES_LAW)),
    "sharing:reassessment-progress": row(GET=to()),
    "sharing:propose-reassessment": row(POST=to("legal_officer", answer=422)),
    "sharing:approve-reassessment": row(lambda _: {"reassessment_id": 2**31}, POST=to()),
    "sharing:manual": row(GET=to(*SEES_LAW)),
    "sharing:manual-section": row(
        lambda world: {"section_id": world.section},
        GET=to(*SEES_LAW),
        POST=to("legal_officer", answer=422),
    ),
    "sharing:confirm-rulings": row(POST=to(*SECOND, answer=302)),
    "sharing:end-ruling": row(lambda _: {"ruling_id": 2**31}, POST=to()),
    # accounts: by invitation
    "account_login": row(
        GET=only(*STRANGERS, get=200, others=302), POST=only(*STRANGERS, get=200, others=302)
    ),
    "account_logout": row(GET=only(*SIGNED_IN, get=200, others=302), POST=everyone(302)),
    "account_signup": row(GET=everyone(404), POST=everyone(404)),
    "account_inactive": row(GET=everyone(200), POST=everyone(405)),
    "account_set_password": row(
        GET=only(*SIGNED_IN, get=200, others=302), POST=only(*SIGNED_IN, get=200, others=302)
    ),
    "mfa_index": row(GET=only(*SIGNED_IN, get=200, others=302)),
    "mfa_reauthenticate": row(
        GET=only(*SIGNED_IN, get=200, others=302), POST=only(*SIGNED_IN, get=200, others=302)
    ),
    # who is signed in goes on to confirm it, who is not goes to log in
    **{
        name: row(GET=everyone(302), POST=everyone(302))
        for name in (
            "account_change_password",
            "account_reauthenticate",
            "mfa_activate_totp",
            "mfa_authenticate",
            "mfa_deactivate_totp",
            "mfa_generate_recovery_codes",
        )
    },
    # none were made yet
    "mfa_view_recovery_codes": row(GET=only(*SIGNED_IN, get=404, others=302)),
    "mfa_download_recovery_codes": row(GET=only(*SIGNED_IN, get=404, others=302)),
}

# --- the walk ----------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """One advisory for essential entities, and somebody in every role."""

    number: str
    version: int
    section: int
    release: int
    organisation: Any
    digest: str  # of a kind of recipient
    walkers: Mapping[str, Client]

    def ask(self, role: str, method: str, path: str) -> Any:
        """One request that leaves no trace, whatever it did."""
        walker = self.walkers[role]
        browser = Client(raise_request_exception=False)
        browser.cookies.update(walker.cookies)
        browser.defaults.update(walker.defaults)
        cache.clear()  # rate limits are not what is walked here
        before = transaction.savepoint()
        try:
            return browser.generic(method, path)
        finally:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(before)


def somebody(role: str, world: Published, **fields: Any) -> Client:
    """A browser with a session of a new account."""
    user = User.objects.create_user(f"{role.replace(' ', '-')}@ncsc.example", name=role, **fields)
    if role in STAFF:
        RoleAssignment.objects.create(
            user=user,
            role=role,
            valid_from=timezone.now() - timedelta(minutes=1),
            assigned_by=world.author,
            confirmed_by=world.second,
        )
    TOTP.activate(user, generate_totp_secret())
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return browser


@pytest.fixture
def world() -> World:
    staff = published()
    permitted = staff.organisation("Waterbedrijf Duinrand")
    other = staff.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
    staff.publish(at=timezone.now())
    walkers = {
        "anonymous": Client(),
        "inactive": somebody("inactive", staff, organisation=permitted),
        "machine": Client(headers={"Authorization": f"Bearer {staff.machine(permitted).token()}"}),
        "reader": somebody("reader", staff, organisation=permitted),
        "outsider": somebody("outsider", staff, organisation=other),
        "staff without role": somebody("staff without role", staff),
        **{role: somebody(role, staff) for role in STAFF},
    }
    User.objects.filter(name="inactive").update(is_active=False)
    release = Release.objects.get()
    return World(
        number=Advisory.objects.get().number,
        version=release.version_id,
        section=release.version.sections.order_by("position")[0].pk,
        release=release.pk,
        organisation=permitted.pk,
        digest=Audience.objects.values_list("digest", flat=True)[0],
        walkers=walkers,
    )


def addresses(
    resolver: URLResolver | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the site with its full name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)
        else:
            yield f"{namespace}{pattern.name or f'(no name: {pattern.pattern})'}", pattern


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    names = [name for name, _ in addresses()]
    assert sorted(set(names)) == sorted(TABLE)
    assert len(names) == len(set(names)), "two addresses share a name"


def test_every_address_answers_every_method_of_every_role_as_the_table_says(world: World) -> None:
    login = reverse("account_login") if "account_login" in TABLE else None
    wrong = []
    for name, _ in addresses():
        known = TABLE[name]
        path = reverse(name, kwargs=known.kwargs(world))
        for method in METHODS:
            for role in ROLES:
                answer = world.ask(role, method, path)
                expected = known.expected(method, role)
                to_login = str(answer.headers.get("Location", "")).split("?")[0] == login
                lost = answer.status_code == 302 and expected == REFUSALS and not to_login
                if answer.status_code not in expected or lost:
                    wrong.append(f"{name} {method} {role}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_nobody_can_be_made_a_superuser(world: World) -> None:
    with pytest.raises(IntegrityError, match="user_never_superuser"):
        User.objects.filter(name="administrator").update(is_superuser=True)
