"""What is missing before a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from local.place import ROOT
from operations.preflight import Finding, preflight
from stacks.config import StageConfig, from_context

ZONE = {"domain_name": "photos.example.com", "hosted_zone_id": "Z123", "hosted_zone_name": "example.com"}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


class NoSuchHostedZone(Exception):
    """As the SDK has it."""


class Fake:
    """The services whose answers moto cannot give as a real account would."""

    exceptions = type("Exceptions", (), {"NoSuchHostedZone": NoSuchHostedZone})

    def __init__(self, limit: int = 1000, zone: str = "example.com.", secret: str = "") -> None:
        self._limit, self._zone, self._secret = limit, zone, secret

    def client_of(self, service: str) -> Any:
        """Moto's clients but for those."""
        return self if service in ("lambda", "route53", "cloudformation") else boto3.client(service)  # type: ignore[call-overload]

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"ConcurrentExecutions": self._limit}}

    def get_hosted_zone(self, Id: str) -> Any:  # noqa: N803
        if not self._zone:
            raise NoSuchHostedZone(Id)
        return {"HostedZone": {"Name": self._zone}}

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        if not self._secret:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": StackName}}, "DescribeStacks")
        return {"Stacks": [{"Outputs": [{"OutputKey": "AppSecretArn", "OutputValue": self._secret}]}]}


def look(config: StageConfig, fake: Fake) -> dict[str, Finding]:
    return {finding.what: finding for finding in preflight(config, ROOT, fake.client_of)}


def test_an_account_that_was_never_prepared_is_told_all_of_it_at_once() -> None:
    found = look(from_context({"stage": "prod", **ZONE}), Fake(limit=10, zone="example.org."))

    assert found["CDK bootstrap"].missing == "make bootstrap"
    assert "example.org" in str(found["Hosted zone"].missing)
    assert "154" in str(found["Lambda concurrency"].missing)
    assert found["CDK CLI"].missing is None
    assert found["Credentials"].missing is None
    assert found["App secret"].missing is None, "it comes with the first deployment"
    assert all(finding.to_text().startswith("missing") == bool(finding.missing) for finding in found.values())


def test_a_zone_of_another_account_is_named() -> None:
    assert "Z123" in look(from_context({"stage": "prod", **ZONE}), Fake(zone=""))["Hosted zone"].told


def test_credentials_of_another_account_stop_everything() -> None:
    found = look(from_context({"stage": "prod", "account": "999999999999"}), Fake())

    assert found["Credentials"].missing is not None
    assert set(found) == {"Credentials", "CDK CLI"}


def test_a_prepared_account_is_fine() -> None:
    boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")

    found = look(from_context({"stage": "prod", **ZONE}), Fake())

    assert [finding for finding in found.values() if finding.missing] == []


@pytest.mark.parametrize("secret", [{"instagram_app_id": ""}, {"instagram_app_id": "1", "instagram_app_secret": "hidden"}])
def test_an_empty_app_secret_is_seen_and_a_full_one_never_shown(secret: dict[str, str]) -> None:
    arn = boto3.client("secretsmanager").create_secret(Name="app", SecretString=json.dumps(secret))["ARN"]

    finding = look(from_context({"stage": "dev"}), Fake(secret=arn))["App secret"]

    assert finding.missing == (None if "instagram_app_secret" in secret else "make app-secret STAGE=dev")
    assert "hidden" not in finding.to_text()
