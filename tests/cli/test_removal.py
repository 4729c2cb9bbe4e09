"""Taking a stage down, by what is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError
from moto import mock_aws

from cli.removal import deployed_stacks, remove
from stacks.config import StageConfig
from stacks.context import from_context

PARTS = ("Storage", "Api", "Guests", "Tokens", "Front", "Edge", "Shield", "Monitoring")


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def deploy(
    *parts: str, stage: str = "dev", region: str = "us-east-1", protected: bool = False
) -> None:
    client = boto3.client("cloudformation", region_name=region)
    for part in parts:
        kind = "AWS::S3::Bucket" if part == "Storage" else "AWS::SQS::Queue"
        template = json.dumps({"Resources": {"One": {"Type": kind}, "AccessLogs": {"Type": kind}}})
        client.create_stack(
            StackName=f"daybook-{stage}-{part}",
            TemplateBody=template,
            EnableTerminationProtection=protected,
        )


def names(region: str = "us-east-1") -> list[str]:
    return sorted(
        stack["StackName"]
        for stack in boto3.client("cloudformation", region_name=region).describe_stacks()["Stacks"]
    )


def config(**settings: str) -> StageConfig:
    return from_context({"stage": "dev", **settings})


def test_nothing_is_deleted_that_was_not_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    deploy(*PARTS)

    assert remove(config(), [], confirmed=False) == 1

    assert len(names()) == len(PARTS)
    assert "make destroy STAGE=dev CONFIRM=dev" in capsys.readouterr().out


def test_whatever_uses_another_part_goes_before_it_and_full_buckets_go_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy(*PARTS)
    deploy("Storage", stage="prod")
    s3 = boto3.client("s3")
    for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"] if "dev" in one["Name"]):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for _ in range(2):
            s3.put_object(Bucket=bucket, Key="originals/1", Body=b"x")
        s3.delete_object(Bucket=bucket, Key="originals/1")

    assert remove(config(), [], confirmed=True) == 0

    deleted = [
        line.split()[1].removeprefix("daybook-dev-")
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("Deleting")
    ]
    assert deleted == [
        "Monitoring",
        "Edge",
        "Shield",
        "Front",
        "Guests",
        "Tokens",
        "Api",
        "Storage",
    ]
    assert names() == ["daybook-prod-Storage"]


def test_what_is_protected_stays_with_all_that_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    deploy("Api", "Guests")
    deploy("Storage", protected=True)

    assert remove(config(), [], confirmed=True) == 0

    assert names() == ["daybook-dev-Storage"]
    assert "Will stay: Storage." in capsys.readouterr().out
    assert boto3.client("s3").list_buckets()["Buckets"]


def test_production_keeps_its_data_also_without_the_protection() -> None:
    deploy("Api", "Storage", stage="prod")
    [bucket, *_] = [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]]
    boto3.client("s3").put_object(Bucket=bucket, Key="originals/1", Body=b"x")

    assert remove(from_context({"stage": "prod"}), ["Api", "Storage"], confirmed=True) == 0

    assert names() == ["daybook-prod-Storage"]
    assert boto3.client("s3").get_object(Bucket=bucket, Key="originals/1")["Body"].read() == b"x"


def test_parts_go_alone() -> None:
    deploy(*PARTS)

    assert remove(config(), ["edge", "Shield"], confirmed=True) == 0

    assert {f"daybook-dev-{part}" for part in PARTS} - set(names()) == {
        "daybook-dev-Edge",
        "daybook-dev-Shield",
    }


def test_what_an_edge_has_in_another_region_goes_with_it() -> None:
    deploy("Storage", "Edge", region="eu-central-1")
    deploy("Shield-eu-central-1", "Shield-eu-west-1", "Shield", "Guests")

    found = deployed_stacks(config(region="eu-central-1"))

    assert [(one.part, one.region) for one in found] == [
        ("Edge", "eu-central-1"),
        ("Shield", "us-east-1"),
        ("Storage", "eu-central-1"),
    ]


@pytest.mark.parametrize(
    ("parts", "said"),
    [([], "nothing of dev is deployed in us-east-1"), (["Kitchen"], "PARTS=kitchen: not deployed")],
)
def test_what_is_not_there_is_one_line(parts: list[str], said: str) -> None:
    if parts:
        deploy("Storage")

    with pytest.raises(SystemExit) as stopped:
        remove(config(), parts, confirmed=True)

    assert said in str(stopped.value)
    assert "\n" not in str(stopped.value)


class Changed:
    """A CloudFormation some of whose answers are others."""

    def __init__(self, real: Any, **changes: Any) -> None:
        self._real = real
        self._changes = changes

    def __getattr__(self, name: str) -> Any:
        return self._changes.get(name) or getattr(self._real, name)


def with_cloudformation(**changes: Any) -> Any:
    """The SDK's clients, with other answers of CloudFormation."""

    def client_of(service: str, region: str) -> Any:
        made: Any = boto3.client(service, region_name=region)  # type: ignore[call-overload]
        return Changed(made, **changes) if service == "cloudformation" else made

    return client_of


class HalfMade:
    """The paginator of an account in which every stack's first deployment failed."""

    def paginate(self) -> Iterator[Any]:
        """As CloudFormation tells it."""
        for page in boto3.client("cloudformation").get_paginator("describe_stacks").paginate():
            changed = {"StackStatus": "ROLLBACK_COMPLETE", "EnableTerminationProtection": True}
            yield {"Stacks": [{**stack, **changed} for stack in page["Stacks"]]}


def test_a_protected_stack_that_was_never_in_use_goes_if_it_is_named() -> None:
    deploy("Storage")
    lifted: list[Any] = []
    # Moto knows no change of the protection.
    half_made = with_cloudformation(
        get_paginator=lambda _: HalfMade(),
        update_termination_protection=lambda **asked: lifted.append(asked),
    )

    assert remove(config(), [], confirmed=True, client_of=half_made) == 0
    assert names() == ["daybook-dev-Storage"]

    assert remove(config(), ["Storage"], confirmed=True, client_of=half_made) == 0
    assert lifted == [{"StackName": "daybook-dev-Storage", "EnableTerminationProtection": False}]
    assert names() == []


def test_a_bucket_that_is_filled_again_while_it_goes_is_emptied_again() -> None:
    deploy("Storage")
    [bucket, *_] = [one["Name"] for one in boto3.client("s3").list_buckets()["Buckets"]]
    tries: list[str] = []

    class Waiter:
        """One that sees a late access log first."""

        def wait(self, StackName: str, WaiterConfig: Any) -> None:
            tries.append(StackName)
            if len(tries) == 1:
                boto3.client("s3").create_bucket(Bucket=bucket)
                boto3.client("s3").put_object(Bucket=bucket, Key="late", Body=b"x")
                deploy("Storage")
                raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})

    assert (
        remove(
            config(),
            [],
            confirmed=True,
            client_of=with_cloudformation(get_waiter=lambda _: Waiter()),
        )
        == 0
    )

    assert len(tries) == 2
    assert names() == []


def test_a_stack_that_cannot_go_stops_it_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy("Storage", "Api")

    def refuse(**_: Any) -> None:
        raise ClientError(
            {"Error": {"Code": "ValidationError", "Message": "Export in use"}}, "DeleteStack"
        )

    assert (
        remove(config(), [], confirmed=True, client_of=with_cloudformation(delete_stack=refuse))
        == 1
    )

    assert "daybook-dev-Api could not be deleted" in capsys.readouterr().err
    assert names() == ["daybook-dev-Api", "daybook-dev-Storage"]
