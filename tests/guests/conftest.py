"""The guests' feature, called as AWS calls it, by a guest with a browser."""

from __future__ import annotations

import hashlib
from typing import Any

import boto3
import pytest

from lambdas.guests import handlers
from lambdas.guests.settings import GuestsSettings
from lambdas.storage import keys
from tests.conftest import Aws
from tests.lambda_events import Browser, Context, HttpAnswer, object_created, sqs_event

EVENT = "2026-04-29"


class Guest:
    """A guest: one device that looks at pages, sends photos and deletes them."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self.reading = Browser(handlers.view)
        self.sending = Browser(handlers.upload)
        self.reading.cookies = self.sending.cookies

    def announce(self, *files: Any, event: str = EVENT) -> HttpAnswer:
        """Asks for grants."""
        return self.sending.post(f"/g/{event}/uploads", {"files": list(files)})

    def send(
        self, body: bytes, name: str = "a.jpg", kind: str = "image/jpeg", event: str = EVENT
    ) -> str:
        """Announces and sends one photo; its id."""
        upload = self.announce(announced(body, name, kind), event=event).json["uploads"][0]
        assert upload["status"] == "upload", upload
        self.put(upload["id"], body, event)
        return str(upload["id"])

    def put(self, photo_id: str, body: bytes, event: str = EVENT) -> None:
        """The browser's post to the bucket."""
        boto3.client("s3").put_object(
            Bucket=self._bucket, Key=keys.original_object(event, photo_id), Body=body
        )

    def share(self, body: bytes, **options: Any) -> str:
        """Sends one photo and lets it be processed; its id."""
        photo_id = self.send(body, **options)
        process(photo_id, event=options.get("event", EVENT))
        return photo_id

    def status(self, *photo_ids: str, event: str = EVENT) -> list[dict[str, Any]]:
        """What became of photos."""
        answer = self.sending.get(f"/g/{event}/uploads", {"ids": ",".join(photo_ids)})
        assert answer.status == 200, answer.text
        uploads: list[dict[str, Any]] = answer.json["uploads"]
        return uploads

    def photos(self, event: str = EVENT, **query: str) -> list[dict[str, Any]]:
        """What the page shows."""
        items: list[dict[str, Any]] = self.reading.get(f"/g/{event}/photos", query).json["items"]
        return items


def announced(body: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> dict[str, Any]:
    """A file as a browser announces it."""
    return {
        "name": name,
        "size": len(body),
        "type": kind,
        "sha256": hashlib.sha256(body).hexdigest(),
    }


def process(photo_id: str, event: str = EVENT, receive_count: int = 1) -> Any:
    """The queue's message that a photo has arrived."""
    message = object_created(keys.original_object(event, photo_id))
    return handlers.process(sqs_event(message, receive_count=receive_count), Context())


@pytest.fixture
def guest(fake_aws: Aws, guests_settings: GuestsSettings, monkeypatch: pytest.MonkeyPatch) -> Guest:
    """A guest of a site whose functions have their environment."""
    for name, value in guests_settings.to_env().items():
        monkeypatch.setenv(name, value)
    return Guest(fake_aws.bucket)


@pytest.fixture
def stranger(guest: Guest) -> Guest:
    """Another device."""
    return Guest(guest._bucket)
