"""Entering the ids and secrets of Meta's apps."""

from __future__ import annotations

import json

import boto3
import pytest

from cli.features.tokens.app_secret import enter_app_secret
from cli.features.tokens.site import TokensSite
from tests.cli.tokens_site import feature as feature
from tests.cli.tokens_site import site as site


def stored(site: TokensSite) -> dict[str, str]:
    arn = site.settings.app_secret_arn
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=arn)
    values: dict[str, str] = json.loads(answer["SecretString"])
    return values


def test_an_answer_replaces_one_value(site: TokensSite) -> None:
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "new-secret" if question.startswith("Instagram app secret") else ""

    assert enter_app_secret(site, ask) == 0

    values = stored(site)
    assert values["instagram_app_id"] == "1000000001"
    assert values["instagram_app_secret"] == "new-secret"
    assert values["meta_app_secret"] == "facebook-secret"
    assert len(questions) == 4
    assert "instagram-secret" not in "".join(questions)


def test_an_incomplete_app_is_reported(
    site: TokensSite, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId=site.settings.app_secret_arn, SecretString="{}")

    assert enter_app_secret(site, lambda _: "") == 1

    assert "Complete: none" in capsys.readouterr().err
