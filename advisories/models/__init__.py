"""What analysts write: advisories, their versions, sections and markings."""

from advisories.models.authoring import (
    Advisory,
    AdvisoryVersion,
    Editor,
    NumberSeries,
    Section,
    version_label,
)
from advisories.models.importing import ImportedDocument
from advisories.models.linting import LintConfirmation, LintRefusal
from advisories.models.marking import Attestation, MarkedOrganisation, Marking

__all__ = [
    "Advisory",
    "AdvisoryVersion",
    "Attestation",
    "Editor",
    "ImportedDocument",
    "LintConfirmation",
    "LintRefusal",
    "MarkedOrganisation",
    "Marking",
    "NumberSeries",
    "Section",
    "version_label",
]
