"""Requests that did not come through the CDN."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest

from lambdas.api import handlers
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.settings import ApiSettings
from lambdas.kit.clock import FixedClock
from tests.conftest import Aws
from tests.lambda_events import Browser

KEY = "k" * 48


@pytest.fixture
def behind_cdn(fake_aws: Aws, clock: FixedClock) -> Browser:
    """Provide the health route of a site with a CDN."""
    created = boto3.client("secretsmanager").create_secret(Name="cdn", SecretString=KEY)
    settings = ApiSettings(version="1", public_url="https://x", cdn_key_arn=created["ARN"])
    dependencies = ApiDependencies(settings, aws=fake_aws.clients, clock=clock)
    return Browser(handlers.health.using(dependencies))


@pytest.mark.parametrize("sent", [{}, {"x_daybook_edge": "wrong"}, {"x_daybook_edge": "ä"}])
def test_direct_requests_are_refused(behind_cdn: Browser, sent: dict[str, str]) -> None:
    answer = behind_cdn.get("/health", None, **sent)

    assert (answer.status, answer.json["error"]["code"]) == (403, "cdn_only")


def test_refusals_are_counted(behind_cdn: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    behind_cdn.get("/health")

    assert '"RequestsPastCdn":[1.0]' in capsys.readouterr().out


def test_cdn_is_answered(behind_cdn: Browser) -> None:
    assert behind_cdn.get("/health", x_daybook_edge=KEY).status == 200


def test_site_without_cdn_answers_everyone(fake_aws: Aws) -> None:
    dependencies = ApiDependencies(
        ApiSettings(version="1", public_url="https://x"), aws=fake_aws.clients
    )

    assert Browser(handlers.health.using(dependencies)).get("/health").status == 200


def change_key(key: str) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId="cdn", SecretString=key)


def test_a_new_key_and_the_one_before_are_accepted(behind_cdn: Browser, clock: FixedClock) -> None:
    """While the CDN is given a new key, its locations send either."""
    assert behind_cdn.get("/health", x_daybook_edge=KEY).status == 200
    change_key("new")
    clock.advance(timedelta(seconds=11))

    for key in ("new", KEY):
        assert behind_cdn.get("/health", x_daybook_edge=key).status == 200


def test_a_key_before_the_last_one_ends(behind_cdn: Browser, clock: FixedClock) -> None:
    assert behind_cdn.get("/health", x_daybook_edge=KEY).status == 200
    change_key("new")
    change_key("new")
    clock.advance(timedelta(minutes=5))

    assert behind_cdn.get("/health", x_daybook_edge=KEY).status == 403
    assert behind_cdn.get("/health", x_daybook_edge="new").status == 200


def test_wrong_keys_read_the_secret_now_and_then(
    behind_cdn: Browser, clock: FixedClock, fake_aws: Aws
) -> None:
    reads: list[str] = []
    events = fake_aws.clients.secrets_manager.meta.events
    events.register("before-call.secrets-manager.GetSecretValue", lambda **_: reads.append("one"))

    for _ in range(30):
        assert behind_cdn.get("/health", x_daybook_edge="wrong").status == 403
        clock.advance(timedelta(seconds=1))

    assert len(reads) <= 2 * 4
