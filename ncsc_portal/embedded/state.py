"""The project's own folder: secrets, sockets, logs and mail; nothing outside it is changed."""

import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pysequoia import Profile, Tsk

from ncsc_portal.embedded.install import Trouble

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 107  # bytes in the path of a Unix socket (unix(7): sun_path)
SPARE = "/.s.PGSQL.5432.lock"  # the longest name that a server puts in its socket folder


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as; it refuses to be root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class State:
    """`folder` holds what is ours; `server` what PostgreSQL, perhaps another user, must reach."""

    folder: Path
    server: Path
    account: Account | None  # None: PostgreSQL runs as ourselves

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def postgres(self) -> Path:
        return self.server / "postgres"


@dataclass(frozen=True)
class Secrets:
    """Made once for each state folder."""

    superuser: str
    owner: str
    application: str
    valkey: str
    secret_key: str
    audit_signing_key: str  # Ed25519 seed, 64 hexadecimal digits
    oidc_private_key: str  # PEM
    openpgp_key: str  # armoured; signs CSAF documents


def chosen() -> Path:
    """The state folder: PORTAL_STATE, or .portal in the project."""
    return Path(os.environ.get("PORTAL_STATE") or ROOT / ".portal").absolute()


def open_state(folder: Path) -> State:
    """Make the folders. As root, PostgreSQL's part lies where the user nobody can reach it."""
    account = None
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = Account("nobody", nobody.pw_uid, nobody.pw_gid)
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711 if account else 0o700)
        for name in ("log", "run", "mail"):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise Trouble(
            f"cannot write in {folder} ({error.strerror}); name a writable folder in PORTAL_STATE."
        ) from error
    server = folder if account is None or reachable(folder) else elsewhere(folder)
    state = State(folder=folder, server=server, account=account)
    state.postgres.mkdir(exist_ok=True, mode=0o700)
    if account:
        os.chown(state.postgres, account.uid, account.gid)
    return state


def reachable(path: Path) -> bool:
    """Whether any user may pass through every folder on the way to `path`, and into it."""
    real = path.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (real, *real.parents))


def elsewhere(folder: Path) -> Path:
    """A folder in /var/tmp for a state folder that lies behind a closed one, such as /root."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    place = Path("/var/tmp") / f"ncsc-portal-{name}"  # noqa: S108 - checked just below
    place.mkdir(exist_ok=True, mode=0o711)
    found = place.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Trouble(
            f"{place} belongs to somebody else; remove it, or name a folder in"
            " PORTAL_STATE that every user can reach."
        )
    place.chmod(0o711)  # whatever the umask made of it
    return place


def sockets(state: State) -> Path:
    """Where sockets go: in the state folder, or in a short folder of /tmp when that is too long."""
    usual = state.server / "run"
    fits = len(os.fsencode(usual / "postgres")) + len(SPARE) <= LONGEST
    if fits and re.fullmatch(r"[A-Za-z0-9_./-]+", str(usual)):
        usual.mkdir(exist_ok=True, mode=0o700)
        place = usual
    else:
        place = short(state.run / "sockets")
    place.chmod(0o711 if state.account else 0o700)
    inner = place / "postgres"
    inner.mkdir(exist_ok=True, mode=0o700)
    if state.account:
        os.chown(inner, state.account.uid, state.account.gid)
    return place


def short(record: Path) -> Path:
    """The folder named in `record`, made anew when a restart of the machine swept it away."""
    if record.exists():
        place = Path(record.read_text())
        if place.is_dir() and not place.is_symlink() and place.stat().st_uid == os.geteuid():
            return place
    place = Path(tempfile.mkdtemp(prefix="ncsc-portal-", dir="/tmp"))
    record.write_text(str(place))
    return place


def forget_sockets(state: State) -> None:
    """Remove the short folder, if there is one; call only when the servers have stopped."""
    record = state.run / "sockets"
    if record.exists():
        shutil.rmtree(short(record))
        record.unlink()


def read_secrets(state: State) -> Secrets:
    """The secrets of this state folder, made at the first call."""
    path = state.folder / "secrets.json"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(
            path,
            json.dumps(
                {
                    "superuser": secrets.token_urlsafe(24),
                    "owner": secrets.token_urlsafe(24),
                    "application": secrets.token_urlsafe(24),
                    "valkey": secrets.token_urlsafe(24),
                    "secret_key": secrets.token_urlsafe(48),
                    "audit_signing_key": secrets.token_hex(32),
                    "oidc_private_key": pem.decode(),
                    "openpgp_key": openpgp_key(),
                }
            ),
        )
    found = json.loads(path.read_text())
    if "openpgp_key" not in found:  # a folder from before there was one
        found["openpgp_key"] = openpgp_key()
        write_private(path, json.dumps(found))
    return Secrets(**found)


def openpgp_key() -> str:
    """A key for the demo, in the form that GnuPG 2.2 reads too (RFC 4880)."""
    return str(Tsk.generate("NCSC demo <csaf@ncsc.example>", profile=Profile.RFC4880))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
