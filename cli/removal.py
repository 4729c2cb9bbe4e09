"""`make destroy`: deletes a stage's stacks, as they are deployed: an edge or a feature that the settings no longer name is found too."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from stacks.config import StageConfig
from stacks.validation import GLOBAL_REGION

# Whatever uses something of another part goes before it; features, which are not named, between the front and the API.
FIRST, LAST = ("Monitoring", "Edge", "Shield", "Front"), ("Api", "Storage")

ClientOf = Callable[[str, str], Any]


@dataclass(frozen=True)
class Deployed:
    """A deployed stack of a stage. `part` is its name without the stage's, such as `Guests`."""

    name: str
    part: str
    region: str
    protected: bool
    half_made: bool = False
    """Its very first deployment failed, so that nothing of it was ever in use."""
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """Its place in the order of deletion."""
        if self.part in FIRST:
            return FIRST.index(self.part)
        return len(FIRST) + (LAST.index(self.part) + 1 if self.part in LAST else 0)


def client_in(service: str, region: str) -> Any:
    """The SDK's client."""
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]


def deployed_stacks(config: StageConfig, client_of: ClientOf = client_in) -> list[Deployed]:
    """A stage's stacks in the order in which they may be deleted: in its region, and what its edge has in another."""
    prefix, waf = f"daybook-{config.stage}-", f"daybook-{config.stage}-Shield-{config.region}"
    found = [
        _deployed(stack, stack["StackName"].removeprefix(prefix), config.region)
        for stack in _stacks(config.region, prefix, client_of)
    ]
    if config.region != GLOBAL_REGION:
        found += [
            _deployed(stack, "Shield", GLOBAL_REGION)
            for stack in _stacks(GLOBAL_REGION, prefix, client_of)
            if stack["StackName"] == waf
        ]
    # Those that belong to sites of this stage in other regions.
    return sorted(
        (one for one in found if not one.part.startswith("Shield-")),
        key=lambda one: (one.rank, one.name),
    )


def remove(
    config: StageConfig, parts: Sequence[str], confirmed: bool, client_of: ClientOf = client_in
) -> int:
    """Says what stays and what goes, and deletes it once that is `confirmed`; 1 if it was not, or could not be done.

    With `parts` only those are deleted. A stack that is protected from deletion stays, and all that it holds, unless it is named and was
    never in use; and so does the data of a stage that keeps its data, also if somebody took the protection off.
    """
    there = deployed_stacks(config, client_of)
    if not there:
        sys.exit(
            f'daybook: nothing of {config.stage} is deployed in {config.region}; another region is CONTEXT="region=..."'
        )
    wanted = {part.lower() for part in parts}
    if unknown := wanted - {one.part.lower() for one in there}:
        names = ", ".join(one.part for one in there)
        sys.exit(f"daybook: PARTS={' '.join(sorted(unknown))}: not deployed; there are {names}")
    chosen = [one for one in there if not wanted or one.part.lower() in wanted]
    going = [
        one
        for one in chosen
        if (wanted and one.half_made)
        or not (one.protected or (one.part == "Storage" and config.keeps_data))
    ]
    for line in _announcement(config, going, [one for one in there if one not in going]):
        print(line)
    if not confirmed:
        named = f' PARTS="{" ".join(parts)}"' if parts else ""
        print(f"To go on: make destroy STAGE={config.stage}{named} CONFIRM={config.stage}")
        return 1
    return 0 if all(_delete(one, client_of) for one in going) else 1


def _announcement(
    config: StageConfig, going: Iterable[Deployed], staying: list[Deployed]
) -> list[str]:
    lines = [
        f"Of {config.stage} in {config.region} will go: {', '.join(one.part for one in going) or 'nothing'}."
    ]
    if staying:
        lines.append(f"Will stay: {', '.join(one.part for one in staying)}.")
    if any(one.part == "Storage" and (one.protected or config.keeps_data) for one in staying):
        lines.append(
            "That is all data: buckets, tables, secrets and keys; so does the user pool. docs/deployment.md says how to delete it."
        )
    if any(one.part == "Storage" and not one.half_made for one in going):
        lines.append(
            "With Storage go all photos, events and tokens, for good: its buckets are emptied first."
        )
    return lines


def _delete(stack: Deployed, client_of: ClientOf) -> bool:
    cloudformation = client_of("cloudformation", stack.region)
    print(f"Deleting {stack.name} ...", flush=True)
    try:
        if stack.protected:
            cloudformation.update_termination_protection(
                StackName=stack.name, EnableTerminationProtection=False
            )
        for last in (False, True):
            if stack.part == "Storage" and not stack.protected:
                for bucket in _buckets(cloudformation, stack.name):
                    _empty(client_of("s3", stack.region), bucket)
            cloudformation.delete_stack(StackName=stack.name)
            try:
                # A distribution takes a quarter of an hour.
                waiter = cloudformation.get_waiter("stack_delete_complete")
                waiter.wait(StackName=stack.name, WaiterConfig={"Delay": 10, "MaxAttempts": 360})
                break
            except WaiterError:
                # Access logs are delivered late: a bucket may have been filled again since it was emptied.
                if last or stack.part != "Storage":
                    raise
    except WaiterError:
        print(
            f"daybook: {stack.name} could not be deleted: {_reason(cloudformation, stack.name)}",
            file=sys.stderr,
        )
        return False
    except (BotoCoreError, ClientError) as error:
        print(f"daybook: {stack.name} could not be deleted: {error}", file=sys.stderr)
        return False
    return True


def _stacks(region: str, prefix: str, client_of: ClientOf) -> list[dict[str, Any]]:
    pages = client_of("cloudformation", region).get_paginator("describe_stacks").paginate()
    return [
        stack for page in pages for stack in page["Stacks"] if stack["StackName"].startswith(prefix)
    ]


def _deployed(stack: dict[str, Any], part: str, region: str) -> Deployed:
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    half_made = stack["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
    return Deployed(
        stack["StackName"],
        part,
        region,
        bool(stack.get("EnableTerminationProtection")),
        half_made,
        outputs,
    )


def _buckets(cloudformation: Any, name: str) -> list[str]:
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    there = (
        one
        for one in resources
        if one["ResourceStatus"] != "DELETE_COMPLETE" and "PhysicalResourceId" in one
    )
    found = [one["PhysicalResourceId"] for one in there if one["ResourceType"] == "AWS::S3::Bucket"]
    # The one that takes the access logs of the other comes last: it is told of the deletions.
    return sorted(found, key=lambda bucket: "accesslogs" in bucket)


def _empty(s3: Any, bucket: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        objects = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if objects:
            refused = s3.delete_objects(
                Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
            ).get("Errors")
            if refused:
                raise ClientError({"Error": refused[0]}, "DeleteObjects")


def _reason(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = (
        one
        for one in events
        if one["ResourceStatus"] == "DELETE_FAILED" and one.get("ResourceStatusReason")
    )
    return next(
        (f"{one['LogicalResourceId']}: {one['ResourceStatusReason']}" for one in failed),
        "see its events",
    )
