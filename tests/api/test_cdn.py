"""Requests that did not come by the edge."""

from __future__ import annotations

import boto3
import pytest

from lambdas.api import cdn, handlers
from lambdas.guests.links import PictureLinks
from lambdas.kit.clock import ManualClock
from lambdas.storage.objects import ObjectStore
from tests.conftest import NOW, Aws
from tests.lambda_events import Browser


@pytest.fixture
def key(fake_aws: Aws, monkeypatch: pytest.MonkeyPatch) -> str:
    arn = boto3.client("secretsmanager").create_secret(Name="edge", SecretString="k" * 48)["ARN"]
    monkeypatch.setenv("CDN_KEY_ARN", arn)
    monkeypatch.setenv("VERSION", "1")
    cdn.settings.cache_clear()
    assert fake_aws.table
    return "k" * 48


def test_only_the_edge_is_answered(key: str) -> None:
    browser = Browser(handlers.health)

    refused = [
        browser.get("/health"),
        browser.get("/health", x_daybook_edge="wrong"),
        browser.get("/health", x_daybook_edge="ä"),
    ]

    assert [(answer.status, answer.json["error"]["code"]) for answer in refused] == [
        (403, "edge_only")
    ] * 3
    assert browser.get("/health", x_daybook_edge=key).status == 200


def test_pictures_are_linked_by_the_edge_and_unsigned(fake_aws: Aws) -> None:
    links = PictureLinks(
        ObjectStore(fake_aws.bucket), ManualClock(NOW), "https://photos.example.com"
    )

    assert (
        links.of("2026-04-29", "p1")["thumb"]
        == "https://photos.example.com/shown/2026-04-29/p1/thumb.webp"
    )
