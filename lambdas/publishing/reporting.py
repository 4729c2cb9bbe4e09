"""Telling people about a post that failed: metrics for the alarm, and a message with the cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock, to_sortable
from lambdas.publishing import keys
from lambdas.publishing.failures import failure_kind
from lambdas.publishing.lateness import LATE
from lambdas.publishing.notices import Notice, comment_notice, failure_notice, stop_notice
from lambdas.publishing.records import Failure, Post
from lambdas.publishing.states import State
from lambdas.storage.keys import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sns import SNSClient

# Five hundred posts of one account fail at once when its login ends: a few messages are enough,
# and those of other accounts and causes still arrive.
MAX_PER_HOUR = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Reports to people, through the topic of the alarms."""

    sns: SNSClient
    topic_arn: str
    table: Table
    tenant: str
    rows: AccountRows
    public_url: str
    clock: Clock
    emit: Callable[..., None]

    def failed(self, post: Post) -> None:
        """Report a post that failed, waits for a person, or whose comment failed."""
        if post.state is State.FAILED:
            self.emit(PublishFailed=1)
        elif post.state is not State.PUBLISHED:
            self.emit(PublishNeedsPerson=1)
        name = self._name(post.account_id)
        make = comment_notice if post.state is State.PUBLISHED else failure_notice
        failure = post.comment_failure if post.state is State.PUBLISHED else post.failure
        self._send(make(post, self.public_url, name), post, failure.code if failure else "")

    def account_stopped(self, post: Post, code: str) -> None:
        """Report that all posts of an account have stopped, and how they go on."""
        self.emit(PublishNeedsPerson=1)
        name = self._name(post.account_id)
        self._send(stop_notice(post, code, self.public_url, name), post, f"stop {code}")

    def needs_person(self, post: Post, code: str) -> None:
        """Report a post that waits for a person."""
        kind = failure_kind(code)
        failure = Failure(code=kind.code, message=kind.message, at=self.clock.now())
        self.failed(replace(post, failure=failure))

    def published(self, post: Post) -> None:
        """Count a post that is live, and how late it is."""
        late = (post.published_at or post.due_at) - post.due_at
        self.emit(Published=1, PublishDelaySeconds=max(late.total_seconds(), 0))
        if late > LATE:
            self.emit(PublishLate=1)

    def _name(self, account_id: str) -> str:
        row = self.rows.of(account_id)
        return f"@{row['username']}" if row and row.get("username") else ""

    def _send(self, notice: Notice, post: Post, cause: str) -> None:
        number = self._number(post.account_id, cause)
        if number > MAX_PER_HOUR:
            return
        text = notice.text + (f"\n\n{self._rest(post)}" if number == MAX_PER_HOUR else "")
        self.sns.publish(TopicArn=self.topic_arn, Subject=notice.subject, Message=text)

    def _rest(self, post: Post) -> str:
        address = f"{self.public_url}/instagram/posts?account={post.account_id}&state=failed"
        return (
            "Further posts of this account with the same cause are not reported within this hour. "
            f"They are listed at:\nGET {address}"
        )

    def _number(self, account_id: str, cause: str) -> int:
        """Return how many messages this is within the hour, for an account and a cause."""
        now = self.clock.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        answer = self.table.update_item(
            Key=keys.account_key(
                self.tenant, account_id, f"{keys.NOTICES}#{to_sortable(hour)}#{cause}"
            ),
            UpdateExpression=f"ADD sent :one SET {EXPIRES} = :until",
            ExpressionAttributeValues={":one": 1, ":until": int((hour + 2 * HOUR).timestamp())},
            ReturnValues="UPDATED_NEW",
        )
        return int(str(answer["Attributes"]["sent"]))
