"""What the person on call is told beside the alarm: which account, why, and what to click."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from lambdas.kit import aws
from lambdas.kit.clock import Clock
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens.login_state import LoginStates

# If the app itself loses its rights, all accounts do at once: nobody reads ten thousand mails.
MAX_AN_HOUR = 10
COUNTED_SECONDS = 2 * 3600


class Notices(Protocol):
    """Tells people."""

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        """An account needs a person. Whether that was said: not if too much was said within this hour."""

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        """A token, or its access to data, ends in a few days. Whether that was said."""


class TopicNotices:
    """Notices over the alarms' topic, with a link that begins the login for that one account."""

    def __init__(
        self,
        topic_arn: str,
        table_name: str,
        states: LoginStates,
        public_url: str,
        site_name: str,
        clock: Clock,
    ) -> None:
        self._topic = topic_arn
        self._table = table_name
        self._states = states
        self._url = public_url
        self._site = site_name
        self._clock = clock

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        """An account needs a person. Whether that was said: not if too much was said within this hour."""
        what = f"{self._site} can no longer use the Instagram account {record.name}: {meaning}."
        return self._tell(
            f"{record.name} must be connected again", what, record, "reconnect-required"
        )

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        """A token, or its access to data, ends in a few days. Whether that was said."""
        what = f"{self._site} loses the Instagram account {record.name} in {days} days: {meaning}."
        return self._tell(f"{record.name} ends in {days} days", what, record, "token-expires-soon")

    def _tell(self, subject: str, what: str, record: TokenRecord, section: str) -> bool:
        count = self._count(self._clock.now(), section)
        if count > MAX_AN_HOUR:
            if count == MAX_AN_HOUR + 1:
                more = "More than ten accounts need attention within this hour: look at GET /instagram/accounts before anything else."
                self._publish("Many accounts need attention", more)
            return False
        link = f"{self._url}/instagram/reconnect/{self._states.issue_ticket(record.account_id)}"
        self._publish(
            subject,
            f"{what}\n\nTo connect it again, open this link (valid for 7 days) and log in as {record.name}:\n{link}\n\n"
            f"What this means and what else to look at: section {section} of docs/operations.md.",
        )
        return True

    def _publish(self, subject: str, message: str) -> None:
        # A subject takes ASCII only.
        plain = f"{self._site}: {subject}".encode("ascii", "replace").decode()[:100]
        aws.sns().publish(TopicArn=self._topic, Subject=plain, Message=message)

    def _count(self, now: datetime, section: str) -> int:
        """Warnings do not use up what is there for accounts that need a person now."""
        row: Any = aws.table(self._table).update_item(
            Key=keys.single_key("NOTICES", f"{section}#{now:%Y-%m-%dT%H}"),
            UpdateExpression=f"ADD notices :one SET {keys.EXPIRES} = :end",
            ExpressionAttributeValues={":one": 1, ":end": int(now.timestamp()) + COUNTED_SECONDS},
            ReturnValues="UPDATED_NEW",
        )
        return int(row["Attributes"]["notices"])
