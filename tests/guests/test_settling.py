"""The objects of many photos that are decided at once: settled in the background, if need be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.guests import handlers
from lambdas.guests.moderating.moderation import FEW
from lambdas.kit.clock import FixedClock
from tests.conftest import Aws
from tests.guests.conftest import Guest, Site
from tests.guests.hosts import Host
from tests.guests.test_visibility import Failing, marks, public
from tests.json_types import JsonObject
from tests.lambda_events import Context, sqs_event
from tests.moto_aws import setup_client
from tests.pictures.drawing import draw_photo


@pytest.fixture
def site(fake_aws: Aws, clock: FixedClock) -> Site:
    url = setup_client("sqs").create_queue(QueueName="tidy")["QueueUrl"]
    return Site(fake_aws, clock, tidy_queue_url=url)


@pytest.fixture
def anna(site: Site) -> Host:
    return Host(site, site.made_event(), "moderator")


@pytest.fixture
def orders(site: Site) -> Iterator[list[JsonObject]]:
    """Provide the messages that are sent from now on."""
    sent: list[JsonObject] = []

    def note(params: JsonObject, **_: Any) -> None:
        sent.append(json.loads(params["MessageBody"]) | {"delay": params["DelaySeconds"]})

    events, name = site.dependencies.aws.sqs.meta.events, "provide-client-params.sqs.SendMessage"
    events.register(name, note)
    yield sent
    events.unregister(name, note)


# Beside one photo: moto's tables are not made for many threads.
UNKNOWN = [f"{number:026}" for number in range(FEW)]


def deliver(site: Site, order: JsonObject) -> None:
    handlers.tidy.using(site.dependencies)(sqs_event(order), Context())


@pytest.fixture
def photo(guest: Guest, anna: Host) -> str:
    return guest.share(draw_photo(size=(40, 30)), event=anna.event)


def test_what_fails_is_settled_in_the_background(
    anna: Host, site: Site, photo: str, orders: list[JsonObject]
) -> None:
    with Failing(site):
        anna.decide_all([photo, *UNKNOWN], "hidden")
    assert public(site)

    early, late = orders
    assert (early["delay"], late["delay"]) == (20, 0)
    assert early["photo_ids"] == late["photo_ids"] == [photo]
    deliver(site, early)

    assert (public(site), marks(site)) == (set(), [])


def test_settled_photos_are_left_alone(
    anna: Host, site: Site, photo: str, orders: list[JsonObject]
) -> None:
    anna.decide_all([photo, *UNKNOWN], "deleted")
    [order] = orders
    before = marks(site)

    with Failing(site):
        deliver(site, order)

    # The mark says until when the photo can be restored.
    assert marks(site) == before
    assert len(before) == 1


def test_few_photos_need_no_message(
    anna: Host, site: Site, photo: str, orders: list[JsonObject]
) -> None:
    anna.decide_all([photo], "hidden")

    assert (orders, public(site)) == ([], set())


def test_decisions_stand_without_the_queue(anna: Host, site: Site, photo: str) -> None:
    setup_client("sqs").delete_queue(QueueUrl=site.settings.tidy_queue_url)

    decided = anna.decide_all([photo, *UNKNOWN], "hidden")

    assert decided[0]["state"] == "hidden"
    assert public(site) == set()
