"""CSAF documents as they were signed: these bytes are the truth and are never written anew."""

from django.db import models
from django.db.models import Q

from advisories.models import AdvisoryVersion


class CsafDocument(models.Model):
    """One rendition of one version for one set of sections, with its signature. Append-only.

    Made once, when somebody who may have it asks; whether somebody may have it is judged at every
    fetch and stands nowhere here.
    """

    # sha256 over all that the bytes depend on: version, sections, earlier versions, whether it is
    # what everyone may see, publisher, address, signing key and the way of writing.
    key = models.CharField(max_length=64)
    edition = models.CharField(max_length=3)  # 2.0 or 2.1
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="+", db_index=False)
    tracking_id = models.CharField(max_length=40)
    path = models.CharField(max_length=80)  # green/2026/ncsc-2026-0001-0123456789ab.json
    title = models.CharField(max_length=500)
    initial_release = models.DateTimeField()
    current_release = models.DateTimeField()
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sha512 = models.CharField(max_length=128)
    signature = models.TextField()  # OpenPGP, detached, armoured
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "edition"], name="csaf_document_once"),
            models.CheckConstraint(
                condition=Q(edition__in=["2.0", "2.1"]), name="csaf_document_edition_known"
            ),
        ]
        indexes = [models.Index(fields=["version", "path"], name="csaf_document_of_version")]

    def __str__(self) -> str:
        return f"{self.tracking_id} (CSAF {self.edition})"
