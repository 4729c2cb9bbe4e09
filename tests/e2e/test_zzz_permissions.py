"""Compare granted with used permissions: no function may hold one that it never uses.

These tests run after all others of the deployed stack, whose calls the embedded AWS has recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest

from tests.deployed import Stack

# What a role needs without the function calling it, or what the embedded AWS does not check.
USED_BY_AWS = {
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "xray:PutTraceSegments": "Lambda sends the function's traces",
    "xray:PutTelemetryRecords": "Lambda sends the function's traces",
    "sqs:ReceiveMessage": "Lambda polls the function's queue",
    "sqs:DeleteMessage": "Lambda polls the function's queue",
    "sqs:ChangeMessageVisibility": "Lambda polls the function's queue",
    "sqs:GetQueueAttributes": "Lambda polls the function's queue",
    "sqs:GetQueueUrl": "Lambda polls the function's queue",
    "s3:ListBucket": "without it S3 reports a missing object as forbidden",
    "iam:PassRole": "the embedded AWS does not check that a caller may pass a role on",
    "kms:GenerateDataKey": "SNS encrypts a message with the publisher's permission",
}
# Keys that other services decrypt with: SNS notifications, Lambda the settings.
DECRYPTED_BY_AWS = ("TopicKey", "SettingsKey")
NOT_ADOPTED = "EnvironmentOwner asks Meta whose a token is that the sweep has not adopted yet"
REFUSED_TOKEN = "A token that Instagram refuses is reported to the feature that keeps it"
# Permissions for rare events that no test causes, by function, action and part of the resource.
RARE = {
    ("Comments.Act", "dynamodb:Query", "index/by_thread"): (
        "Effects settles a thread after an operator's message that had to be tried again"
    ),
    ("Comments.Act", "events:PutEvents", "DomainEvents"): REFUSED_TOKEN,
    ("Comments.Operate", "events:PutEvents", "DomainEvents"): REFUSED_TOKEN,
    ("Guests.Process", "dynamodb:Query", "EventsTable"): (
        "PhotoObjects deletes the reports of a photo that is deleted while it is processed"
    ),
    ("Guests.Operate", "s3:GetObject", "/originals/"): (
        "Review links to originals without a version, where rows of earlier releases name none"
    ),
    ("Guests.Operate", "s3:DeleteObjectVersion", "/originals/"): (
        "PhotoObjects deletes an original whose photo is deleted while it is processed"
    ),
    ("Guests.Tidy", "ses:SendEmail", "identity/example.com"): (
        "SES asks for the identity of the sender's domain where its address has none of its own"
    ),
    ("Guests.Pack", "s3:GetObject", "/originals/"): (
        "Zip files hold photos of earlier releases, whose rows name no version"
    ),
    ("Guests.Pack", "s3:AbortMultipartUpload", "/downloads/"): (
        "ArchiveStore gives an upload up that an error has interrupted"
    ),
    ("Publishing.Operate", "s3:GetObject", "/posting/"): (
        "Previews shows a draft that was prepared before it was taken back"
    ),
    ("Publishing.Operate", "sns:Publish", "AlarmsTopic"): (
        "NeedsPerson reports an urgent post whose account's login has ended"
    ),
    ("Publishing.Prepare", "s3:GetObject", "/originals/"): (
        "Sources reads photos of earlier releases, whose rows name no version"
    ),
    ("Publishing.Sweep", "sqs:SendMessage", "StartQueue"): (
        "Batches starts posts of an import whose request was killed"
    ),
    ("Tokens.Operate", "dynamodb:DeleteItem", "TokensTable"): (
        "DynamoTokenStore.connect removes the person that an adopted token's account belonged to"
    ),
    ("Tokens.Operate", "dynamodb:ConditionCheckItem", "TokensTable"): (
        "DynamoTokenStore.connect adopts a token only if its person requests no deletion meanwhile"
    ),
}
HIGH_USAGE = "Usage of Meta's limits is stored by the function that sees more than 70 % first"
INTERRUPTED = "InboxSweep goes on with {} that an interruption left"
AT_ONCE = "PhotoObjects.settle copies a size if another delivery of the message was faster, and {}"
# Permissions whose use depends on what happens at the same moment: a run may need them or not.
RACES = {
    ("Comments.Backfill", "events:PutEvents", "DomainEvents"): REFUSED_TOKEN,
    ("Tokens.Operate", "events:PutEvents", "DomainEvents"): (
        "BootstrapAdoption announces the environment's account, if no sweep was faster"
    ),
    ("Feed.Refresh", "dynamodb:Query", "TokensTable"): (
        "TokenProvider looks for another account if that of IG_USER_ID is disconnected just then"
    ),
    ("Tokens.Operate", "sns:Publish", "AlarmsTopic"): (
        "Failures reports a token that an operator's request finds dead before the sweep does"
    ),
    ("Comments.Backfill", "dynamodb:PutItem", "EventsTable"): HIGH_USAGE,
    ("Comments.Operate", "dynamodb:UpdateItem", "EventsTable"): HIGH_USAGE,
    ("Comments.Take", "dynamodb:PutItem", "EventsTable"): HIGH_USAGE,
    ("Comments.Sweep", "sqs:SendMessage", "ActQueue"): INTERRUPTED.format("an action"),
    ("Comments.Sweep", "sqs:SendMessage", "IncomingQueue"): INTERRUPTED.format("an item"),
    ("Comments.Sweep", "sqs:SendMessage", "BackfillQueue"): (
        "Scheduling queues accounts some minutes or hours after they were read"
    ),
    ("Comments.Backfill", "sqs:SendMessage", "BackfillQueue"): (
        "AccountWork goes on later with an account that a run could not read to its end"
    ),
    ("Guests.Process", "s3:GetObject", "/shown/"): AT_ONCE.format("the photo has been hidden"),
    ("Publishing.Forget", "s3:DeleteObject", "/posting/"): (
        "PostsDeletion deletes the files of a post that is on its way when its account is deleted"
    ),
    ("Publishing.Prepare", "s3:DeleteObject", "/posting/"): (
        "Preparing deletes a file if its post was changed while it was made"
    ),
    ("Guests.Pack", "s3:DeleteObject", "/downloads/"): (
        "Packing deletes a zip file whose event was deleted while it was made"
    ),
    ("Tokens.Privacy", "dynamodb:PutItem", "EventsTable"): NOT_ADOPTED,
    ("Tokens.Privacy", "dynamodb:UpdateItem", "EventsTable"): NOT_ADOPTED,
    ("Tokens.Sweep", "dynamodb:PutItem", "EventsTable"): NOT_ADOPTED,
    ("Tokens.Sweep", "dynamodb:UpdateItem", "EventsTable"): NOT_ADOPTED,
    ("Tokens.Sweep", "secretsmanager:GetSecretValue", "AppSecret"): NOT_ADOPTED,
    ("Guests.Process", "s3:GetObject", "/pending/"): AT_ONCE.format("the photo is already shown"),
}


class Grant(NamedTuple):
    """One action on one resource, granted to a function; `target` names keys by logical id."""

    function: str
    action: str
    resource: str
    target: str
    used: bool

    @property
    def exceptions(self) -> list[tuple[str, str, str]]:
        """Return the exceptions that cover it."""
        return [
            exception
            for exception in RARE | RACES
            if exception[:2] == (self.function, self.action) and exception[2] in self.target
        ]

    @property
    def used_by_aws(self) -> bool:
        """Return whether AWS uses it in the function's name."""
        by_key = self.action == "kms:Decrypt" and any(
            key in self.target for key in DECRYPTED_BY_AWS
        )
        return self.action in USED_BY_AWS or by_key


def listed(value: Any) -> list[str]:
    """Return a policy's string or list as a list."""
    return [value] if isinstance(value, str) else value


def granted(stack: Stack, function: str) -> Iterator[tuple[str, str]]:
    """Yield each action with each resource that a function's role is granted."""
    iam = stack.client("iam")
    configuration = stack.client("lambda").get_function_configuration(FunctionName=function)
    role = configuration["Role"].rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield action, resource


def key_names(stack: Stack) -> dict[str, str]:
    """Return the logical ids of keys by key id, since a key's ARN does not say its purpose."""
    answer = stack.client("cloudformation").describe_stack_resources(
        StackName="daybook-local-Storage"
    )
    return {
        one["PhysicalResourceId"]: one["LogicalResourceId"]
        for one in answer["StackResources"]
        if one["ResourceType"] == "AWS::KMS::Key"
    }


@pytest.fixture(scope="module")
def grants(stack: Stack) -> list[Grant]:
    """Provide all grants of all functions, and whether each was used."""
    calls = [line.split("\t") for line in stack.deployment.iam_calls.read_text().splitlines()]
    keys, found = key_names(stack), []
    for name, function in sorted(stack.outputs["functions"].items()):
        # Batches of messages or events are recorded under names of their own.
        own = {
            (re.sub("Batch$", "", action), resource)
            for principal, action, resource in calls
            if principal.endswith(f"/{function}")
        }
        for action, resource in granted(stack, function):
            used = any(did == action and fnmatchcase(what, resource) for did, what in own)
            target = keys.get(resource.rpartition("/")[2], resource)
            found.append(Grant(name, action, resource, target, used))
    return found


def test_every_permission_is_used(grants: list[Grant]) -> None:
    unused = [
        f"{grant.function}: {grant.action} on {grant.target.rpartition(':')[2]}"
        for grant in grants
        if not (grant.used or grant.used_by_aws or grant.exceptions)
    ]

    assert unused == [], json.dumps(unused, indent=1)


def test_exceptions_are_granted(grants: list[Grant]) -> None:
    granted_ones = {exception for grant in grants for exception in grant.exceptions}

    assert sorted((RARE | RACES).keys() - granted_ones) == []


def test_rare_permissions_are_unused(grants: list[Grant]) -> None:
    """A permission that a test uses needs no exception."""
    used = {exception for grant in grants if grant.used for exception in grant.exceptions}

    assert sorted(used & RARE.keys()) == []
