"""Deleting a stage, by what is deployed."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

from cli.aws import ClientOf, client_in
from cli.deployed import deployed_stacks
from cli.errors import CommandError, UsageError
from cli.removal import remove
from tests.cli.conftest import create_stack, stage
from tests.json_types import JsonObject

pytestmark = pytest.mark.usefixtures("moto_aws")
PARTS = ("Storage", "Api", "Guests", "Tokens", "Front", "Cdn", "Waf", "Monitoring")


def create(
    *parts: str, of: str = "dev", region: str = "us-east-1", protected: bool = False
) -> None:
    for part in parts:
        kind = "AWS::S3::Bucket" if part == "Storage" else "AWS::SQS::Queue"
        resources = {"One": {"Type": kind}, "AccessLogs": {"Type": kind}}
        create_stack(f"daybook-{of}-{part}", resources, region=region, protected=protected)


def names(region: str = "us-east-1") -> list[str]:
    stacks = boto3.client("cloudformation", region_name=region).describe_stacks()["Stacks"]
    return sorted(stack["StackName"] for stack in stacks)


def buckets(of: str = "dev") -> list[str]:
    found = boto3.client("s3").list_buckets()["Buckets"]
    return [one["Name"] for one in found if of in one["Name"]]


def test_nothing_goes_unconfirmed(capsys: pytest.CaptureFixture[str]) -> None:
    create(*PARTS)

    assert remove(stage(), [], confirmed=False) == 1

    assert len(names()) == len(PARTS)
    assert "make destroy STAGE=dev CONFIRM=dev" in capsys.readouterr().out


def test_users_of_a_stack_go_first(capsys: pytest.CaptureFixture[str]) -> None:
    create(*PARTS)
    create("Storage", of="prod")

    assert remove(stage(), [], confirmed=True) == 0

    deleted = [
        line.split()[1].removeprefix("daybook-dev-")
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("Deleting daybook")
    ]
    assert deleted[:4] == ["Monitoring", "Front", "Cdn", "Waf"]
    assert deleted[4:] == ["Guests", "Tokens", "Api", "Storage"]
    assert names() == ["daybook-prod-Storage"]


def test_full_buckets_are_emptied() -> None:
    create("Storage")
    s3 = boto3.client("s3")
    for bucket in buckets():
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=bucket, Key="originals/1", Body=b"x")
        s3.put_object(Bucket=bucket, Key="originals/1", Body=b"y")
        s3.delete_object(Bucket=bucket, Key="originals/1")

    assert remove(stage(), [], confirmed=True) == 0

    assert names() == []


def test_a_protected_stack_stays(capsys: pytest.CaptureFixture[str]) -> None:
    create("Api", "Guests")
    create("Storage", protected=True)

    assert remove(stage(), [], confirmed=True) == 0

    assert names() == ["daybook-dev-Storage"]
    assert "Will stay: Storage." in capsys.readouterr().out
    assert buckets()


def test_production_keeps_its_data_unprotected() -> None:
    create("Api", "Storage", of="prod")
    [bucket, *_] = buckets("prod")
    boto3.client("s3").put_object(Bucket=bucket, Key="originals/1", Body=b"x")

    assert remove(stage(stage="prod"), ["Api", "Storage"], confirmed=True) == 0

    assert names() == ["daybook-prod-Storage"]
    stored = boto3.client("s3").get_object(Bucket=bucket, Key="originals/1")
    assert stored["Body"].read() == b"x"


def test_parts_go_alone() -> None:
    create(*PARTS)

    assert remove(stage(), ["cdn", "Waf"], confirmed=True) == 0

    gone = {f"daybook-dev-{part}" for part in PARTS} - set(names())
    assert gone == {"daybook-dev-Cdn", "daybook-dev-Waf"}


def test_the_global_firewall_belongs_to_it() -> None:
    create("Storage", "Cdn", region="eu-central-1")
    create("Waf-eu-central-1", "Waf-eu-west-1", "Waf", "Guests")
    create("CdnAlarms-eu-central-1", "CdnAlarms-eu-west-1")

    found = deployed_stacks(stage(region="eu-central-1"))

    assert [(one.part, one.region) for one in found] == [
        ("CdnAlarms", "us-east-1"),
        ("Cdn", "eu-central-1"),
        ("Waf", "us-east-1"),
        ("Storage", "eu-central-1"),
    ]


def test_nothing_deployed_is_an_error() -> None:
    with pytest.raises(CommandError, match="nothing of dev is deployed in us-east-1"):
        remove(stage(), [], confirmed=True)


def test_an_unknown_part_is_usage() -> None:
    create("Storage")

    with pytest.raises(UsageError, match="PARTS=kitchen: not deployed"):
        remove(stage(), ["Kitchen"], confirmed=True)


class Changed:
    """A CloudFormation client with some other answers."""

    def __init__(self, real: object, **changes: object) -> None:
        self._real = real
        self._changes = changes

    def __getattr__(self, name: str) -> object:
        return self._changes.get(name) or getattr(self._real, name)


def changed(**changes: object) -> ClientOf:
    def client_of(service: str, region: str) -> object:
        made = client_in(service, region)
        return Changed(made, **changes) if service == "cloudformation" else made

    return client_of


class HalfMade:
    """The paginator of an account in which every first deployment failed."""

    def paginate(self) -> Iterator[JsonObject]:
        """Return all stacks as failed and protected ones."""
        for page in boto3.client("cloudformation").get_paginator("describe_stacks").paginate():
            state = {"StackStatus": "ROLLBACK_COMPLETE", "EnableTerminationProtection": True}
            yield {"Stacks": [{**stack, **state} for stack in page["Stacks"]]}


def test_a_named_half_made_stack_goes() -> None:
    create("Storage")
    lifted: list[object] = []

    def paginator(name: str) -> object:
        real = boto3.client("cloudformation").get_paginator
        return HalfMade() if name == "describe_stacks" else real(name)  # type: ignore[call-overload]

    # Moto cannot change the protection.
    client_of = changed(
        get_paginator=paginator,
        update_termination_protection=lambda **asked: lifted.append(asked),
    )

    assert remove(stage(), [], confirmed=True, client_of=client_of) == 0
    assert names() == ["daybook-dev-Storage"]

    assert remove(stage(), ["Storage"], confirmed=True, client_of=client_of) == 0
    assert lifted == [{"StackName": "daybook-dev-Storage", "EnableTerminationProtection": False}]
    assert names() == []


def test_a_refilled_bucket_is_emptied_again() -> None:
    create("Storage")
    [bucket, *_] = buckets()
    attempts: list[str] = []

    class Waiter:
        """A waiter during whose first wait an access log arrives."""

        def wait(self, **asked: str) -> None:
            attempts.append(asked["StackName"])
            if len(attempts) == 1:
                boto3.client("s3").create_bucket(Bucket=bucket)
                boto3.client("s3").put_object(Bucket=bucket, Key="late", Body=b"x")
                create("Storage")
                raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})

    client_of = changed(get_waiter=lambda _: Waiter())
    assert remove(stage(), [], confirmed=True, client_of=client_of) == 0

    assert len(attempts) == 2
    assert names() == []


def test_a_refusal_stops_the_deletion(capsys: pytest.CaptureFixture[str]) -> None:
    create("Storage", "Api")

    def refuse(**_: object) -> None:
        error = {"Error": {"Code": "ValidationError", "Message": "Export in use"}}
        raise ClientError(error, "DeleteStack")  # type: ignore[arg-type]

    assert remove(stage(), [], confirmed=True, client_of=changed(delete_stack=refuse)) == 1

    assert "daybook-dev-Api could not be deleted" in capsys.readouterr().err
    assert names() == ["daybook-dev-Api", "daybook-dev-Storage"]
