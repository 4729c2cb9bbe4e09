"""The HTTP layer: errors become answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from lambdas.api import handlers
from lambdas.api.access import groups_of
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.problem import STATUSES, status_of
from lambdas.api.rate_limit import RateLimiter
from lambdas.api.request import Request
from lambdas.api.routing import Limit
from lambdas.api.settings import ApiSettings
from lambdas.kit import errors
from lambdas.kit.clock import FixedClock
from lambdas.kit.log import feature_logger
from tests.conftest import Aws
from tests.lambda_events import Browser


def all_errors(
    kind: type[errors.DaybookError] = errors.DaybookError,
) -> Iterator[type[errors.DaybookError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def test_every_error_has_a_status() -> None:
    kinds = list(all_errors())

    assert kinds
    for kind in kinds:
        assert any(issubclass(kind, known) for known, _ in STATUSES), kind
        assert 400 <= status_of(kind("x", **_arguments(kind))) < 600


def _arguments(kind: type[errors.DaybookError]) -> dict[str, Any]:
    return {"retry_after": 1} if issubclass(kind, errors.RetryableError) else {}


def test_unknown_error_is_ours() -> None:
    assert status_of(errors.DaybookError("x")) == 500


def test_health_reports_version() -> None:
    settings = ApiSettings(version="v1.2.3", public_url="https://photos.example.com")

    answer = Browser(handlers.health.using(ApiDependencies(settings))).get("/health")

    assert (answer.status, answer.json) == (200, {"status": "ok", "version": "v1.2.3"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    ("groups", "allowed"),
    [
        (["operators"], True),
        ("[operators]", True),
        ("[others operators]", True),
        ("operators", True),
        ("[former.operators]", False),
        ("[operators.former]", False),
        ("[operators-2 operators/x]", False),
        ("[former,operators]", False),
        ("[operators,former others]", False),
        ("[former\u3000operators]", False),
        ("[former\u00a0operators\u2003]", False),
        ("[[operators]]", False),
        ("[operators] [x]", False),
        ("Operators", False),
        ("operators\u2028", False),
        ("[]", False),
        ("", False),
    ],
)
def test_group_matches_exactly(groups: object, allowed: bool) -> None:
    assert ("operators" in groups_of({"cognito:groups": groups})) is allowed


def test_limited_route_counts_requests(fake_aws: Aws, clock: FixedClock) -> None:
    limiter = RateLimiter(fake_aws.clients.table(fake_aws.table), clock, feature_logger("api"))
    limit = Limit(rate=1, burst=2)
    limiter.check("GET /x", limit)
    limiter.check("GET /x", limit)
    limiter.check("GET /other", limit)

    with pytest.raises(errors.LimitReached) as refused:
        limiter.check("GET /x", limit)

    clock.advance(timedelta(seconds=refused.value.retry_after))
    limiter.check("GET /x", limit)


def test_half_characters_of_queries_are_replaced() -> None:
    query = {"queryStringParameters": {"state": "a\ud800,b\ud800"}}
    request = Request(APIGatewayProxyEventV2(query), {})

    assert request.query == {"state": "b?"}
    assert request.query_text("state") == "a?,b?"
    assert request.query_list("state") == ["a?", "b?"]
