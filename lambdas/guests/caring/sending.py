"""From photos that wait to messages, and from messages to hosts: what `tidy` does for hosts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from aws_lambda_powertools import Logger

from lambdas.guests.caring.care import CareStore
from lambdas.guests.caring.channels import DeliveryFailed, MailChannel, WebhookChannel
from lambdas.guests.caring.counting import Counts
from lambdas.guests.caring.notice_queue import Notice, NoticeQueue
from lambdas.guests.caring.outbox import MAX_TRIES, Channel, Kind, Outbox, Outgoing, channels_of
from lambdas.guests.caring.retention import Retention
from lambdas.guests.caring.words import Words
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotFound
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.events.event import Event, EventStore

NOTIFIED_EVERY = timedelta(hours=1)
# Requests to webhooks at the same time: a host that answers late, or never, delays no other.
MAX_AT_ONCE = 8
FAILED, SENT = "HostNoticeFailed", "HostNoticeSent"


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The ways to hosts, and the address of the site that messages name."""

    mail: MailChannel
    webhook: WebhookChannel
    public_url: str


@dataclass(frozen=True, kw_only=True)
class HostMessages:
    """Sends words to hosts: at most one an hour of photos that wait, for each event."""

    events: EventStore
    notices: NoticeQueue
    cares: CareStore
    outbox: Outbox
    counts: Callable[[str], Counts]
    channels: Channels
    clock: Clock
    logger: Logger
    metrics: FeatureMetrics

    def run(self, until: datetime) -> None:
        """Turn marks into messages, and send what is due."""
        for notice in self.notices.due():
            if self.clock.now() >= until:
                return
            try:
                self._plan(notice)
            except Exception:
                extra = {"event_id": notice.event_id}
                self.logger.exception("photos that wait were not counted", extra=extra)
        self._send_due(until)

    def _send_due(self, until: datetime) -> None:
        """Send what is due: mails one after another, then webhooks at the same time.

        Threads only send: the table is read and written here, since threads cannot share it. A try
        is counted when its request begins, so that none is lost in a line.
        """
        with ThreadPoolExecutor(MAX_AT_ONCE) as pool:
            running: dict[Future[None], Outgoing] = {}
            for due in self.outbox.due(self.clock.now()):
                if len(running) == MAX_AT_ONCE:
                    self._settle_some(running)
                if self.clock.now() >= until:
                    break
                begun = self._begin(due)
                if begun is None:
                    continue
                message, words = begun
                send = partial(self._send, message.channel, words, self.clock.now())
                if message.channel is Channel.MAIL:
                    self._settle(message, send)
                else:
                    running[pool.submit(send)] = message
            while running:
                self._settle_some(running)

    def _settle_some(self, running: dict[Future[None], Outgoing]) -> None:
        """Wait for the first of the requests that run, and record how it ended."""
        for done in wait(running, return_when=FIRST_COMPLETED).done:
            self._settle(running.pop(done), done.result)

    def _plan(self, notice: Notice) -> None:
        """Make a message of a mark, unless there is nothing to say or it is too early."""
        event, now = self._event(notice.event_id), self.clock.now()
        if event is None or not channels_of(event):
            self.notices.take(notice)
            return
        before = self.cares.get(event.id).notified_at
        if before and now < before + NOTIFIED_EVERY:
            return
        if self.counts(event.id).waiting:
            self.outbox.add(event, Kind.PHOTOS_WAITING, now)
            self.cares.note(event.id, notified_at=now)
        elif not notice.is_quiet(now):
            return  # A photo may be about to wait.
        # Photos that are marked from now on are of another message.
        self.notices.take(notice)

    def _begin(self, due: Outgoing) -> tuple[Outgoing, Words] | None:
        """Count a try; return the message and its words, None if it is not to be sent now."""
        if due.tries >= MAX_TRIES:
            self._give_up(due, "interrupted")
            return None
        now = self.clock.now()
        message = self.outbox.begin(due, now)
        if message is None:
            return None
        try:
            words = self._words(message, now)
            if words is None:
                self.outbox.remove(message)
        except Exception:
            # One message must not keep the others; its tries are counted.
            extra = _extra(message)
            self.logger.exception("message to hosts could not be made", extra=extra)
            return None
        return (message, words) if words else None

    def _settle(self, message: Outgoing, send: Callable[[], None]) -> None:
        """Record how a try ends: `send` returns, or raises what went wrong."""
        extra = _extra(message)
        try:
            send()
            if message.kind is Kind.PHOTOS_WAITING:
                # One that came late delays the next.
                self.cares.note(message.event_id, notified_at=self.clock.now())
            self.outbox.remove(message)
        except DeliveryFailed as error:
            if message.tries >= MAX_TRIES:
                self._give_up(message, str(error))
                return
            more = {"tries": message.tries, "reason": str(error)}
            self.logger.warning("message to hosts not sent yet", extra=extra | more)
            return
        except Exception:
            self.logger.exception("message to hosts could not be made", extra=extra)
            return
        self.metrics.count(SENT)
        self.logger.info("message to hosts sent", extra=extra)

    def _give_up(self, message: Outgoing, reason: str) -> None:
        self.outbox.remove(message)
        self.metrics.count(FAILED)
        more = {"tries": message.tries, "reason": reason}
        self.logger.error("message to hosts given up", extra=_extra(message) | more)

    def _words(self, message: Outgoing, now: datetime) -> Words | None:
        """Return what a message says now; None if that is nothing any more."""
        event = self._event(message.event_id)
        if event is None or message.channel not in channels_of(event):
            return None
        counts, retention = self.counts(event.id), Retention.of(event, self.cares.get(event.id))
        deletes_at = retention.actual(now) if retention else None
        nothing = {
            Kind.PHOTOS_WAITING: not counts.waiting,
            Kind.SUMMARY: not counts.photos,
            Kind.DELETION_REMINDER: deletes_at is None,
        }
        if nothing[message.kind]:
            return None
        return Words(message.kind, event, counts, self.channels.public_url, deletes_at)

    def _send(self, channel: Channel, words: Words, now: datetime) -> None:
        if channel is Channel.MAIL:
            self.channels.mail.send(words)
        else:
            self.channels.webhook.send(words, now)

    def _event(self, event_id: str) -> Event | None:
        try:
            return self.events.get(event_id, consistent=True)
        except NotFound:
            return None


def _extra(message: Outgoing) -> dict[str, object]:
    """Return what the log says of a message: no address."""
    return {"event_id": message.event_id, "kind": message.kind, "channel": message.channel}
