"""What a feature says of its functions and queues, and why the security packs' findings hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from stacks.kit.alarms import FUNCTION_ERRORS

# Regions without SnapStart. Source: "Improving startup performance with Lambda SnapStart" in the
# Lambda guide.
NO_SNAPSHOTS = ("ap-east-2", "ap-southeast-6")
NO_ASYNCHRONOUS_CALLS = (
    "Nothing invokes it asynchronously: the API waits for its answer, and queues have dead letters."
)
ON_FUNCTIONS = {
    "Serverless-LambdaDLQ": NO_ASYNCHRONOUS_CALLS,
    "NIST.800.53.R5-LambdaDLQ": NO_ASYNCHRONOUS_CALLS,
    "NIST.800.53.R5-LambdaInsideVPC": (
        "It reaches nothing in a VPC: AWS services over TLS by its own role, and Meta over the "
        "internet. A VPC would add a NAT gateway to pay for and to keep alive, and protect nothing."
    ),
}
OWN_POLICY = (
    "The policy belongs to this one role and is deleted with it. A managed policy could be "
    "attached to other roles unnoticed."
)
FREE_CONCURRENCY = (
    "People wait for it, and the API's throttling limits the whole. A reservation would turn "
    "guests away while the account has capacity left."
)
HOST_PYTHON = "Local mode runs the functions with the host's own Python version."


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """The function `lambdas.<feature>.handlers.<name>`.

    `reserved_concurrency` limits how many run at once, where more would take capacity from others.
    With `snap_start` routes lead to a published version that starts from a snapshot of its loaded
    code. `error_alarm` is the alarm that reports its errors. With `extra_libraries` it also gets
    the layer of `lambdas/<feature>/requirements.txt`, which is too large for every function.
    `disk_mb` is the size of its /tmp.
    """

    name: str
    description: str
    timeout_seconds: int
    memory_mb: int
    reserved_concurrency: int | None = None
    snap_start: bool = False
    error_alarm: str = FUNCTION_ERRORS
    extra_libraries: bool = False
    disk_mb: int = 512


@dataclass(frozen=True, kw_only=True)
class QueueSpec:
    """A queue that feeds a function, message by message.

    A message in work is delivered again after six times the function's timeout, as the Lambda
    guide advises; or after `visibility_timeout_seconds`, where a killed function must be noticed
    earlier. `max_concurrency` is how many messages are worked on at once, where the function does
    other work as well; otherwise it is what the function reserves. `dead_letter_alarm` is the
    alarm that reports its dead letters, `dead_letter_name` the name of the part if it is not made
    from the queue's name.
    """

    name: str
    max_receive_count: int
    visibility_timeout_seconds: int | None = None
    max_concurrency: int | None = None
    dead_letter_alarm: str = FUNCTION_ERRORS
    dead_letter_name: str = ""


@dataclass(frozen=True)
class AddedFunction:
    """A function of the stack, with what was said of it."""

    spec: FunctionSpec
    function: lambda_.Function
    target: lambda_.IFunction

    @property
    def log_group_hint(self) -> str:
        """Return how the name of its log group starts, which CloudFormation completes."""
        stack = self.function.stack.stack_name
        return f"{stack}-{self.spec.name.capitalize()}Logs..."


@dataclass(frozen=True)
class AddedQueue:
    """A queue of the stack and its dead letters, with what was said of it."""

    spec: QueueSpec
    queue: sqs.Queue
    dead_letters: sqs.Queue


@dataclass(frozen=True)
class SiteCheck:
    """A scheduled check that makes sense once the site can be reached; monitoring starts it."""

    rule_name: str
    schedule: events.Schedule
    queue: AddedQueue
    message: Mapping[str, str]
