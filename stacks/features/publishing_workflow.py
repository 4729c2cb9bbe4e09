"""The state machine that publishes one post: an execution is one run of a post.

A state says only which step comes next. What a post is and how far it has come is in its row, so
that neither input nor history of an execution contain a token, an address or a caption.
"""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions

from stacks.kit.function_stack import FunctionStack
from stacks.kit.functions import OWN_POLICY
from stacks.kit.guardrails import acknowledge

State = dict[str, Any]

# Longer than a post may wait for its account's quota.
MAX_AGE = Duration.days(8)
# How much longer than its function a task may take: Lambda may hold a call back for a while.
MARGIN_SECONDS = 60
# Many posts may be due in the same minute: those that find no free function come back, within a
# minute each time and for about an hour.
THROTTLED = ("Lambda.TooManyRequestsException",)
LAMBDA_ERRORS = (
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
)
EVERYTHING = ("States.ALL",)
INTERRUPTED = "A step failed repeatedly. The next sweep continues the post from its row."
ERRORS_ONLY = (
    "Each step is in the post's own history, and the execution's history holds the rest. Logging "
    "every event would repeat both once a minute for each post that waits."
)
LOG_DELIVERY = (
    "X-Ray's actions and those for the delivery of the state machine's log support no resources."
)


def definition(work: str, prepare: str) -> State:
    """Return the state machine in Amazon States Language, on the functions with these ARNs."""
    is_next = {"work": "Work", "prepare": "Prepare", "wait": "Wait", "done": "Done"}
    choices = [
        {"Variable": "$.step.next", "StringEquals": answer, "Next": state}
        for answer, state in is_next.items()
    ]
    return {
        "StartAt": "Work",
        "TimeoutSeconds": int(MAX_AGE.to_seconds()),
        "States": {
            "Work": _task(work, 120) | {"ResultPath": "$.step", "Next": "What next?"},
            "What next?": {"Type": "Choice", "Choices": choices, "Default": "Interrupted"},
            "Wait": {"Type": "Wait", "SecondsPath": "$.step.wait_seconds", "Next": "Work"},
            "Prepare": _task(prepare, 600) | {"ResultPath": None, "Next": "Work"},
            "Done": {"Type": "Succeed"},
            "Interrupted": {"Type": "Fail", "Error": "Interrupted", "Cause": INTERRUPTED},
        },
    }


def add_workflow(
    stack: FunctionStack, work: lambda_.Function, prepare: lambda_.Function
) -> stepfunctions.StateMachine:
    """Add the state machine, which may invoke these two functions and nothing else."""
    text = json.dumps(definition(work.function_arn, prepare.function_arn))
    machine = stepfunctions.StateMachine(
        stack,
        "Workflow",
        comment="Publishes one post",
        state_machine_type=stepfunctions.StateMachineType.STANDARD,
        definition_body=stepfunctions.DefinitionBody.from_string(text),
        role=_role(stack, work, prepare),
        tracing_enabled=True,
        logs=stepfunctions.LogOptions(
            destination=_log_group(stack),
            level=stepfunctions.LogLevel.ERROR,
            include_execution_data=False,
        ),
    )
    acknowledge(machine, "AwsSolutions-SF1", ERRORS_ONLY)
    return machine


def _task(function: str, seconds: int) -> State:
    return {
        "Type": "Task",
        "Resource": function,
        "Parameters": {"post.$": "$.post", "run.$": "$.run"},
        "TimeoutSeconds": seconds + MARGIN_SECONDS,
        "Retry": [
            _retry(THROTTLED, attempts=120, first=2, longest=60),
            _retry(LAMBDA_ERRORS, attempts=8, first=2, longest=300),
            _retry(EVERYTHING, attempts=5, first=10, longest=300),
        ],
        "Catch": [{"ErrorEquals": list(EVERYTHING), "ResultPath": None, "Next": "Interrupted"}],
    }


def _retry(errors: tuple[str, ...], *, attempts: int, first: int, longest: int) -> State:
    """Try again after pauses that double, each drawn from the whole time up to its length."""
    return {
        "ErrorEquals": list(errors),
        "MaxAttempts": attempts,
        "IntervalSeconds": first,
        "MaxDelaySeconds": longest,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }


def _role(stack: Stack, *functions: lambda_.Function) -> iam.Role:
    own = {"StringEquals": {"aws:SourceAccount": stack.account}}
    principal = iam.ServicePrincipal("states.amazonaws.com", conditions=own)
    role = iam.Role(stack, "WorkflowRole", assumed_by=principal)
    arns = [function.function_arn for function in functions]
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=arns))
    acknowledge(role, "NIST.800.53.R5-IAMNoInlinePolicy", OWN_POLICY)
    acknowledge(role, "AwsSolutions-IAM5[Resource::*]", LOG_DELIVERY)
    return role


def _log_group(stack: FunctionStack) -> logs.LogGroup:
    # A prefix for which CloudWatch needs no entry of its own in the account's one resource policy,
    # whose size is limited.
    name = f"/aws/vendedlogs/states/{stack.metrics_namespace}-{stack.region}-posts"
    return stack.add_log_group("Workflow", log_group_name=name)
