"""Schedules: one in EventBridge Scheduler for each post that waits for its time.

A schedule only wakes us up: whether a post starts is decided by its row. So one that fires twice,
late, or for a time that was changed meanwhile, does no harm, and a sweep starts posts that have
none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.publishing.records import Post
from lambdas.publishing.settings import PublishingSettings

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

MAX_DELAY_SECONDS = 900


def message_of(post: Post) -> dict[str, str]:
    """Return the message that starts a post."""
    return {"post": post.id}


@dataclass(frozen=True)
class Schedules:
    """The schedules of all posts."""

    client: EventBridgeSchedulerClient
    settings: PublishingSettings

    def put(self, post: Post) -> None:
        """Create a post's schedule, or move it to the post's time. Can be repeated."""
        request: Mapping[str, object] = {
            "Name": schedule_name(post.id),
            "GroupName": self.settings.schedule_group,
            "ScheduleExpression": _at(post.due_at),
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": self.settings.start_queue_arn,
                "RoleArn": self.settings.scheduler_role_arn,
                "Input": json.dumps(message_of(post)),
                "DeadLetterConfig": {"Arn": self.settings.start_dead_letters_arn},
            },
        }
        try:
            self.client.update_schedule(**request)  # type: ignore[arg-type]
        except ClientError as error:
            if not _is_missing(error):
                raise
            self._create(request)

    def drop(self, post_id: str) -> None:
        """Delete a post's schedule, if there is one."""
        try:
            self.client.delete_schedule(
                Name=schedule_name(post_id), GroupName=self.settings.schedule_group
            )
        except ClientError as error:
            if not _is_missing(error):
                raise

    def _create(self, request: Mapping[str, object]) -> None:
        try:
            self.client.create_schedule(**request)  # type: ignore[arg-type]
        except ClientError as error:
            # Another call has created it at the same moment: ours decides.
            if error.response["Error"]["Code"] != "ConflictException":
                raise
            self.client.update_schedule(**request)  # type: ignore[arg-type]


@dataclass(frozen=True)
class StartQueue:
    """The queue of posts whose time has come."""

    client: SQSClient
    url: str

    def put(self, post: Post, delay_seconds: int = 0) -> None:
        """Put a post into the queue."""
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=json.dumps(message_of(post)),
            DelaySeconds=min(max(delay_seconds, 0), MAX_DELAY_SECONDS),
        )


def schedule_name(post_id: str) -> str:
    """Return the name of a post's schedule: at most 64 letters, digits, `-`, `_` and `.`."""
    return f"post-{hashlib.sha256(post_id.encode()).hexdigest()[:40]}"


def _at(moment: datetime) -> str:
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ResourceNotFoundException"
