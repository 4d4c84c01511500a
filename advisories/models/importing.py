"""Documents that came in: the exact bytes, so that nothing is re-made from memory."""

from django.db import models
from django.db.models import Q

from advisories.models.authoring import AdvisoryVersion
from recipients.models import User


class ImportedDocument(models.Model):
    """One accepted document and the version it became."""

    sha256 = models.CharField(max_length=64, unique=True)
    namespace = models.CharField(max_length=500)  # publisher.namespace
    tracking_id = models.CharField(max_length=300)
    folded_id = models.CharField(max_length=300)  # NFKC, case-folded: two spellings, one document
    document_version = models.CharField(max_length=100)
    document_status = models.CharField(max_length=20)
    csaf_version = models.CharField(max_length=5)
    filename = models.CharField(max_length=300)
    received = models.BinaryField()
    flags = models.JSONField(default=list)  # what a human must look at: [{code, message}]
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="imported_from")
    imported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "folded_id", "document_version"], name="imported_version_once"
            ),
            models.CheckConstraint(
                condition=Q(document_status__in=["draft", "interim", "final"]),
                name="imported_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tracking_id} {self.document_version}"
