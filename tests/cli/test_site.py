"""What a command learns of a deployed site."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cli.site import enter_site


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONTEXT", "region=eu-central-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def deploy(**variables: str) -> None:
    trust = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]
    }
    code = {
        "Code": {"ZipFile": "x"},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Handler": "a.b",
        "Runtime": "python3.13",
    }
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Operate": {
            "Type": "AWS::Lambda::Function",
            "Properties": code | {"Environment": {"Variables": variables}},
        },
    }
    client = boto3.client("cloudformation", region_name="eu-central-1")
    client.create_stack(
        StackName="daybook-dev-Tokens", TemplateBody=json.dumps({"Resources": resources})
    )


def test_the_stages_region_counts_whatever_the_shells_is() -> None:
    deploy(APP_SECRET_ARN="arn:secret")

    assert enter_site("dev").environment == {"APP_SECRET_ARN": "arn:secret"}


def test_settings_that_may_not_be_read_are_one_line_that_says_so() -> None:
    deploy()

    with pytest.raises(SystemExit) as stopped:
        enter_site("dev")

    assert "kms:Decrypt" in str(stopped.value)
    assert "eu-central-1" in str(stopped.value)
