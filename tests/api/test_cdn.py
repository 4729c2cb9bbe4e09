"""Requests that did not come through the CDN."""

from __future__ import annotations

import boto3
import pytest

from lambdas.api import handlers
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.settings import ApiSettings
from tests.conftest import Aws
from tests.lambda_events import Browser

KEY = "k" * 48


@pytest.fixture
def behind_cdn(fake_aws: Aws) -> Browser:
    """Provide the health route of a site with a CDN."""
    created = boto3.client("secretsmanager").create_secret(Name="cdn", SecretString=KEY)
    settings = ApiSettings(version="1", public_url="https://x", cdn_key_arn=created["ARN"])
    return Browser(handlers.health.using(ApiDependencies(settings, aws=fake_aws.clients)))


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
