"""What is missing before a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cli.preflight import Finding, preflight
from local.deployment import ROOT
from stacks.config import StageConfig
from stacks.context import from_context

ZONE = {
    "domain_name": "photos.example.com",
    "hosted_zone_id": "Z123",
    "hosted_zone_name": "example.com",
}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


class NoSuchHostedZone(Exception):
    """As the SDK has it."""


class Fake:
    """The services whose answers moto cannot give as a real account would."""

    exceptions = type("Exceptions", (), {"NoSuchHostedZone": NoSuchHostedZone})

    def __init__(
        self, limit: int = 1000, zone: str = "example.com.", free: int | None = None, held: int = 0
    ) -> None:
        self._limit, self._zone, self._free, self._held = (
            limit,
            zone,
            limit if free is None else free,
            held,
        )

    def client_of(self, service: str, region: str = "us-east-1") -> Any:
        """Moto's clients but for those."""
        if service in ("lambda", "route53"):
            return self
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]

    def get_account_settings(self) -> Any:
        return {
            "AccountLimit": {
                "ConcurrentExecutions": self._limit,
                "UnreservedConcurrentExecutions": self._free,
            }
        }

    def get_function_concurrency(self, FunctionName: str) -> Any:
        return {"ReservedConcurrentExecutions": self._held} if FunctionName else {}

    def get_hosted_zone(self, Id: str) -> Any:
        if not self._zone:
            raise NoSuchHostedZone(Id)
        return {"HostedZone": {"Name": self._zone}}


def deploy(
    name: str, resource: dict[str, Any], role: dict[str, Any] | None = None, **outputs: str
) -> None:
    """A stack of one resource, and the role that it needs."""
    resources = {"One": resource} | ({"Role": role} if role else {})
    template = {
        "Resources": resources,
        "Outputs": {key: {"Value": value} for key, value in outputs.items()},
    }
    boto3.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))


def look(config: StageConfig, fake: Fake) -> dict[str, Finding]:
    return {finding.what: finding for finding in preflight(config, ROOT, fake.client_of)}


def test_an_account_that_was_never_prepared_is_told_all_of_it_at_once() -> None:
    found = look(from_context({"stage": "prod", **ZONE}), Fake(limit=10, zone="example.org."))

    assert (
        found["CDK bootstrap in us-east-1"].missing
        == "make bootstrap STAGE=prod, with the same CONTEXT"
    )
    assert "example.org" in str(found["Hosted zone"].missing)
    assert "Ask for 154" in str(found["Lambda concurrency"].missing)
    assert found["CDK CLI"].missing is None
    assert found["Credentials"].missing is None
    assert found["App secret"].missing is None, "it comes with the first deployment"
    assert all(
        finding.to_text().startswith("missing") == bool(finding.missing)
        for finding in found.values()
    )


def test_a_zone_of_another_account_is_named() -> None:
    assert (
        "Z123" in look(from_context({"stage": "prod", **ZONE}), Fake(zone=""))["Hosted zone"].told
    )


def test_credentials_of_another_account_stop_everything() -> None:
    found = look(from_context({"stage": "prod", "account": "999999999999"}), Fake())

    assert found["Credentials"].missing is not None
    assert set(found) == {"Credentials", "CDK CLI"}


def test_a_prepared_account_is_fine() -> None:
    boto3.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )

    found = look(from_context({"stage": "prod", **ZONE}), Fake())

    assert [finding for finding in found.values() if finding.missing] == []


@pytest.mark.parametrize(
    "secret",
    [{"instagram_app_id": ""}, {"instagram_app_id": "1", "instagram_app_secret": "hidden"}],
)
def test_an_empty_app_secret_is_seen_and_a_full_one_never_shown(secret: dict[str, str]) -> None:
    arn = boto3.client("secretsmanager").create_secret(Name="app", SecretString=json.dumps(secret))[
        "ARN"
    ]

    deploy("daybook-dev-Storage", {"Type": "AWS::SQS::Queue"}, AppSecretArn=arn)

    finding = look(from_context({"stage": "dev"}), Fake())["App secret"]

    assert finding.missing == (
        None if "instagram_app_secret" in secret else "make app-secret STAGE=dev"
    )
    assert "hidden" not in finding.to_text()


def test_an_edge_needs_its_own_region_prepared_too() -> None:
    boto3.client("ssm", region_name="eu-central-1").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )

    found = look(
        from_context({"stage": "prod", "region": "eu-central-1", "edge": "true", **ZONE}), Fake()
    )

    assert found["CDK bootstrap in eu-central-1"].missing is None
    assert "STAGE=prod" in str(found["CDK bootstrap in us-east-1"].missing)


@pytest.mark.parametrize(
    ("free", "held", "short"),
    [(154, 0, False), (153, 0, True), (100, 54, False), (100, 53, True), (120, 0, True)],
)
def test_what_another_stage_holds_cannot_be_reserved_again(
    free: int, held: int, short: bool
) -> None:
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    code = {
        "Code": {"ZipFile": "x"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Handler": "a.b",
        "Runtime": "python3.13",
    }
    deploy("daybook-prod-Guests", {"Type": "AWS::Lambda::Function", "Properties": code}, role)

    finding = look(from_context({"stage": "prod"}), Fake(limit=300, free=free, held=held))[
        "Lambda concurrency"
    ]

    assert bool(finding.missing) is short, finding


def test_what_is_left_of_a_deployment_before_is_named() -> None:
    for part in ("Storage", "Tokens", "Edge", "Shield", "Shield-eu-central-1"):
        deploy(f"daybook-prod-{part}", {"Type": "AWS::SQS::Queue"})

    found = look(from_context({"stage": "prod", "features": "guests"}), Fake())["Left over"]
    with_edge = look(
        from_context({"stage": "prod", "features": "guests", "edge": "true", **ZONE}), Fake()
    )["Left over"]

    assert 'PARTS="Edge Shield Tokens" CONFIRM=prod' in str(found.missing)
    assert with_edge.missing is None
    assert (
        with_edge.told
        == 'Tokens; once this is deployed: make destroy STAGE=prod PARTS="Tokens" CONFIRM=prod'
    )


def test_an_edge_that_is_there_for_another_domain_is_named() -> None:
    deploy("daybook-prod-Edge", {"Type": "AWS::SQS::Queue"}, Domain="old.example.com")

    found = look(from_context({"stage": "prod", "edge": "true", **ZONE}), Fake())

    assert "old.example.com" in found["Edge"].told
    assert 'PARTS="Edge Shield"' in str(found["Edge"].missing)
