"""Which secrets may have signed, and which tokens confirm a webhook, while either is changed."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3

from lambdas.graph.app_credentials import AppCredentials
from lambdas.instagram.app_secret import AppSecrets
from lambdas.kit.clock import FixedClock
from lambdas.kit.login_type import LoginType
from tests.conftest import Aws


def put(arn: str, **values: str | None) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(values))


def test_token_and_its_predecessor_verify(fake_aws: Aws, clock: FixedClock) -> None:
    arn = fake_aws.app_secret_arn
    secrets = AppSecrets(fake_aws.clients.secrets_manager, arn, clock)
    put(arn, webhook_verify_token="old")
    assert next(iter(secrets.verification_tokens())) == ["old"]
    put(arn, webhook_verify_token="new")
    clock.advance(timedelta(seconds=11))

    assert list(secrets.verification_tokens()) == [["old"], ["new", "old"]]
    assert list(secrets.verification_tokens()) == [["new"], ["new", "old"]]


def test_empty_token_verifies_nothing(fake_aws: Aws, clock: FixedClock) -> None:
    arn = fake_aws.app_secret_arn
    secrets = AppSecrets(fake_aws.clients.secrets_manager, arn, clock)
    put(arn, webhook_verify_token="", instagram_app_secret="a")
    put(arn, webhook_verify_token=None, instagram_app_secret="b")

    assert list(secrets.verification_tokens()) == [[], []]
    assert list(secrets.signing_secrets()) == [["b"], ["b", "a"]]


def test_secret_reset_after_it_was_read(fake_aws: Aws, clock: FixedClock) -> None:
    arn = fake_aws.app_secret_arn
    secrets = AppSecrets(fake_aws.clients.secrets_manager, arn, clock)
    put(arn, instagram_app_secret="old")
    list(secrets.signing_secrets())
    put(arn, instagram_app_secret="new")
    clock.advance(timedelta(seconds=1))

    assert list(secrets.signing_secrets()) == [["old"], ["new", "old"]]


def test_forged_signatures_read_it_rarely(fake_aws: Aws, clock: FixedClock) -> None:
    reads: list[str] = []

    class Counting:
        def get_secret_value(self, **request: str) -> object:
            reads.append(request["VersionStage"])
            return fake_aws.clients.secrets_manager.get_secret_value(**request)

    secrets = AppSecrets(Counting(), fake_aws.app_secret_arn, clock)  # type: ignore[arg-type]
    for _ in range(100):
        list(secrets.signing_secrets())

    assert reads.count("AWSCURRENT") <= 4


def test_secret_is_tidied(fake_aws: Aws, clock: FixedClock) -> None:
    arn = fake_aws.app_secret_arn
    put(arn, instagram_app_id="1\n", instagram_app_secret=" a\n", webhook_verify_token="v\n")
    secrets = AppSecrets(fake_aws.clients.secrets_manager, arn, clock)

    assert secrets.credentials(LoginType.INSTAGRAM) == AppCredentials("1", "a")
    assert next(iter(secrets.signing_secrets())) == ["a"]
    assert next(iter(secrets.verification_tokens())) == ["v"]
