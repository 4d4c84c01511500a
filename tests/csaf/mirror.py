"""A client that mirrors the provider by its feeds alone, as csaf_downloader does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.test import Client
from pysequoia import Cert, Sig, verify

from recipients.models import Organisation
from sharing.facts.profiles import THE_PUBLIC
from sharing.granting.audiences import audience_for
from tests.sharing.published import Published, published

METADATA = {"2.0": "/.well-known/csaf/provider-metadata.json"}
METADATA["2.1"] = "/.well-known/csaf/v2.1/provider-metadata.json"


def published_with_public() -> Published:
    """The small published world, in which everyone is an audience."""
    staff = published()
    audience_for(THE_PUBLIC, at=staff.start)
    return staff


@dataclass
class Mirror:
    """What a client with this token (or none) ends with: bytes by address."""

    token: str = ""
    edition: str = "2.0"
    browser: Client = field(default_factory=Client)

    def get(self, url: str, **headers: str) -> Any:
        """An address of the provider, as it stands in its files or from the root on."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.browser.get(url.removeprefix(settings.PUBLIC_URL), headers=headers)

    def metadata(self) -> Any:
        answer = self.get(METADATA[self.edition])
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/json"
        return orjson.loads(answer.content)

    def key(self) -> Cert:
        (told,) = self.metadata()["public_openpgp_keys"]
        key = Cert.from_bytes(self.get(told["url"]).content)
        assert key.fingerprint.upper() == told["fingerprint"]
        return key

    def feeds(self) -> dict[str, Any]:
        """By label, those that open to this client."""
        rolie = self.metadata()["distributions"][0]["rolie"]
        found = {}
        for feed in rolie["feeds"]:
            answer = self.get(feed["url"])
            if answer.status_code == 200:
                assert answer.headers["Content-Type"] == "application/json"
                found[feed["tlp_label"]] = orjson.loads(answer.content)["feed"]
        return found

    def fetch(self) -> dict[str, bytes]:
        """Everything in every feed, its hashes and signature checked."""
        key = self.key()
        found = {}
        for feed in self.feeds().values():
            for entry in feed["entry"]:
                links = {link["href"] for link in entry["link"]}
                url = entry["content"]["src"]
                assert links == {url, *(f"{url}.{end}" for end in ("sha256", "sha512", "asc"))}
                answer = self.get(url)
                assert answer.status_code == 200, url
                assert answer.headers["Content-Type"] == "application/json"
                name = url.rpartition("/")[2]
                for algorithm in ("sha256", "sha512"):
                    told = self.get(f"{url}.{algorithm}").content.decode()
                    assert told == f"{hashlib.new(algorithm, answer.content).hexdigest()}  {name}\n"
                signature = Sig.from_bytes(self.get(f"{url}.asc").content)
                verify(bytes=answer.content, store=lambda _: [key], signature=signature)
                document = orjson.loads(answer.content)["document"]
                assert document["tracking"]["id"] == entry["id"]
                assert document["csaf_version"] == self.edition == entry["format"]["version"]
                found[url] = answer.content
        return found

    def documents(self) -> dict[str, Any]:
        """By tracking id."""
        made = [orjson.loads(body) for body in self.fetch().values()]
        return {one["document"]["tracking"]["id"]: one for one in made}

    def texts(self) -> dict[str, set[str]]:
        """The texts of the notes, by tracking id."""
        return {
            name: {note["text"] for note in one["document"].get("notes", [])}
            for name, one in self.documents().items()
        }


def member(staff: Published, organisation: Organisation, edition: str = "2.0") -> Mirror:
    """A client with a token of a program of the organisation."""
    return Mirror(token=staff.machine(organisation).token(), edition=edition)
