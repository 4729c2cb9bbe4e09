"""The guests' feature, called as AWS calls it, by a guest with a browser."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import boto3
import pytest

from lambdas.guests import handlers
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys, object_keys
from tests.conftest import Aws
from tests.doubles import RecordingBus
from tests.guests.site import small_site
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Context, HttpAnswer, object_created, sqs_event

EVENT = "2026-04-29"


class Tags(HTMLParser):
    """Collects a page's tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags of a kind."""
        return [attributes for found, attributes in self.found if found == tag]


class Site:
    """The guests' real dependencies on the tests' AWS, with a fixed clock and a recording bus."""

    def __init__(self, aws: Aws, clock: FixedClock, **settings: Any) -> None:
        self.aws, self.clock, self.bus = aws, clock, RecordingBus()
        self.settings = replace(small_site(aws.table, aws.bucket, aws.secret_arn), **settings)
        self.dependencies = GuestsDependencies(
            self.settings, aws=aws.clients, clock=clock, bus=self.bus
        )
        self.table = self.dependencies.table
        self.photos = self.dependencies.photos

    def process(
        self,
        photo_id: str,
        event: str = EVENT,
        *,
        version: str | None = None,
        receive_count: int = 1,
    ) -> JsonObject:
        """Deliver the message that an object has arrived; `version` is that of the object."""
        message = object_created(object_keys.original_object(event, photo_id))
        if version:
            message["detail"]["object"]["version-id"] = version
        entry_point = handlers.process.using(self.dependencies)
        answer: JsonObject = entry_point(sqs_event(message, receive_count=receive_count), Context())
        return answer

    def tidy(self) -> int:
        """Run the sweep; return how many photos it settled."""
        return self.dependencies.sweep.run(handlers.MAX_SWEPT)

    def create_event(self, event_id: str = "our-party", **columns: bool | str) -> str:
        """Store an event of the sample day, as earlier releases did; return its id."""
        row = {
            "title": "Our party",
            "starts_at": "2026-04-29T07:00:00Z",
            "ends_at": "2026-04-30T07:00:00Z",
            "time_zone": "UTC",
        }
        self.table.put_item(Item={**keys.row_key(event_id, keys.EVENT_ROW), **row, **columns})
        return event_id

    def operate(
        self, path: str, query: dict[str, str] | None = None, groups: object = "[operators]"
    ) -> HttpAnswer:
        """Send a GET request with the claims of a signed-in person; `groups` None: no token."""
        return self.operator(groups).get(path, query)

    def moderate(self, photo_id: str, state: str, event: str = EVENT) -> HttpAnswer:
        """Show, hide or delete a photo as an operator."""
        path, headers = f"/events/{event}/photos/{photo_id}", {"content-type": "application/json"}
        body = json.dumps({"state": state})
        return self.operator("[operators]").send("PATCH", path, None, headers, body)

    def host(
        self, method: str, path: str = "/events", body: object = None, version: int | None = None
    ) -> HttpAnswer:
        """Send an operator's request about events; `version` is for If-Match."""
        headers = {"content-type": "application/json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        text = None if body is None else json.dumps(body)
        return self.operator("[operators]").send(method, path, None, headers, text)

    def made_event(self, event_id: str = "emma-and-jan", **fields: object) -> str:
        """Create an event of the sample day by its route; return its id."""
        body = {"id": event_id, "title": "Emma & Jan", "date": EVENT, **fields}
        answer = self.host("POST", body=body)
        assert answer.status == 201, answer.text
        return str(answer.json["id"])

    def operator(self, groups: object) -> Browser:
        """Return a browser whose requests carry the claims of a token."""

        def handler(raw: JsonObject, context: object) -> JsonObject:
            if groups is not None:
                claims = {"cognito:groups": groups, "username": "anna"}
                raw["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
            answer: JsonObject = handlers.operate.using(self.dependencies)(raw, context)
            return answer

        return Browser(handler)

    def objects(self) -> set[str]:
        """Return the keys of all objects in the bucket."""
        listed = boto3.client("s3").list_objects_v2(Bucket=self.aws.bucket)
        return {entry["Key"] for entry in listed.get("Contents", [])}


class Guest:
    """A guest: one device that looks at pages, sends photos and deletes them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.reading = Browser(handlers.view.using(site.dependencies))
        self.sending = Browser(handlers.upload.using(site.dependencies))
        self.reading.cookies = self.sending.cookies

    def announce(self, *files: object, event: str = EVENT) -> HttpAnswer:
        """Ask for grants."""
        return self.sending.post(f"/g/{event}/uploads", {"files": list(files)})

    def send(
        self, body: bytes, name: str = "a.jpg", kind: str = "image/jpeg", event: str = EVENT
    ) -> str:
        """Announce and send one photo; return its id."""
        upload = self.announce(announced(body, name, kind), event=event).json["uploads"][0]
        assert upload["status"] == "upload", upload
        self.put(upload["id"], body, event)
        return str(upload["id"])

    def put(
        self, photo_id: str, body: bytes, event: str = EVENT, metadata: dict[str, str] | None = None
    ) -> str | None:
        """Post to the bucket as the browser does; return the version."""
        answer = boto3.client("s3").put_object(
            Bucket=self.site.aws.bucket,
            Key=object_keys.original_object(event, photo_id),
            Body=body,
            Metadata=metadata or {},
        )
        return answer.get("VersionId")

    def form(self, event: str = EVENT) -> dict[str, str]:
        """Open the plain form; return its fields."""
        page = self.sending.get(f"/g/{event}/upload", accept="text/html").text
        inputs = Tags(page).all("input")
        return {str(one["name"]): str(one["value"]) for one in inputs if one["type"] == "hidden"}

    def send_form(self, form: dict[str, str], body: bytes) -> str:
        """Post a file with the fields of a form; return the photo's id."""
        event, photo_id = object_keys.parse_original_object(form["key"])
        device = form["x-amz-meta-device"]
        self.put(photo_id, body, event, {"device": device})
        return photo_id

    def share(self, body: bytes, name: str = "a.jpg", event: str = EVENT) -> str:
        """Send one photo and process it; return its id."""
        photo_id = self.send(body, name, event=event)
        self.site.process(photo_id, event)
        return photo_id

    def status(self, *photo_ids: str, event: str = EVENT) -> list[JsonObject]:
        """Return the states of photos."""
        answer = self.sending.get(f"/g/{event}/uploads", {"ids": ",".join(photo_ids)})
        assert answer.status == 200, answer.text
        uploads: list[JsonObject] = answer.json["uploads"]
        return uploads

    def photos(self, event: str = EVENT, **query: str) -> list[JsonObject]:
        """Return what the page shows."""
        items: list[JsonObject] = self.reading.get(f"/g/{event}/photos", query).json["items"]
        return items


def announced(body: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> JsonObject:
    """Return a file as a browser announces it."""
    return {
        "name": name,
        "size": len(body),
        "type": kind,
        "sha256": hashlib.sha256(body).hexdigest(),
    }


@pytest.fixture
def site(fake_aws: Aws, clock: FixedClock) -> Site:
    """Provide a small site."""
    return Site(fake_aws, clock)


@pytest.fixture
def guest(site: Site) -> Guest:
    """Provide a guest of the site."""
    return Guest(site)


@pytest.fixture
def stranger(site: Site) -> Guest:
    """Provide another device."""
    return Guest(site)
