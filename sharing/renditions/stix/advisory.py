"""An advisory as a report and the objects of the sections that its reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings

from advisories.models import Advisory, Section
from sharing.renditions.stix.common import Rendered, instant, object_id, publisher, rendered
from sharing.renditions.stix.sections import language, prose, section_objects
from sharing.renditions.stix.statics import marks
from sharing.shared import Shared

TYPES = {
    Advisory.Kind.ADVISORY.value: "vulnerability",
    Advisory.Kind.THREAT.value: "threat-report",
    Advisory.Kind.INCIDENT.value: "threat-report",
}


def render(shared: Shared, *, first: Mapping[UUID, datetime]) -> tuple[Rendered, ...]:
    """The objects of what one reader may see of a version: sections in order, the report last.

    `first`: when each of its sections first went out, by lineage.
    """
    objects = [
        one
        for section in shared.sections
        for one in section_objects(shared, section, created=first[section.lineage])
    ]
    created = max(first[section.lineage] for section in shared.sections)
    return (*objects, _report(shared, [one.id for one in objects], created=created))


def _report(shared: Shared, refs: list[str], *, created: datetime) -> Rendered:
    """The advisory. Its id hangs on which sections are in it, and on nothing that is not."""
    lead = next((one for one in shared.sections if one.kind == Section.Kind.LEAD), None)
    description = [
        lead.heading if lead else "",
        prose(lead) if lead else "",
        shared.change_note or "",
    ]
    return rendered(
        kind="report",
        id_=object_id("report", shared.advisory, *sorted(s.lineage.hex for s in shared.sections)),
        created=created,
        modified=shared.released_at,
        marks=marks(shared.tlp, shared.pap, shared.permitted),
        name=" ".join(part for part in (shared.advisory, shared.title) if part),
        description="\n\n".join(part for part in description if part),
        report_types=[TYPES[shared.kind]],
        published=instant(shared.released_at),
        lang=language(shared),
        labels=[
            shared.kind,
            *([f"kans-schade:{shared.level}"] if shared.level else []),
            *(["urgent"] if shared.urgent else []),
            *(["targeted"] if shared.targeted else []),
        ],
        external_references=[
            {
                "source_name": "NCSC",
                "external_id": f"{shared.advisory} [{shared.version}]",
                "description": f"{settings.PUBLIC_URL}/advisories/{shared.advisory}",
            }
        ],
        object_refs=[publisher(), *refs],
    )
