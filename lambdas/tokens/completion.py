"""Finishes pending logins from the queue: it lists Pages, and connects the chosen accounts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, RetryLater, Throttled
from lambdas.graph.found_account import AccountSearch, Skipped, SkipReason
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens.connect_failed import NOTHING_CHANGED, ConnectFailed, passing_failure
from lambdas.tokens.connect_page import SKIPPED, connected_notes
from lambdas.tokens.connection import Connector
from lambdas.tokens.connection_writer import ConnectionWriter
from lambdas.tokens.identified import Identified, Pair
from lambdas.tokens.login_errors import failure_of
from lambdas.tokens.pending_login import OfferedAccount, PendingLogin, Progress, Step
from lambdas.tokens.pending_logins import LEASE, PendingLogins
from lambdas.tokens.token_store import DisconnectedSince, LoginGone, LoginStart

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# The function may run for two minutes; what is found also has to be stored.
SEARCH_TIME = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=30)
# The longest delay of an SQS message.
MAX_DELAY = timedelta(minutes=15)
# More messages than this work on no login: Meta has then not answered for ten minutes.
MAX_ROUNDS = 20


class LoginEnded(Exception):
    """The person removed the app or wants their data deleted, or another message took over."""


@dataclass(frozen=True)
class CompletionQueue:
    """The queue. A message holds a login's id, which opens no page, and never a token."""

    sqs: SQSClient
    url: str

    def send(self, login_id: str, delay: timedelta = timedelta()) -> None:
        """Let the queue continue with a login."""
        seconds = round(delay.total_seconds())
        body = json.dumps({"login": login_id})
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Works on one pending login at a time; every step can be repeated."""

    logins: PendingLogins
    connector: Connector
    connections: ConnectionWriter
    graph_of: Callable[[LoginType], Graph]
    queue: CompletionQueue
    clock: Clock
    logger: Logger
    rng: random.Random

    def run(self, login_id: str) -> bool:
        """Do one round of a login; return whether accounts were connected."""
        owner = f"{self.rng.getrandbits(64):016x}"
        login = self.logins.acquire(login_id, owner)
        if login is None:
            known = self.logins.get(login_id)
            if known and known.is_working:
                # Another message is at work. If it is killed, this one continues.
                self.queue.send(login_id, LEASE)
            return False
        stored: list[TokenRecord] = []
        try:
            after, wait = self._round(login, stored)
        except LoginEnded:
            after, wait = login, timedelta()
        if not self.logins.release(after, owner):
            # A request of its person ended it, and found what was stored; or the lease is lost to
            # a message that continues.
            self.logger.info("pending login is not continued", extra={"connected": len(stored)})
            return bool(stored)
        extra = {"step": after.step.value, "rounds": after.rounds, "connected": len(stored)}
        self.logger.info("pending login continued", extra=extra)
        if after.is_working:
            self.queue.send(login_id, wait)
        return bool(stored)

    def _round(
        self, login: PendingLogin, stored: list[TokenRecord]
    ) -> tuple[PendingLogin, timedelta]:
        """Return the login after a search, and how long the next message has to wait."""
        token = self.logins.token(login.id)
        if token is None:
            raise LoginEnded
        search = AccountSearch(
            token,
            latest_end=self.clock.now() + SEARCH_TIME,
            page_ids=tuple(one.page_id for one in login.waiting if one.page_id),
            account_id=login.only,
        )
        try:
            found = self.connector.identify(self.graph_of(login.login_type), search)
        except ConnectFailed as failed:
            return _failed(login, failed), timedelta()
        except GraphError as error:
            if isinstance(error, RetryLater) and login.rounds < MAX_ROUNDS:
                return login, _pause([error])
            return _failed(login, failure_of(error)), timedelta()
        pause = _pause([one.error for one in found.skipped])
        if login.step is Step.SEARCHING:
            after = self._offer(login, found)
            return after, pause if after.step is Step.SEARCHING else timedelta()
        after = self._connect(login, found, stored)
        moved = len(after.waiting) < len(login.waiting) and pause <= RETRY_AFTER
        return after, timedelta() if moved else pause

    def _offer(self, login: PendingLogin, found: Identified) -> PendingLogin:
        after = login.offering(found, self.connector.connected_ids())
        if after.step is not Step.SEARCHING:
            return after if after.accounts else _failed(login, self._nothing(login))
        if len(after.accounts) > 1:
            # A list that is too long for this search as well is named as not read.
            return replace(after, step=Step.CHOOSING)
        if after.accounts:
            return after.choosing([after.accounts[0].account_id])
        too_late = login.rounds >= MAX_ROUNDS
        return _failed(login, self._nothing(login)) if too_late else after

    def _nothing(self, login: PendingLogin) -> ConnectFailed:
        """Return why a search that was long enough gave nothing to connect."""
        return self.connector.other_account(login.only) if login.only else passing_failure()

    def _connect(
        self, login: PendingLogin, found: Identified, stored: list[TokenRecord]
    ) -> PendingLogin:
        pairs = {record.account_id: (record, secrets) for record, secrets in found.accounts}
        skipped = {one.page_id: one for one in found.skipped if one.page_id}
        cut = any(_passes(one) for one in found.skipped if one.page_id is None)
        last = login.rounds >= MAX_ROUNDS

        def continued(one: OfferedAccount) -> OfferedAccount:
            if one.progress is not Progress.CHOSEN:
                return one
            if pair := pairs.get(one.account_id):
                return self._store(login, one, pair, stored)
            return _unfound(one, skipped, cut=cut, last=last)

        after = replace(login, accounts=tuple(continued(one) for one in login.accounts))
        return after if after.waiting else replace(after, step=Step.DONE)

    def _store(
        self, login: PendingLogin, one: OfferedAccount, pair: Pair, stored: list[TokenRecord]
    ) -> OfferedAccount:
        """Connect an account, unless that was done since the login."""
        record, secrets = pair
        # As old as the login: a request of its person that came meanwhile means it as well.
        record = replace(record, connected_at=login.started_at)
        named = replace(one, username=record.username or one.username)
        known = self.connections.store.get(record.account_id)
        is_same = known and known.login_type is record.login_type
        if known and is_same and known.state is State.ACTIVE and _connected_since(known, login):
            notes = connected_notes(self.connections.described(known))
            return replace(named, progress=Progress.CONNECTED, notes=notes)
        try:
            start = LoginStart(login.started_at, login.id)
            done = self.connections.store_one(record, secrets, login=start)
        except LoginGone:
            raise LoginEnded from None
        except ConnectFailed as failed:
            notes = (failed.title + ".", *failed.advice)
            return replace(named, progress=Progress.FAILED, notes=notes)
        except DisconnectedSince:
            notes = ("It was disconnected after this login.",)
            return replace(named, progress=Progress.FAILED, notes=notes)
        stored.append(done.record)
        return replace(named, progress=Progress.CONNECTED, notes=connected_notes(done))


def _pause(errors: Iterable[GraphError | None]) -> timedelta:
    """Return how long to wait: until Meta allows calls again, as far as one message can."""
    throttled = [one.retry_after or RETRY_AFTER for one in errors if isinstance(one, Throttled)]
    return min(max([RETRY_AFTER, *throttled]), MAX_DELAY)


def _failed(login: PendingLogin, failed: ConnectFailed) -> PendingLogin:
    """Return the login at its end: what was not connected yet will not be."""
    advice = failed.advice
    if login.of(Progress.CONNECTED):
        advice = tuple(one for one in advice if one != NOTHING_CHANGED)
    accounts = tuple(
        replace(one, progress=Progress.FAILED) if one.progress is Progress.CHOSEN else one
        for one in login.accounts
    )
    return replace(login, step=Step.DONE, accounts=accounts, problem=failed.title, advice=advice)


def _unfound(
    one: OfferedAccount, skipped: Mapping[str, Skipped], *, cut: bool, last: bool
) -> OfferedAccount:
    """Return a chosen account that a search did not give: it waits, or it has failed."""
    seen = skipped.get(one.page_id or "")
    reached = not _passes(seen) if seen else not cut
    if not reached and not last:
        return one
    reason = seen.reason if seen else SkipReason.NOT_REACHED
    note = "Its Page is no longer shared." if reached and not seen else f"{SKIPPED[reason]}."
    return replace(one, progress=Progress.FAILED, notes=(note,))


def _passes(skipped: Skipped) -> bool:
    """Return whether the same search may succeed later."""
    late = skipped.reason in (SkipReason.NOT_REACHED, SkipReason.LIST_NOT_REACHED)
    return late or isinstance(skipped.error, RetryLater)


def _connected_since(known: TokenRecord, login: PendingLogin) -> bool:
    return known.connected_at is not None and known.connected_at >= login.started_at
