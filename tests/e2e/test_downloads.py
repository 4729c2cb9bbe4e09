"""An event's photos are taken home, made into zip files by the deployed functions."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

import pytest
import requests

from local.uploads import upload_all
from tests.deployed import Stack, wait_until
from tests.json_types import JsonObject
from tests.pictures.drawing import draw_photo


@pytest.fixture
def event_id(stack: Stack) -> Iterator[str]:
    """Provide an event with two photos, whose guests may take them home."""
    body = {
        "id": f"zip-{random.randrange(10**9)}",
        "title": "Emma & Jan",
        "date": "2026-04-29",
        "guest_downloads": True,
    }
    made: str = stack.operate("POST", "/events", body).json()["id"]
    pictures = {f"{seed}.jpg": draw_photo(seed=seed) for seed in (71, 72)}
    sent = upload_all(stack.outputs["guest_url"], made, pictures)
    assert set(sent.values()) == {"shown"}
    yield made
    stack.operate("DELETE", f"/events/{made}")
    stack.send("Guests.TidyQueue", {"tidy": "photos"})


def ready(stack: Stack, address: str) -> JsonObject:
    """Wait until a download is ready; return it."""

    def found() -> JsonObject | None:
        download: JsonObject = stack.operate("GET", address).json()["download"]
        return download if download["state"] == "ready" else None

    made: JsonObject = wait_until(found)
    return made


def names_in(stack: Stack, url: str) -> list[str]:
    """Return the names in a zip file, the rest of which is fetched after its first bytes."""
    headers = {"Authorization": f"Bearer {stack.operator_token}"}
    start = requests.get(url, headers=headers | {"Range": "bytes=0-99"}, timeout=60)
    rest = requests.get(url, headers=headers | {"Range": "bytes=100-"}, timeout=60)
    assert (start.status_code, rest.status_code) == (206, 206)
    with zipfile.ZipFile(io.BytesIO(start.content + rest.content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_originals_come_as_one_file(stack: Stack, event_id: str) -> None:
    address = f"/events/{event_id}/downloads"
    asked = stack.operate("POST", address, {"kind": "originals"})
    download = ready(stack, f"{address}/{asked.json()['download']['id']}")

    [part] = download["parts"]
    names = names_in(stack, part["url"])

    assert (asked.status_code, download["files"], len(names)) == (202, 2, 3)
    assert names[0] == "photos.csv"
    assert all(name.startswith("2026-") and " Guest 1" in name for name in names[1:])


def test_guests_take_shown_sizes_home(stack: Stack, event_id: str) -> None:
    url = f"{stack.outputs['guest_url']}/g/{event_id}/downloads"
    asked = requests.post(url, json={}, timeout=60)
    download_id = asked.json()["download"]["id"]
    download = ready(stack, f"/events/{event_id}/downloads/{download_id}")
    listed = stack.operate("GET", f"/events/{event_id}/downloads").json()["downloads"]

    found = requests.get(f"{url}/{download_id}/parts/1", timeout=60)

    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".webp")]
    assert (asked.status_code, len(pictures), download["kind"]) == (202, 2, "shown")
    assert [one["id"] for one in listed] == [download_id]
