"""Messages to people: about escalations, broken promises, and rules that had to stop.

They name the item and the rule, never who wrote what: mails are read by more people than the inbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccounts
from lambdas.comments.records import Item
from lambdas.kit.clock import Clock, to_sortable
from lambdas.storage.keys import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sns import SNSClient

MAX_PER_HOUR = 10
MAX_SUBJECT = 100
HOUR = timedelta(hours=1)
ESCALATED, OVERDUE, BLOCKED = "escalated", "overdue", "blocked"


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Sends messages through the topic of the alarms, a few in an hour for each cause."""

    sns: SNSClient
    topic_arn: str
    table: Table
    tenant: str
    accounts: InboxAccounts
    public_url: str
    clock: Clock
    emit: Callable[..., None]

    def escalated(self, item: Item) -> None:
        """Report that an item needs a person, and by when."""
        if item.escalation is None:
            return
        self.emit(InboxEscalated=1)
        name, due = self._name(item.account_id), item.escalation.due_at
        text = [
            f"A {item.kind.value} for {name} needs a person by {due:%Y-%m-%d %H:%M} UTC.",
            f"Escalated by: {item.escalation.by}",
            self._where(item),
            "Answer it, hide it, or set its state to done; all three keep the promise.",
        ]
        subject = f"A {item.kind.value} for {name} needs a person"
        self._send(item.account_id, ESCALATED, subject, text)

    def overdue(self, item: Item) -> None:
        """Report a broken promise."""
        if item.escalation is None:
            return
        name, due = self._name(item.account_id), item.escalation.due_at
        text = [
            f"A {item.kind.value} for {name} was to be looked at by {due:%Y-%m-%d %H:%M} UTC, and "
            "still waits.",
            self._where(item),
            "What else to do: section inbox-overdue of docs/operations.md.",
        ]
        self._send(item.account_id, OVERDUE, f"A {item.kind.value} for {name} is overdue", text)

    def blocked(self, account_id: str) -> None:
        """Report that rules send nothing for a while."""
        name = self._name(account_id)
        text = [
            f"Instagram took the activity of {name} for spam. Rules send nothing for 24 hours; "
            "they still hide and escalate.",
            "Look at the account in the Instagram app, and at the rules that send answers:",
            f"GET {self.public_url}/instagram/rules?account={account_id}",
            "To let rules send answers again before that:",
            f"POST {self.public_url}/instagram/rules/resume?account={account_id}",
        ]
        self._send(account_id, BLOCKED, f"Rules for {name} are paused", text)

    def _where(self, item: Item) -> str:
        return f"The item, its thread and why it is here:\nGET {self._address(item)}"

    def _address(self, item: Item) -> str:
        return f"{self.public_url}/instagram/inbox/{item.id}"

    def _name(self, account_id: str) -> str:
        account = self.accounts.of(account_id)
        return account.name if account else f"account {account_id}"

    def _send(self, account_id: str, cause: str, subject: str, text: list[str]) -> None:
        number = self._number(account_id, cause)
        if number > MAX_PER_HOUR:
            return
        if number == MAX_PER_HOUR:
            address = f"{self.public_url}/instagram/inbox?account={account_id}&state=escalated"
            text.append(f"Further ones of this hour are not reported. They are at:\nGET {address}")
        plain = subject.encode("ascii", "replace").decode()[:MAX_SUBJECT]
        self.sns.publish(TopicArn=self.topic_arn, Subject=plain, Message="\n\n".join(text))

    def _number(self, account_id: str, cause: str) -> int:
        """Return how many messages this is within the hour, for an account and a cause."""
        hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
        sort = f"{keys.NOTICES}#{to_sortable(hour)}#{cause}"
        answer = self.table.update_item(
            Key=keys.account_key(self.tenant, account_id, sort),
            UpdateExpression=f"ADD sent :one SET {EXPIRES} = :until",
            ExpressionAttributeValues={":one": 1, ":until": int((hour + 2 * HOUR).timestamp())},
            ReturnValues="UPDATED_NEW",
        )
        return int(str(answer["Attributes"]["sent"]))
