"""provider-metadata.json, the ROLIE service and categories, and security.txt.

Nothing here depends on who asks, nor on anything that is not public: not even a date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from sharing.api.csaf.levels import Level, levels
from sharing.renditions.csaf import V20, V21, Edition
from sharing.services import signing
from sharing.services.csaf import publisher

INFORMATION_TYPE = "urn:ietf:params:rolie:category:information-type"
CSAF = {"scheme": INFORMATION_TYPE, "term": "csaf"}
KINDS = ("advisory", "threat", "incident")
VALID = timedelta(days=90)  # of security.txt; RFC 9116 recommends less than a year


def rfc3339(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def well_known(edition: Edition) -> str:
    """Where the metadata of an edition say that they are. The bare address is that of 2.0, which
    every client of today reads (CSAF 2.1, "Transition")."""
    folder = "" if edition is V20 else f"{edition.folder}/"
    return f"{settings.PUBLIC_URL}/.well-known/csaf/{folder}"


def provider_metadata(edition: Edition, *, updated: datetime) -> dict[str, Any]:
    """`updated`: when what is public last changed."""
    by = publisher()
    here = well_known(edition)
    moment = rfc3339(updated)
    extra = {} if edition is V20 else {"last_updated": moment}
    rolie = {
        "feeds": [
            {
                "summary": f"TLP:{level.label} advisories"
                + ("" if level.public else ", for programs with an access token"),
                "tlp_label": level.label,
                "url": level.feed,
                **extra,
            }
            for level in levels(edition)
        ],
        "services": [f"{here}service.json"],
    }
    open_level = levels(edition)[0]
    directory: dict[str, Any] = (
        {"directory_url": open_level.base}
        if edition is V20
        else {"directory": {"tlp_label": open_level.label, "url": open_level.base}}
    )
    schema = {"$schema": edition.metadata_schema} if edition is V21 else {}
    return schema | {
        "canonical_url": f"{here}provider-metadata.json",
        "distributions": [{"rolie": rolie}, directory],
        "last_updated": moment,
        "list_on_CSAF_aggregators": True,
        "metadata_version": edition.number,
        "mirror_on_CSAF_aggregators": False,
        "public_openpgp_keys": [
            {
                "fingerprint": signing.fingerprint(),
                "url": f"{settings.PUBLIC_URL}/csaf/openpgp-key.asc",
            }
        ],
        "publisher": {"category": by.category, "name": by.name, "namespace": by.namespace},
        "role": "csaf_trusted_provider",
    }


def service(edition: Edition) -> dict[str, Any]:
    """RFC 8322 §5: exactly the feeds of the metadata."""
    return {
        "service": {
            "workspace": [
                {
                    "title": f"{settings.PUBLISHER_NAME} CSAF {edition.number}",
                    "collection": [
                        {
                            "title": f"TLP:{level.label} advisories",
                            "href": level.feed,
                            "categories": {"category": [CSAF]},
                        }
                        for level in levels(edition)
                    ],
                }
            ]
        }
    }


def category(level: Level) -> dict[str, Any]:
    """RFC 8322 §6.2.3: the kinds of item there can be, the same for every level."""
    scheme = f"{settings.PUBLISHER_NAMESPACE}/kind"
    return {"categories": {"category": [{"scheme": scheme, "term": kind} for kind in KINDS]}}


def security_txt(*, at: datetime) -> str:
    """RFC 9116. The address that every client reads comes first."""
    expires = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + VALID
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
        f"CSAF: {well_known(V20)}provider-metadata.json",
        f"CSAF: {well_known(V21)}provider-metadata.json",
    ]
    return "\n".join(lines) + "\n"
