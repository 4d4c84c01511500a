"""The record: who did what to what, and the seals over it. Never content, never changed."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class CurrentTransaction(models.Func):
    """The 64-bit number of the running transaction: it never wraps round, unlike a plain xid."""

    template = "pg_current_xact_id()::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One act, opening or denial. Append-only.

    `recorded_at` and `txid` are the database's own word: a trigger writes them over whatever an
    INSERT says, so that no application can date a row back.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(help_text="the instant of the act")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    txid = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    actor = models.TextField(help_text="user:<uuid>, client:<id> or system:<name>")
    action = models.CharField(max_length=60, help_text="a short slug, e.g. advisory.open")
    target = models.TextField()
    outcome = models.TextField(blank=True, help_text="allow, or the code of the denial")
    detail = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        indexes = [
            # "who saw this advisory?": the supervisor's question about one item
            models.Index(fields=["target", "id"], name="entry_target"),
            # "what did this person do?": the supervisor's question about one actor
            models.Index(fields=["actor", "id"], name="entry_actor"),
            # the sealer walks rows in this order, from its last horizon on
            models.Index(fields=["txid", "id"], name="entry_txid"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(actor=""), name="entry_has_actor"),
            models.CheckConstraint(condition=~Q(action=""), name="entry_has_action"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.action} {self.target}"


class Seal(models.Model):
    """A signed Merkle root over a batch of entries, chained to the seal before it. Append-only.

    Every transaction below `horizon` had ended; none at or above `ceiling` had begun. An `era` is
    the life of one database cluster: a restore elsewhere counts transactions anew.
    """

    number = models.BigIntegerField(unique=True)
    era = models.IntegerField()
    horizon = models.BigIntegerField()
    ceiling = models.BigIntegerField()
    first = models.BigIntegerField(help_text="entry id of the first leaf")
    last = models.BigIntegerField(help_text="entry id of the last leaf")
    count = models.IntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, help_text="chain of the seal before; zeros first")
    chain = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()
    snapshot_at = models.DateTimeField(help_text="the database's clock when it looked")
    key_id = models.CharField(max_length=64, help_text="the Ed25519 public key")
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, era__gte=1), name="seal_counts"),
            models.CheckConstraint(condition=Q(count__gte=1), name="seal_not_empty"),
            models.CheckConstraint(
                condition=Q(horizon__lte=F("ceiling")), name="seal_horizon_under_ceiling"
            ),
            # A fork of the chain is refused: each seal is followed by one seal.
            models.UniqueConstraint(fields=["previous"], name="seal_one_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.chain[:16]}"


class Leaf(models.Model):
    """Which entry stands where under which seal. Append-only.

    `entry_id` is no foreign key: a leaf must outlive a removed entry to name it.
    """

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="leaves")
    position = models.IntegerField()
    entry_id = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seal", "position"]
        verbose_name_plural = "leaves"
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="leaf_position_once"),
            models.UniqueConstraint(fields=["entry_id"], name="leaf_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}/{self.position} {self.entry_id}"
