"""The parts of caring, put together."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.guests.caring.care import CareStore
from lambdas.guests.caring.care_rules import CareRules
from lambdas.guests.caring.channels import MailChannel, WebhookChannel
from lambdas.guests.caring.counting import Counts, counts_of
from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.caring.outbox import Outbox
from lambdas.guests.caring.rounds import Rounds
from lambdas.guests.caring.sending import Channels, HostMessages
from lambdas.guests.settings import GuestsSettings
from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import Clock
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.event_writes import EventWriter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Of a run of `tidy`, which also removes what belongs to deleted events; the next one continues.
MAX_CARING = timedelta(seconds=12)


@dataclass(frozen=True)
class Surroundings:
    """What every feature has."""

    aws: AwsClients
    clock: Clock
    logger: Logger
    metrics: FeatureMetrics


class Caring:
    """What is done for hosts without their asking."""

    def __init__(
        self,
        table: Table,
        events: EventStore,
        settings: GuestsSettings,
        surroundings: Surroundings,
        webhook: WebhookChannel | None = None,
    ) -> None:
        self._table = table
        self._events = events
        self._settings = settings
        self._around = surroundings
        self.webhook = webhook or WebhookChannel(settings.private_addresses)

    def run(self) -> None:
        """Look at events, then send what is due."""
        until = self._around.clock.now() + MAX_CARING
        self.rounds.run(until)
        self.messages.run(until)

    @functools.cached_property
    def rules(self) -> CareRules:
        """Return the rules of what hosts set."""
        settings = self._settings
        return CareRules(bool(settings.mail_from), settings.private_addresses, self._around.clock)

    @functools.cached_property
    def notices(self) -> NoticeQueue:
        """Return the events of which photos wait."""
        return NoticeQueue(self._table, self._around.clock)

    @functools.cached_property
    def cares(self) -> CareStore:
        """Return what was done for hosts."""
        return CareStore(self._table)

    @functools.cached_property
    def outbox(self) -> Outbox:
        """Return the messages that are to be sent."""
        return Outbox(self._table)

    @functools.cached_property
    def rounds(self) -> Rounds:
        """Return the hourly look at all events."""
        return Rounds(
            table=self._table,
            events=self._events,
            writer=EventWriter(self._table),
            cares=self.cares,
            outbox=self.outbox,
            counts=self._counts,
            clock=self._around.clock,
            logger=self._around.logger,
        )

    @functools.cached_property
    def messages(self) -> HostMessages:
        """Return the sending of messages."""
        mail = MailChannel(lambda: self._around.aws.ses, self._settings.mail_from)
        channels = Channels(mail=mail, webhook=self.webhook, public_url=self._settings.public_url)
        return HostMessages(
            events=self._events,
            notices=self.notices,
            cares=self.cares,
            outbox=self.outbox,
            counts=self._counts,
            channels=channels,
            clock=self._around.clock,
            logger=self._around.logger,
            metrics=self._around.metrics,
        )

    def _counts(self, event_id: str) -> Counts:
        return counts_of(self._table, event_id)
