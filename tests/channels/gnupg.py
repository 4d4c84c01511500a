"""GnuPG as constituents have it: keys made by it, mails opened by it. Each in a home of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

GPG = shutil.which("gpg")
needs_gpg = pytest.mark.skipif(GPG is None, reason="there is no gpg on this machine")


@dataclass(frozen=True)
class Home:
    """One person's keyring."""

    folder: Path

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = ["gpg", "--homedir", str(self.folder), "--batch", "--yes", "--no-tty"]
        return subprocess.run(
            [*command, "--pinentry-mode", "loopback", "--passphrase", "", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
        )

    def make(self, address: str, *, expires: str = "never") -> str:
        """A key of one's own for signing and encryption; its fingerprint."""
        made = self.run("--status-fd", "1", "--quick-gen-key", address, "ed25519", "sign", expires)
        assert made.returncode == 0, made.stderr
        fingerprint = made.stdout.split(b"KEY_CREATED")[1].split()[1].decode()
        added = self.run("--quick-add-key", fingerprint, "cv25519", "encr", expires)
        assert added.returncode == 0, added.stderr
        return fingerprint

    def public(self, address: str) -> bytes:
        return self.run("--armor", "--export", address).stdout

    def secret(self, address: str) -> str:
        return self.run("--armor", "--export-secret-keys", address).stdout.decode()

    def revoked(self, fingerprint: str) -> bytes:
        """The public key, revoked by its owner."""
        file = self.folder / "openpgp-revocs.d" / f"{fingerprint}.rev"
        self.run("--import", stdin=file.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))
        return self.public(fingerprint)

    def opened(self, mail: EmailMessage) -> tuple[EmailMessage, str]:
        """What was inside, and by whose key it was signed (empty: by none that is known)."""
        assert mail.get_content_type() == "multipart/encrypted"
        version, sealed = mail.iter_parts()
        assert version.get_content_type() == "application/pgp-encrypted"
        assert version.get_content().strip() in ("Version: 1", b"Version: 1")
        content = sealed.get_payload(decode=True)
        assert isinstance(content, bytes)
        done = self.run("--status-fd", "2", "--decrypt", stdin=content)
        assert done.returncode == 0, done.stderr
        assert b"DECRYPTION_OKAY" in done.stderr
        valid = done.stderr.split(b"VALIDSIG ")
        signer = valid[1].split()[0].decode() if len(valid) > 1 else ""
        inside = message_from_bytes(done.stdout, policy=policy.default)
        assert isinstance(inside, EmailMessage)
        return inside, signer


@contextmanager
def home() -> Iterator[Home]:
    """A keyring in a short path (an agent listens in it), gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as folder:
        Path(folder).chmod(0o700)
        try:
            yield Home(Path(folder))
        finally:
            subprocess.run(
                ["gpgconf", "--homedir", folder, "--kill", "gpg-agent"],
                capture_output=True,
                check=False,
            )
