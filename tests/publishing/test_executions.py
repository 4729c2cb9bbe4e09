"""Executions of the state machine, by name."""

from __future__ import annotations

import json

import boto3
import pytest
from msgspec.structs import replace

from lambdas.publishing.executions import Executions, execution_name
from lambdas.publishing.post_kind import Kind
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.publishing.world import World

WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}}


@pytest.fixture
def executions(fake_aws: Aws) -> Executions:
    """Provide a state machine."""
    arn = fake_aws.clients.step_functions.create_state_machine(
        name="posts",
        definition=json.dumps(WAITING),
        roleArn="arn:aws:iam::123456789012:role/machine",
    )["stateMachineArn"]
    return Executions(fake_aws.clients.step_functions, arn)


def test_run_is_started_with_ids_alone(executions: Executions) -> None:
    post = World().post(Kind.PHOTO)
    executions.start(post)

    listed = boto3.client("stepfunctions").list_executions(stateMachineArn=executions.workflow_arn)
    [execution] = listed["executions"]
    found = boto3.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    assert found["name"] == f"{ACCOUNT_ID}-request-0000-1"
    assert json.loads(found["input"]) == {"post": post.id, "run": 1}


def test_second_start_is_no_second_execution(executions: Executions) -> None:
    post = World().post(Kind.PHOTO)
    executions.start(post)
    executions.start(post)

    listed = boto3.client("stepfunctions").list_executions(stateMachineArn=executions.workflow_arn)
    assert len(listed["executions"]) == 1


def test_unknown_execution_does_not_run(executions: Executions) -> None:
    assert not executions.is_running(World().post(Kind.PHOTO))


@pytest.mark.parametrize("request_id", ["a b", "ü", "x" * 100, "a/b#c", "<>"])
def test_name_takes_any_request_id(request_id: str) -> None:
    post = replace(World().post(Kind.PHOTO), client_request_id=request_id)
    name = execution_name(post)

    assert len(name) <= 80
    assert name.replace("-", "").replace("_", "").isalnum()
    assert name.isascii()
    assert name != execution_name(replace(post, client_request_id=request_id + "1"))
