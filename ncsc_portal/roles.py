"""What the application role may not do, whatever the code asks."""

# Rows of these models are the record: inserted, and never changed or removed.
APPEND_ONLY: tuple[str, ...] = (
    "audit.Entry",
    "audit.Seal",
    "audit.Leaf",
    "advisories.Attestation",
    "advisories.ImportedDocument",
    "advisories.LintRefusal",
    "advisories.LintConfirmation",
    "sharing.Decision",
    "sharing.FactSheet",
    "sharing.EndedGrant",
    "sharing.FeedEvent",
    "sharing.DeliveryAttempt",
    "sharing.LiftedEmbargo",
    "sharing.Opening",
    "sharing.Receipt",
    "sharing.SuppliedAttestation",
    "sharing.CsafDocument",
)
