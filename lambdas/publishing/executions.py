"""Executions of the state machine: one for each run of a post, refused if it was started before."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.publishing.records import Post

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# What an execution's name may hold, and its length. Source: "StartExecution" in the Step Functions
# API reference.
PLAIN = re.compile(r"[A-Za-z0-9_-]{1,40}")
MAX_NAME = 80
RUNNING = "RUNNING"


def execution_name(post: Post) -> str:
    """Return the name of a run's execution: account, request id and number of the run."""
    request = post.client_request_id
    if not PLAIN.fullmatch(request):
        request = hashlib.sha256(request.encode()).hexdigest()[:32]
    return f"{post.account_id}-{request}-{post.run}"[-MAX_NAME:]


@dataclass(frozen=True)
class Executions:
    """The executions of all posts."""

    client: SFNClient
    workflow_arn: str

    def start(self, post: Post) -> bool:
        """Start the post's run; return False if it was started before."""
        try:
            self.client.start_execution(
                stateMachineArn=self.workflow_arn,
                name=execution_name(post),
                input=json.dumps({"post": post.id, "run": post.run}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def is_running(self, post: Post) -> bool:
        """Return whether an execution works on the post's run."""
        arn = self.workflow_arn.replace(":stateMachine:", ":execution:", 1)
        try:
            found = self.client.describe_execution(executionArn=f"{arn}:{execution_name(post)}")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return False
            raise
        return found["status"] == RUNNING
