"""Calls to endpoints: a few at once, fewer for each host, and none to a host that keeps failing.

Every call has its own connection: one made for a name is never used for another.
"""

from __future__ import annotations

import re
import ssl
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Generic, Self, TypeVar

import httpcore2
from django.conf import settings
from standardwebhooks import Webhook

from sharing.channels.contract import (
    FRESH_SECONDS,
    Endpoint,
    Outcome,
    Parcel,
    Result,
)
from sharing.channels.webhook.guard import Guarded, NotPublic

Key = TypeVar("Key")
AT_ONCE = 16  # calls
AT_ONCE_A_HOST = 2
CALL_SECONDS = 10.0  # everything: resolving, connecting, sending, the answer
TRIPS_AT = 3  # failures in a row
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def is_permanent(code: int) -> bool:
    """Nobody lives there (any more). Whatever else is wrong may be mended."""
    return code in GONE


def session() -> Session:
    return Session()


class Session:
    """A spell of calls. Never over: one host's trouble is not another's."""

    def __init__(self) -> None:
        self.over = False
        self._context = tls()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def hand_over(
        self, parcels: Iterable[Parcel[Key]], *, stop_at: float
    ) -> Iterator[tuple[Key, Result]]:
        """See `contract.Session`. Results come as they are known, in no order."""
        calls = _Calls(list(parcels), begin_by=time.monotonic() + FRESH_SECONDS)
        running: dict[Future[Result], Parcel[Key]] = {}
        while True:
            for parcel in calls.startable(AT_ONCE - len(running)):
                until = min(time.monotonic() + CALL_SECONDS, stop_at)
                running[self._pool.submit(self._call, parcel, until)] = parcel
            if not running:
                return
            done, _ = wait(
                running, timeout=max(0.0, stop_at - time.monotonic()), return_when=FIRST_COMPLETED
            )
            if not done:  # they end by themselves; what becomes of them is not known
                for parcel in running.values():
                    yield parcel.key, Result(Outcome.LOST, None, "out of time")
                return
            for future in done:
                parcel = running.pop(future)
                result = future.result()
                calls.ended(parcel, result)
                yield parcel.key, result

    def _call(self, parcel: Parcel[Key], until: float) -> Result:
        assert parcel.endpoint is not None
        return call(
            parcel.endpoint,
            parcel.content,
            webhook_id=parcel.recipient,
            until=until,
            context=self._context,
        )


class _Calls(Generic[Key]):
    """Which call may begin now."""

    def __init__(self, parcels: list[Parcel[Key]], *, begin_by: float) -> None:
        self.begin_by = begin_by
        self.waiting: dict[str, deque[Parcel[Key]]] = defaultdict(deque)
        self.busy: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        for parcel in parcels:
            self.waiting[_host(parcel)].append(parcel)

    def startable(self, room: int) -> Iterator[Parcel[Key]]:
        """One for each host in turn, as far as there is room and the verdicts are fresh."""
        found = True
        while found and room > 0 and time.monotonic() < self.begin_by:
            found = False
            for host, queue in self.waiting.items():
                fit = self.busy[host] < AT_ONCE_A_HOST and self.failures[host] < TRIPS_AT
                if queue and fit and room > 0:
                    self.busy[host] += 1
                    room -= 1
                    found = True
                    yield queue.popleft()

    def ended(self, parcel: Parcel[Key], result: Result) -> None:
        host = _host(parcel)
        self.busy[host] -= 1
        ails = result.outcome in AILING
        self.failures[host] = self.failures[host] + 1 if ails else 0


AILING = frozenset({Outcome.DEFERRED, Outcome.LOST, Outcome.UNREACHED})


def _host(parcel: Parcel[Key]) -> str:
    assert parcel.endpoint is not None
    return parcel.endpoint.host


def tls() -> ssl.SSLContext:
    """How endpoints are recognised, and we to them."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.WEBHOOK_CA:
        context.load_verify_locations(cadata=settings.WEBHOOK_CA)
    if settings.WEBHOOK_CLIENT_FILE:
        context.load_cert_chain(settings.WEBHOOK_CLIENT_FILE)
    return context


def call(
    endpoint: Endpoint, body: bytes, *, webhook_id: str, until: float, context: ssl.SSLContext
) -> Result:
    """One signed POST. 2xx is taken for an answer, and nothing else: no redirect is followed."""
    guard = Guarded(until=until)
    headers: dict[bytes | str, bytes | str] = {
        "Content-Type": "application/json",
        "User-Agent": "ncsc-portal",
        **signed(endpoint, body, webhook_id=webhook_id),
    }
    try:
        with (
            httpcore2.ConnectionPool(
                ssl_context=context,
                network_backend=guard,
                max_keepalive_connections=0,
                http1=True,
                http2=False,
                retries=0,
            ) as pool,
            pool.stream("POST", endpoint.url, headers=headers, content=body) as response,
        ):
            return _result(response)
    except NotPublic as error:
        return Result(Outcome.UNREACHED, None, str(error))
    except (OSError, httpcore2.NetworkError, httpcore2.TimeoutException) as error:
        # Before anything was written nothing can have arrived: at most TLS was begun.
        outcome = Outcome.LOST if guard.sent else Outcome.UNREACHED
        return Result(outcome, None, type(error).__name__)
    except httpcore2.ProtocolError as error:
        return Result(Outcome.LOST, None, type(error).__name__)


def signed(endpoint: Endpoint, body: bytes, *, webhook_id: str) -> dict[bytes | str, bytes | str]:
    """Standard Webhooks: a signature under each secret, so that both ends can rotate."""
    now = datetime.now(UTC)  # noqa: TID251 -- signed at the very moment of calling, in a thread
    signatures = [
        Webhook(secret).sign(webhook_id, now, body.decode()) for secret in endpoint.secrets
    ]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _result(response: httpcore2.Response) -> Result:
    """From status and headers. The body is theirs and may say anything: it is not even read."""
    code = response.status
    reason = response.extensions.get("reason_phrase", b"")
    answer = re.sub(r"[^\x20-\x7e]+", " ", reason.decode("ascii", "replace")).strip()[:200]
    if 200 <= code <= 299:
        return Result(Outcome.HANDED_OVER, code, answer)
    outcome = Outcome.REFUSED if is_permanent(code) else Outcome.DEFERRED
    return Result(outcome, code, answer, wait=_retry_after(response))


def _retry_after(response: httpcore2.Response) -> float | None:
    """RFC 9110 §10.2.3: seconds, or an instant."""
    given = next((v for k, v in response.headers if k.lower() == b"retry-after"), b"")
    text = given.decode("ascii", "replace").strip()
    if text.isdigit():
        return float(text[:9])
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return None
    return (instant - datetime.now(UTC)).total_seconds()  # noqa: TID251 -- an instant of theirs, as a span
