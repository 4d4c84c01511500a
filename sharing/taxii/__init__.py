"""TAXII 2.1 (OASIS) over the door, for programs. No model and no query here."""

MEDIA_TYPE = "application/taxii+json;version=2.1"  # compared literally by clients: no blank
ROOT = "taxii2/portal/"
