"""Deleting a stage's stacks, as they are deployed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from cli.aws import ClientOf, client_in, short
from cli.buckets import buckets_of, empty
from cli.deployed import STORAGE, Deployed, deployed_stacks
from cli.errors import CommandError, UsageError
from stacks.config import StageConfig

# A distribution takes a quarter of an hour to go.
PATIENCE = {"Delay": 10, "MaxAttempts": 360}


def remove(
    config: StageConfig, parts: Sequence[str], confirmed: bool, client_of: ClientOf = client_in
) -> int:
    """Say what goes and what stays, and delete it if `confirmed`; return the exit status.

    With `parts` only those are deleted. A protected stack stays with all that it holds, unless it
    is named and was never in use; so does the data of a stage that keeps its data, even without
    the protection. Raises UsageError for a part that is not deployed, CommandError if none is.
    """
    present = deployed_stacks(config, client_of)
    if not present:
        where = f"{config.region}; for another region use --context region=..."
        raise CommandError(f"nothing of {config.stage} is deployed in {where}")
    chosen = _chosen(present, parts)
    going = [one for one in chosen if _may_go(one, config, named=bool(parts))]
    for line in _announcement(config, going, [one for one in present if one not in going]):
        print(line)
    if not confirmed:
        named = f' PARTS="{" ".join(parts)}"' if parts else ""
        print(f"To delete: make destroy STAGE={config.stage}{named} CONFIRM={config.stage}")
        return 1
    return 0 if all(_delete(one, client_of) for one in going) else 1


def _chosen(present: list[Deployed], parts: Sequence[str]) -> list[Deployed]:
    wanted, known = {part.lower() for part in parts}, {one.part.lower() for one in present}
    if unknown := wanted - known:
        deployed = ", ".join(one.part for one in present)
        message = f"PARTS={' '.join(sorted(unknown))}: not deployed; deployed are {deployed}"
        raise UsageError(message)
    return [one for one in present if not wanted or one.part.lower() in wanted]


def _may_go(stack: Deployed, config: StageConfig, *, named: bool) -> bool:
    if named and stack.half_made:
        return True
    return not (stack.protected or (stack.part == STORAGE and config.keeps_data))


def _announcement(
    config: StageConfig, going: Sequence[Deployed], staying: Iterable[Deployed]
) -> list[str]:
    gone = ", ".join(one.part for one in going) or "nothing"
    lines = [f"Will be deleted of {config.stage} in {config.region}: {gone}."]
    left = list(staying)
    if left:
        lines.append(f"Will stay: {', '.join(one.part for one in left)}.")
    if any(one.part == STORAGE and (one.protected or config.keeps_data) for one in left):
        lines.append(
            "Storage holds all data: buckets, tables, secrets and keys. The user pool stays too. "
            "docs/deployment.md says how to delete them."
        )
    if any(one.part == STORAGE and not one.half_made for one in going):
        lines.append("Deleting Storage deletes all photos, events and tokens for good.")
    return lines


def _delete(stack: Deployed, client_of: ClientOf) -> bool:
    cloudformation = client_of("cloudformation", stack.region)
    print(f"Deleting {stack.name} ...", flush=True)
    try:
        if stack.protected:
            cloudformation.update_termination_protection(
                StackName=stack.name, EnableTerminationProtection=False
            )
        _delete_with_buckets(stack, client_of)
    except WaiterError:
        _report(stack, _reason(stack, client_of))
        return False
    except (BotoCoreError, ClientError) as error:
        _report(stack, short(error))
        return False
    return True


def _delete_with_buckets(stack: Deployed, client_of: ClientOf) -> None:
    cloudformation = client_of("cloudformation", stack.region)
    holds_buckets = stack.part == STORAGE and not stack.protected
    # Access logs arrive late: a bucket may be filled again after it was emptied.
    for last_attempt in (not holds_buckets, True):
        if holds_buckets:
            for bucket in buckets_of(stack, client_of):
                empty(client_of("s3", stack.region), bucket)
        cloudformation.delete_stack(StackName=stack.name)
        try:
            waiter = cloudformation.get_waiter("stack_delete_complete")
            waiter.wait(StackName=stack.name, WaiterConfig=PATIENCE)
        except WaiterError:
            if last_attempt:
                raise
        else:
            return


def _report(stack: Deployed, reason: str) -> None:
    print(f"daybook: {stack.name} could not be deleted: {reason}", file=sys.stderr)


def _reason(stack: Deployed, client_of: ClientOf) -> str:
    cloudformation = client_of("cloudformation", stack.region)
    for event in cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]:
        if event["ResourceStatus"] == "DELETE_FAILED" and event.get("ResourceStatusReason"):
            return f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
    return "see its events in CloudFormation"
