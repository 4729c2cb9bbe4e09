"""Rate limits of routes: no address can use up alone what anyone may request."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest

from lambdas.api.rate_limit import RateLimiter
from lambdas.api.routing import Auth, Limit
from lambdas.guests import handlers
from lambdas.guests.routes import ROUTES
from lambdas.kit import errors
from lambdas.kit.clock import FixedClock
from lambdas.kit.log import feature_logger
from tests.conftest import Aws
from tests.guests.conftest import Guest, Site
from tests.guests.hosts import Host
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Handler

KEY, LIMIT = "POST /x", Limit(rate=5, burst=10)
STRANGER, OTHER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def limiter(fake_aws: Aws, clock: FixedClock) -> RateLimiter:
    return RateLimiter(fake_aws.clients.table(fake_aws.table), clock, feature_logger("api"))


def use_up(limiter: RateLimiter, address: str) -> int:
    """Send requests until one is refused; return how many were not."""
    for number in range(LIMIT.burst + 1):
        try:
            limiter.check(KEY, LIMIT, address)
        except errors.LimitReached:
            return number
    raise AssertionError("nothing was refused")


def test_an_address_gets_half(limiter: RateLimiter) -> None:
    assert use_up(limiter, STRANGER) == LIMIT.burst // 2
    assert use_up(limiter, STRANGER) == 0
    assert use_up(limiter, OTHER) == LIMIT.burst // 2


def test_refused_requests_use_nothing_of_others(limiter: RateLimiter, clock: FixedClock) -> None:
    use_up(limiter, STRANGER)
    for _ in range(LIMIT.burst):
        with pytest.raises(errors.LimitReached):
            limiter.check(KEY, LIMIT, STRANGER)

    limiter.check(KEY, LIMIT, OTHER)
    clock.advance(timedelta(seconds=2))
    limiter.check(KEY, LIMIT, STRANGER)


def test_limits_hold_no_address(limiter: RateLimiter, fake_aws: Aws) -> None:
    limiter.check(KEY, LIMIT, STRANGER)

    rows = boto3.client("dynamodb").scan(TableName=fake_aws.table)["Items"]

    assert len(rows) == 2
    assert STRANGER not in json.dumps(rows)


def from_address(handler: Handler, address: str) -> Handler:
    def sent(event: JsonObject, context: object) -> JsonObject:
        event["requestContext"]["http"]["sourceIp"] = address
        return handler(event, context)

    return sent


def test_a_stranger_shuts_no_host_out(fake_aws: Aws, clock: FixedClock) -> None:
    site = Site(fake_aws, clock, limits_table_name=fake_aws.table)
    host = Host(site, site.made_event())
    photo = Guest(site).share(b"no photo", event=host.event)
    function = handlers.operate.using(site.dependencies)
    stranger = Browser(from_address(function, STRANGER))
    [route] = [one for one in ROUTES if one.key == "PATCH /h/{event_id}/photos"]
    body = json.dumps({"ids": [photo], "state": "hidden"})
    headers = {"content-type": "application/json"}

    assert route.limit
    assert route.auth is Auth.NONE
    for _ in range(route.limit.burst):
        stranger.send("PATCH", f"/h/{host.event}/photos", None, headers, body)

    assert host.ask("PATCH", "/photos", {"ids": [photo], "state": "hidden"}).status == 200
