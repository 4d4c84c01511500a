"""Keep a copy of what the NCSC shares with you: python taxii_follower.py URL ID SECRET FOLDER"""

import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import requests

url, client, secret, folder = sys.argv[1:5]
ask = requests.Session()
ask.auth = (client, secret)
ask.headers["Accept"] = "application/taxii+json;version=2.1"
copy = pathlib.Path(folder)
copy.mkdir(exist_ok=True)


def pages(address: str, **query: Any) -> Iterator[Any]:
    query["match[version]"] = "all"
    while True:
        answer = ask.get(address, params=query, timeout=30)
        answer.raise_for_status()
        yield answer.json().get("objects", [])
        if not answer.json().get("more"):
            return
        query["next"] = answer.json()["next"]


root = ask.get(f"{url}/taxii2/", timeout=30).json()["default"]
shelves = ask.get(f"{root}collections/", timeout=30).json().get("collections", [])
places = {shelf["alias"]: f"{root}collections/{shelf['id']}/" for shelf in shelves}
listed: dict[str, str] = {}  # what you may hold now: name of the file -> where it is added
for alias in ("advisories", "threats", "incidents"):
    for page in pages(f"{places[alias]}manifest/") if alias in places else ():
        for one in page:
            listed[f"{one['id']}@{one['version'].replace(':', '')}.json"] = alias
for file in copy.glob("*.json"):
    if file.name not in listed:
        file.unlink()  # withdrawn, or no longer yours: forget it
missing = {alias for name, alias in listed.items() if not (copy / name).exists()}
for alias in missing:
    for page in pages(f"{places[alias]}objects/", limit=1000):
        for one in page:
            version = one.get("modified", one.get("created")).replace(":", "")
            (copy / f"{one['id']}@{version}.json").write_text(json.dumps(one))
