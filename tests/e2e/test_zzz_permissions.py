"""No function has a permission that it never uses: what was granted against what was used, after all other tests of the deployed stack."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.deployed import Stack

# What a function's role needs and the function itself never calls, or the embedded AWS never checks.
USED_FOR_IT = {
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "xray:PutTraceSegments": "Lambda sends the function's traces",
    "xray:PutTelemetryRecords": "Lambda sends the function's traces",
    "sqs:ReceiveMessage": "Lambda polls the function's queue",
    "sqs:DeleteMessage": "Lambda polls the function's queue",
    "sqs:ChangeMessageVisibility": "Lambda polls the function's queue",
    "sqs:GetQueueAttributes": "Lambda polls the function's queue",
    "sqs:GetQueueUrl": "Lambda polls the function's queue",
    "s3:ListBucket": "S3 says of a missing object that it is missing, and not that it is forbidden, to those who may list",
    "kms:GenerateDataKey": "SNS encrypts a message in the name of whoever publishes it",
}
# Decrypting by the topic's key is SNS's, by the settings' key Lambda's, by the tokens' key the function's own.
BY_OTHERS = {
    ("kms:Decrypt", "TopicKey"),
    ("kms:Decrypt", "SettingsKey"),
    ("secretsmanager:DescribeSecret", "Secret"),
    ("sqs:SendMessage", "DeadLetters"),
}
# What only happens after something that no test does to a whole stack.
SELDOM = {
    (
        "Guests.Operate",
        "s3:GetObject",
    ): "the link to an original whose processing was killed three times, of which no version is known"
}


def statements(stack: Stack, function: str) -> list[tuple[str, str]]:
    """Each action with each resource that a function's role is granted."""
    iam = stack.client("iam")
    role = (
        stack.client("lambda")
        .get_function_configuration(FunctionName=function)["Role"]
        .rpartition("/")[2]
    )
    found = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = (
                [statement["Action"]]
                if isinstance(statement["Action"], str)
                else statement["Action"]
            )
            resources = (
                [statement["Resource"]]
                if isinstance(statement["Resource"], str)
                else statement["Resource"]
            )
            found += [(action, resource) for action in actions for resource in resources]
    return found


@pytest.fixture(scope="module")
def used(stack: Stack) -> set[tuple[str, str, str]]:
    lines = stack.deployment.iam_calls.read_text().splitlines()
    return {(*line.split("\t"),) for line in lines}  # type: ignore[misc]


def names_of_keys(stack: Stack) -> dict[str, str]:
    """The logical ids of keys, by their ARNs: an ARN alone does not tell what a key is for."""
    answer = stack.client("cloudformation").describe_stack_resources(
        StackName="daybook-local-Storage"
    )["StackResources"]
    return {
        one["PhysicalResourceId"]: one["LogicalResourceId"]
        for one in answer
        if one["ResourceType"] == "AWS::KMS::Key"
    }


def test_every_permission_is_used(stack: Stack, used: set[tuple[str, str, str]]) -> None:
    keys, unused = names_of_keys(stack), []
    for name, function in sorted(stack.outputs["functions"].items()):
        mine = {
            (action, resource)
            for principal, action, resource in used
            if principal.endswith(f"/{function}")
        }
        for action, resource in statements(stack, function):
            key = keys.get(resource.rpartition("/")[2], resource)
            if (
                action in USED_FOR_IT
                or (name, action) in SELDOM
                or any(action == other and part in key for other, part in BY_OTHERS)
            ):
                continue
            if not any(
                re.sub("Batch$", "", did) == action and fnmatchcase(what, resource)
                for did, what in mine
            ):
                unused.append(f"{name}: {action} on {key.rpartition(':')[2]}")

    assert unused == [], json.dumps(unused, indent=1)
