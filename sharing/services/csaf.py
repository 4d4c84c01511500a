"""CSAF documents for one reader: found where they were made before, made and signed where not."""

from __future__ import annotations

import hashlib
from datetime import datetime

import orjson
from django.conf import settings

from sharing import access
from sharing.access import Holding, NotShared, Reader, Withdrawn
from sharing.models import CsafDocument
from sharing.renditions import csaf
from sharing.renditions.csaf.document import WRITING
from sharing.renditions.csaf.identity import advisory_of
from sharing.services import signing
from sharing.shared import Shared


def publisher() -> csaf.Publisher:
    return csaf.Publisher(
        name=settings.PUBLISHER_NAME,
        namespace=settings.PUBLISHER_NAMESPACE,
        base=settings.PUBLIC_URL,
    )


def documents(reader: Reader, *, edition: csaf.Edition, at: datetime) -> list[CsafDocument]:
    """The documents that make up what the reader may hold, without their bytes, newest first.

    What is public stands among the documents of the public only.
    """
    found: dict[str, str] = {}
    public = access.holdings(access.THE_PUBLIC, at=at)
    held = public if reader.is_public else access.holdings(reader, at=at)
    for number, holding in held.items():
        is_public = holding == public.get(number)
        if reader.is_public or not is_public:
            found[_key(holding, public=is_public)] = number
    known = set(CsafDocument.objects.filter(key__in=found).values_list("key", flat=True))
    for key in found.keys() - known:
        try:
            shared, holding = access.open_holding(reader, number=found[key], at=at)
        except NotShared:
            continue  # the law says no to what a grant opens: an alarm was raised
        _make(shared, holding, public=holding == public.get(found[key]), at=at)
    return list(
        CsafDocument.objects.filter(key__in=found, edition=edition.number)
        .defer("body", "signature")
        .order_by("-current_release", "-pk")
    )


def document(reader: Reader, *, edition: csaf.Edition, path: str, at: datetime) -> CsafDocument:
    """The document at an address, if it is what the reader may have of the advisory now.

    `NotShared` when it is not, whatever the reason; `Withdrawn` when it was until then.
    """
    number = advisory_of(path.rpartition("/")[2])
    if not number:
        raise NotShared
    try:
        shared, holding = access.open_holding(reader, number=number, at=at)
    except Withdrawn as gone:
        made = CsafDocument.objects.filter(
            version__advisory__number=number, edition=edition.number, path=path
        )
        if made.exists():
            raise
        raise NotShared from gone
    public = access.holdings(access.THE_PUBLIC, at=at, advisory=number)
    everyone = reader.is_public or holding == public.get(number)
    key = _key(holding, public=everyone)
    mine = CsafDocument.objects.filter(key=key)
    if not mine.exists():
        _make(shared, holding, public=everyone, at=at)
    found = mine.filter(edition=edition.number, path=path).first()
    if found is None:
        raise NotShared
    return found


def _key(holding: Holding, *, public: bool) -> str:
    by = publisher()
    told = [
        *(WRITING, by.name, by.namespace, by.base, by.category, signing.fingerprint()),
        *(holding.version_id, holding.sections, holding.earlier, public),
    ]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_UTC_Z)).hexdigest()


def _make(shared: Shared, holding: Holding, *, public: bool, at: datetime) -> None:
    """Both editions, side by side. Whoever comes at the same time keeps what was first."""
    rows = []
    for edition in csaf.EDITIONS.values():
        made = csaf.render(
            shared,
            earlier=holding.earlier,
            public=public,
            edition=edition,
            publisher=publisher(),
        )
        if made is not None:
            rows.append(
                CsafDocument(
                    key=_key(holding, public=public),
                    edition=edition.number,
                    version_id=holding.version_id,
                    tracking_id=made.tracking_id,
                    path=made.path,
                    title=made.title,
                    initial_release=made.initial_release,
                    current_release=made.current_release,
                    body=made.body,
                    sha256=hashlib.sha256(made.body).hexdigest(),
                    sha512=hashlib.sha512(made.body).hexdigest(),
                    signature=signing.signature(made.body),
                    made_at=at,
                )
            )
    CsafDocument.objects.bulk_create(rows, ignore_conflicts=True)
