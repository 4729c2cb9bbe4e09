"""Notices to the responder, beside the alarms: which account, why, and what to do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import Clock
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.storage.lease import Lease
from lambdas.storage.rows import Row
from lambdas.tokens.login_state import LoginStates

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sns import SNSClient

# If the app itself is refused, all accounts are: ten notices an hour and one summary are enough.
MAX_PER_HOUR = 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENT, SENDING = "sent", timedelta(minutes=1)
RECONNECT, EXPIRES_SOON = "reconnect-required", "token-expires-soon"
UNREADABLE, APP_REFUSED = "feed-unreadable", "token-refresh-failed"


class Notices(Protocol):
    """Notices to people. Each method returns whether the notice was sent."""

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        """Report that an account needs a new login of its owner."""

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        """Report that a token, or its access to data, ends in a few days."""

    def feed_unreadable(self, record: TokenRecord, meaning: str) -> bool:
        """Report that an account's posts could not be read for a day."""

    def app_refused(self, record: TokenRecord, meaning: str) -> bool:
        """Report, once a day, that Meta refuses the app of an account."""


@dataclass(frozen=True, kw_only=True)
class TopicNotices:
    """Notices through the alarms' topic, with a link that starts the login for one account."""

    sns: SNSClient
    topic_arn: str
    table: Table
    states: LoginStates
    public_url: str
    site_name: str
    clock: Clock

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        """Report that an account needs a new login of its owner."""
        what = f"{self.site_name} can no longer use the Instagram account {record.name}: {meaning}."
        return self._with_link(f"{record.name} must be connected again", what, record, RECONNECT)

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        """Report that a token, or its access to data, ends in a few days."""
        what = (
            f"In {days} days, {self.site_name} loses access to the Instagram account "
            f"{record.name}: {meaning}."
        )
        return self._with_link(f"{record.name} ends in {days} days", what, record, EXPIRES_SOON)

    def feed_unreadable(self, record: TokenRecord, meaning: str) -> bool:
        """Report that an account's posts could not be read for a day."""
        if not self._allowed(UNREADABLE):
            return False
        what = (
            f"For a day, {self.site_name} could not read the posts of the Instagram account "
            f"{record.name}: {meaning}. Its event pages show the posts that were read before."
        )
        check = f"GET {self.public_url}/instagram/accounts/{record.account_id}/check"
        how = f"To see which call is refused and what to do, run:\n{check}"
        subject = f"The posts of {record.name} cannot be read"
        self._publish(subject, f"{what}\n\n{how}\n\n{_section(UNREADABLE)}")
        return True

    def app_refused(self, record: TokenRecord, meaning: str) -> bool:
        """Report, once a day, that Meta refuses the app of an account."""
        now = self.clock.now()
        key = keys.single_key("NOTICES", f"app#{record.app_id}#{now:%Y-%m-%d}")
        lease = Lease(self.table, key, secrets.token_hex(8))
        end = {keys.EXPIRES: int((now + 2 * DAY).timestamp())}
        if not lease.acquire(now, SENDING, only_if=Attr(SENT).not_exists(), put=end):
            return False
        what = (
            f"Meta refuses the app {record.app_id} of {self.site_name}: {meaning}. The accounts "
            "are not at fault and stay connected; they are tried again every hour."
        )
        how = (
            "Open the app dashboard (https://developers.facebook.com/apps) and look for alerts, "
            "the app mode and the permissions of the app. Do not ask account owners to log in."
        )
        self._publish(
            "Meta refuses the app, not an account", f"{what}\n\n{how}\n\n{_section(APP_REFUSED)}"
        )
        # Not before: a message that could not be sent is tried with the next refusal.
        lease.release(put={SENT: 1})
        return True

    def _with_link(self, subject: str, what: str, record: TokenRecord, section: str) -> bool:
        if not self._allowed(section):
            return False
        link = (
            f"{self.public_url}/instagram/reconnect/{self.states.issue_ticket(record.account_id)}"
        )
        how = (
            "To connect it again, open this link (valid for 7 days, for one login) and log in as "
            f"{record.name}:\n{link}"
        )
        self._publish(subject, f"{what}\n\n{how}\n\n{_section(section)}")
        return True

    def _allowed(self, section: str) -> bool:
        """Count a notice; return whether it may be sent. The first one too many is a summary."""
        count = self._count(f"{section}#{self.clock.now():%Y-%m-%dT%H}", HOUR)
        if count == MAX_PER_HOUR + 1:
            self._publish(
                "Many accounts need attention",
                "More than ten accounts need attention within this hour. No further notices are "
                "sent in it. Look at GET /instagram/accounts first: a common cause is likely.",
            )
        return count <= MAX_PER_HOUR

    def _publish(self, subject: str, message: str) -> None:
        # SNS subjects are ASCII, at most 100 characters.
        plain = f"{self.site_name}: {subject}".encode("ascii", "replace").decode()[:100]
        self.sns.publish(TopicArn=self.topic_arn, Subject=plain, Message=message)

    def _count(self, name: str, period: timedelta) -> int:
        """Count notices by kind, so that warnings leave the urgent ones their share."""
        end: datetime = self.clock.now() + 2 * period
        answer = self.table.update_item(
            Key=keys.single_key("NOTICES", name),
            UpdateExpression=f"ADD notices :one SET {keys.EXPIRES} = :end",
            ExpressionAttributeValues={":one": 1, ":end": int(end.timestamp())},
            ReturnValues="UPDATED_NEW",
        )
        row: Row = answer["Attributes"]
        return int(row["notices"])


def _section(name: str) -> str:
    return f"What this means, and what else to look at: section {name} of docs/operations.md."
