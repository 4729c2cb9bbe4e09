"""Instances that live longer than an app's secret."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta

import boto3

from lambdas.graph.errors import GraphError
from lambdas.graph.login import appsecret_proof
from lambdas.graph.transport import Answer, FakeTransport, Request
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.tokens.conftest import Feature

NEW = "a-new-secret"


def rotate(aws: Aws) -> None:
    """Reset the secret of the Instagram app."""
    client = boto3.client("secretsmanager")
    arn = aws.app_secret_arn
    apps = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    changed = json.dumps({**apps, "instagram_app_secret": NEW})
    client.put_secret_value(SecretId=arn, SecretString=changed)


def test_new_secret_is_proved_soon(fake_aws: Aws) -> None:
    feature = Feature(fake_aws, prove_app_secret=True)
    record = feature.connected()
    token = feature.store.secrets(record).token
    proofs: list[str | None] = []

    def answer(request: Request) -> Answer:
        proofs.append(request.query.get("appsecret_proof"))
        return feature.bench.transport.send(request)

    instagram = feature.build(transport=FakeTransport(answer)).instagram
    for _ in "12":
        account = instagram.account(ACCOUNT_ID)
        assert account
        with contextlib.suppress(GraphError):
            # The emulator knows the old secret alone.
            account.library.profile()
        rotate(fake_aws)
        feature.clock.advance(timedelta(minutes=6))

    assert proofs == [appsecret_proof("instagram-secret", token), appsecret_proof(NEW, token)]
