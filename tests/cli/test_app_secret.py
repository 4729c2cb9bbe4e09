"""Entering the app secret."""

from __future__ import annotations

import json

import boto3

from cli.app_secret import enter_app_secret
from cli.site import Site
from tests.conftest import Aws


def test_what_is_entered_is_stored_and_the_rest_is_kept(fake_aws: Aws) -> None:
    site = Site("prod", {"APP_SECRET_ARN": fake_aws.app_secret_arn})
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "new-secret" if question.startswith("Instagram app secret") else ""

    assert enter_app_secret(site, ask) == 0

    stored = json.loads(
        boto3.client("secretsmanager").get_secret_value(SecretId=fake_aws.app_secret_arn)[
            "SecretString"
        ]
    )
    assert (stored["instagram_app_id"], stored["instagram_app_secret"]) == (
        "1000000001",
        "new-secret",
    )
    assert stored["meta_app_secret"] == "facebook-secret"
    assert len(asked) == 4
    assert "instagram-secret" not in "".join(asked)


def test_without_a_complete_app_it_says_so(fake_aws: Aws) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=fake_aws.app_secret_arn, SecretString="{}"
    )

    assert (
        enter_app_secret(Site("prod", {"APP_SECRET_ARN": fake_aws.app_secret_arn}), lambda _: "")
        == 1
    )
