"""Hiding 200 photos at once, through the handler, on an AWS whose every answer takes 5 ms.

The clients are botocore's own: they sign, encode and parse as in production. In place of the
network each call waits, and is answered from memory; conditions of writes are not evaluated. A
real table answers in 3 to 10 ms within its region, the bucket slower: what is measured is how many
calls there are, and how many are made at the same time.
"""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections import Counter
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from lambdas.guests import handlers
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.rows import to_row
from tests.bench.row import Row, median_ms
from tests.conftest import NOW
from tests.doubles import RecordingBus
from tests.guests.site import small_site
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Handler

PHOTOS, LATENCY_SECONDS, RUNS = 200, 0.005, 5
PARTY = "our-party"
XML = "<Result></Result>"


class SlowAws:
    """Answers the calls of moderation after a while, from rows in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], JsonObject] = {}
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def attach(self, client: object) -> None:
        """Answer a client's calls."""
        client.meta.events.register("before-send", self._answer)  # type: ignore[attr-defined]

    def put(self, row: JsonObject) -> None:
        """Store a row."""
        wire = {name: TypeSerializer().serialize(one) for name, one in row.items()}
        self.rows[(row[keys.PARTITION], row[keys.SORT])] = wire

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        time.sleep(LATENCY_SECONDS)
        # botocore keeps this header as bytes.
        named: Any = request.headers.get("X-Amz-Target", b"")
        sent: Any = request.body
        target = str(named.decode()).rpartition(".")[2]
        body = self._table(target, json.loads(sent)) if target else XML
        with self._lock:
            self.calls[target or "S3"] += 1
        return AWSResponse(request.url, 200, HTTPHeaders(), Body(body.encode()))

    def _table(self, target: str, asked: JsonObject) -> str:
        if target == "GetItem":
            return json.dumps({"Item": self.rows[_key(asked["Key"])]})
        if target == "BatchGetItem":
            [(name, wanted)] = asked["RequestItems"].items()
            found = [self.rows[one] for key in wanted["Keys"] if (one := _key(key)) in self.rows]
            return json.dumps({"Responses": {name: found}, "UnprocessedKeys": {}})
        if target == "TransactWriteItems":
            puts = [one["Put"]["Item"] for one in asked["TransactItems"] if "Put" in one]
            self.rows.update({_key(item): item for item in puts})
        return "{}"


class Body(io.BytesIO):
    """The raw body of an answer, as botocore reads it."""

    def stream(self, **_: object) -> list[bytes]:
        """Return all of it."""
        return [self.read()]


def _key(wire: JsonObject) -> tuple[str, str]:
    return wire[keys.PARTITION]["S"], wire[keys.SORT]["S"]


def measure() -> list[Row]:
    """Hide photos, and show them again."""
    aws, slow, clock = AwsClients(), SlowAws(), FixedClock(NOW)
    settings = small_site("events", "photos", "arn")
    dependencies = GuestsDependencies(settings, aws=aws, clock=clock, bus=RecordingBus())
    for client in (dependencies.table.meta.client, aws.s3):
        slow.attach(client)
    row = {**keys.row_key(PARTY, keys.EVENT_ROW), **to_row(Event(PARTY, "Party", NOW, NOW, "UTC"))}
    slow.put(row)
    ids = [f"{number:026}" for number in range(PHOTOS)]
    for photo_id in ids:
        slow.put(_photo(photo_id).to_row())
    browser = Browser(_operator(dependencies))

    def decide(state: str) -> None:
        body = json.dumps({"ids": ids, "state": state})
        headers = {"content-type": "application/json"}
        answer = browser.send("PATCH", f"/events/{PARTY}/photos", None, headers, body)
        assert [one["state"] for one in answer.json["photos"]] == [state] * PHOTOS

    def both() -> None:
        decide("hidden")
        decide("shown")

    with contextlib.redirect_stdout(io.StringIO()):
        both()
        calls = slow.calls.total() / 2
        taken = median_ms(both, RUNS) / 2
    name = f"moderating {PHOTOS} photos"
    beside = f"its {calls:.0f} calls of {LATENCY_SECONDS * 1000:.0f} ms one after another"
    return [Row(name, taken, "ms", calls * LATENCY_SECONDS * 1000, beside)]


def _operator(dependencies: GuestsDependencies) -> Handler:
    entry_point = handlers.operate.using(dependencies)

    def handler(raw: JsonObject, context: object) -> JsonObject:
        claims = {"cognito:groups": "[operators]", "username": "anna"}
        raw["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        answer: JsonObject = entry_point(raw, context)
        return answer

    return handler


def _photo(photo_id: str) -> Photo:
    return Photo(
        event_id=PARTY,
        id=photo_id,
        state=PhotoState.SHOWN,
        device="d" * 64,
        name="a.jpg",
        size=1,
        granted_until=NOW,
        taken_at=NOW,
        width=80,
        height=60,
    )
