"""Stages, and stacks in moto, for the tests of the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from stacks.config import StageConfig
from stacks.context import from_context
from tests.json_types import JsonObject
from tests.moto_aws import moto_aws as empty_aws

TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ]
}


@pytest.fixture
def moto_aws() -> Iterator[None]:
    """An empty AWS account."""
    with empty_aws():
        yield


def stage(**settings: str) -> StageConfig:
    """Return the settings of a stage, `dev` unless another is named."""
    return from_context({"stage": "dev", **settings})


def create_stack(
    name: str,
    resources: JsonObject,
    outputs: dict[str, str] | None = None,
    *,
    region: str = "us-east-1",
    protected: bool = False,
) -> None:
    """Create a stack of these resources and outputs."""
    template = {
        "Resources": resources,
        "Outputs": {key: {"Value": value} for key, value in (outputs or {}).items()},
    }
    boto3.client("cloudformation", region_name=region).create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        EnableTerminationProtection=protected,
    )


def function(logical_id: str, **variables: str) -> JsonObject:
    """Return the resources of a function and its role."""
    properties = {
        "Code": {"ZipFile": "x"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Handler": "a.b",
        "Runtime": "python3.13",
        "Environment": {"Variables": variables},
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    return {
        "Role": role,
        logical_id: {"Type": "AWS::Lambda::Function", "Properties": properties},
    }


QUEUE: JsonObject = {"Type": "AWS::SQS::Queue"}
