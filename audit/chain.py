"""The arithmetic of the record: leaves, roots, chain, signatures. Pure: no Django, no clock.

Trees are those of RFC 6962 §2.1 (0x00 before a leaf, 0x01 before a node), so that a leaf can
never be passed off as a node. Seals sign with Ed25519 (RFC 8032).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BEGINNING = "0" * 64  # what the first seal follows
SEAL_CONTEXT = b"ncsc-portal audit seal 1\n"  # one key signs two things: they must not be confused
END_CONTEXT = b"ncsc-portal audit export 1\n"


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry. Instants are UTC texts (`instant`); `detail` is the text of the JSONB."""

    id: int
    at: str
    recorded_at: str
    txid: int
    actor: str
    action: str
    target: str
    outcome: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class LeafRow:
    seal: int  # the seal's number
    position: int
    entry_id: int
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a seal's chain value is computed over."""

    number: int
    era: int
    horizon: int
    ceiling: int
    first: int
    last: int
    count: int
    root: str
    previous: str
    sealed_at: str
    snapshot_at: str
    key_id: str


@dataclass(frozen=True, kw_only=True)
class SealRow(Checkpoint):
    chain: str
    signature: str


def instant(moment: datetime) -> str:
    """The one spelling of an instant: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def content_hash(row: Row) -> str:
    """Over everything but the id: a row that moved to another id stays recognisable."""
    content = asdict(row)
    del content["id"]
    return hashlib.sha256(canonical(content)).hexdigest()


def leaf_hash(entry_id: int, content: str) -> bytes:
    return hashlib.sha256(b"\0" + canonical([entry_id, content])).digest()


def merkle_root(leaves: Sequence[bytes]) -> str:
    """RFC 6962 §2.1: split at the largest power of two below the number of leaves."""
    return _tree(leaves).hex()


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + _tree(leaves[:split]) + _tree(leaves[split:])).digest()


def chain_hash(seal: Checkpoint) -> str:
    fields = {name: getattr(seal, name) for name in Checkpoint.__dataclass_fields__}
    return hashlib.sha256(canonical(fields)).hexdigest()


def public_key(seed: str) -> str:
    """The public half of a signing key (32 bytes as hexadecimal), as hexadecimal."""
    return _private(seed).public_key().public_bytes_raw().hex()


def sign(*, seed: str, context: bytes, message: bytes) -> str:
    return _private(seed).sign(context + message).hex()


def signed(*, key: str, signature: str, context: bytes, message: bytes) -> bool:
    """Whether `key` (hexadecimal) signed exactly this; a malformed key or signature is no."""
    try:
        if bytes.fromhex(signature).hex() != signature:
            return False  # one spelling only
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), context + message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def end_message(*, seals: int, head: str, pending: Sequence[bytes]) -> bytes:
    """What an export's last line signs: where the chain ended, and the rows not yet sealed."""
    return canonical([seals, head, len(pending), merkle_root(pending)])
