"""Words to hosts leave the deployed site: a mail by the embedded SES, a signed request."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
import requests

from lambdas.guests.caring.channels import SIGNATURE, signature
from lambdas.storage import keys
from local.deployment import ACCOUNT
from local.local_site import stamp
from local.uploads import upload_all
from stacks.config import STAGES
from tests.deployed import Stack, wait_until
from tests.json_types import JsonObject
from tests.local.graph.receiver import receiving
from tests.pictures.drawing import draw_photo

LONG_AGO = stamp(-timedelta(hours=1))


@pytest.fixture
def host() -> str:
    """Provide a host's mail address of its own: mails of earlier tests stay where they are."""
    return f"host-{random.randrange(10**9)}@example.org"


def party(stack: Stack, **fields: object) -> JsonObject:
    """Create an event whose photos wait for a host."""
    body = {"id": f"party-{random.randrange(10**9)}", "title": "Emma & Jan", "date": "2026-04-29"}
    created = stack.operate("POST", "/events", body | {"review": True} | fields)
    assert created.status_code == 201, created.text
    event: JsonObject = created.json()
    return event


def share(stack: Stack, event: JsonObject) -> None:
    """Send a photo as a guest; two minutes are over at once."""
    seed = random.randrange(10**6)
    sent = upload_all(stack.outputs["guest_url"], event["id"], {"a.jpg": draw_photo(seed=seed)})
    assert set(sent.values()) == {"in_review"}
    stack.table("EventsTable").update_item(
        Key=keys.host_notice_key(event["id"]),
        UpdateExpression="SET marked_at = :long_ago, since = :long_ago",
        ExpressionAttributeValues={":long_ago": LONG_AGO},
    )
    stack.send("Guests.TidyQueue", {"tidy": "photos"})


def is_looked_at(stack: Stack, event: JsonObject) -> bool:
    """Return whether neither a mark nor a message of an event is left."""
    table = stack.table("EventsTable")
    rows = [
        keys.host_notice_key(event["id"]),
        keys.host_message_key(event["id"], "photos_waiting#mail"),
        keys.host_message_key(event["id"], "photos_waiting#webhook"),
    ]
    return not any("Item" in table.get_item(Key=key, ConsistentRead=True) for key in rows)


def mails_to(stack: Stack, host: str) -> list[JsonObject]:
    """Return the mails to an address that the embedded SES has sent."""
    url = f"{stack.deployment.aws_url}/_ministack/ses/messages"
    answer = requests.get(url, params={"account": ACCOUNT}, timeout=30).json()
    return [mail for mail in answer["messages"].get(ACCOUNT, []) if mail["To"] == [host]]


def test_photos_that_wait_are_mailed_once(stack: Stack, host: str) -> None:
    event = party(stack, notify_email=host)
    share(stack, event)
    [mail] = wait_until(lambda: mails_to(stack, host))
    wait_until(lambda: is_looked_at(stack, event))

    share(stack, event)
    stack.send("Guests.TidyQueue", {"tidy": "photos"})
    wait_until(lambda: is_quiet(stack))

    assert mail["Source"] == STAGES["local"]["mail_from"]
    assert mail["Subject"] == "\u2068Emma & Jan\u2069: 1 photo waits"
    assert f"{stack.outputs['guest_url']}/h/{event['id']}\n" in mail["BodyText"]
    assert mails_to(stack, host) == [mail]


def is_quiet(stack: Stack) -> bool:
    """Return whether all runs of `tidy` that were asked for are over."""
    url = stack.outputs["queues"]["Guests.TidyQueue"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return [int(found["Attributes"][name]) for name in names] == [0, 0]


def test_requests_to_webhooks_are_signed(stack: Stack) -> None:
    with receiving() as receiver:
        event = party(stack, notify_webhook=receiver.url)
        share(stack, event)
        [(body, _)] = wait_until(lambda: receiver.received)
        wait_until(lambda: is_looked_at(stack, event))

        [headers] = receiver.headers
        message = json.loads(body)
        assert headers[SIGNATURE] == signature(event["notify_secret"].encode(), body)
        assert (message["type"], message["waiting"]) == ("photos_waiting", 1)
        assert message["host_url"] == f"{stack.outputs['guest_url']}/h/{event['id']}"
        assert message["event"]["url"] == stack.event(event["id"])
