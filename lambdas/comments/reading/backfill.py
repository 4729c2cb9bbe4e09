"""Reads what webhooks did not bring of one account: a bounded run that the next one continues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ids import is_id
from lambdas.comments.reading.account_state import (
    PERMISSION_MISSING,
    AccountState,
    AccountStates,
    Reading,
)
from lambdas.comments.reading.comment_reader import CommentReader
from lambdas.comments.reading.message_reader import MessageReader
from lambdas.comments.reading.run import MAX_CALLS, Run, RunEnded
from lambdas.comments.reading.wanted import may_read_comments, may_read_messages
from lambdas.comments.records import Failure
from lambdas.graph.client import Account
from lambdas.graph.errors import (
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    RetryLater,
    Throttled,
)
from lambdas.graph.library import whole_entries
from lambdas.graph.media import Media
from lambdas.graph.page_walk import PAGE_SIZE
from lambdas.kit.clock import Clock

WINDOW = timedelta(days=14)
CONTINUE_AFTER = timedelta(minutes=1)
RETRY_AFTER = timedelta(minutes=15)
MESSAGES_SHARE = 0.25
RECENT_MESSAGES = 50
QUICK_FOR = timedelta(hours=1)
# After so long without anything new there is no sign any more that webhooks are lost.
SILENCE_ENDS_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class BackfillDone:
    """What a run did. `continue_after` is when to go on; None if everything was read."""

    found: int
    missed: int
    deleted: int
    calls: int
    continue_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """Reads comments and messages of accounts. `emit` writes metrics."""

    states: AccountStates
    comments: CommentReader
    messages: MessageReader
    clock: Clock
    logger: Logger
    emit: Callable[..., None]
    max_calls: int = MAX_CALLS

    def run(self, account: InboxAccount, client: Account) -> BackfillDone:
        """Read an account, and all of it after its subscription was lost.

        Raises ReconnectRequired, AccountDataDeleted, and what storage and the taker raise.
        """
        state = self.states.get(account.id)
        run = Run(
            account=account,
            client=client,
            clock=self.clock,
            subscribed_since=state.subscription.since,
            max_calls=self.max_calls,
        )
        reading = state.reading
        if reading.connected_at != account.connected_at:
            reading = Reading(connected_at=account.connected_at)
        run.first_missed = partial(self._note_missed, account.id, reading)
        lost_at: datetime | None = state.subscription.lost_at
        lost = lost_at is not None and lost_at != reading.lost_at
        reading = replace(reading, lost_at=lost_at)
        run.is_thorough = lost or _may_be_silent(reading, run.started_at)
        run.count_again(reading.young, state.last_event_at)
        wait: timedelta | None = None
        failure: Failure | None = None
        try:
            if may_read_comments(account):
                self._read_comments(run)
            run.kept = 0
            if may_read_messages(account):
                fields = state.subscription.fields
                reading = self.messages.read(
                    run,
                    reading,
                    lambda person: "messages" in fields and not self._is_standby(account, person),
                )
        except ReconnectRequired:
            raise
        except RunEnded:
            run.is_whole, wait = False, CONTINUE_AFTER
        except GraphError as error:
            run.is_whole = False
            wait = (isinstance(error, RetryLater) and error.retry_after) or RETRY_AFTER
            failure = self._failure(account, error)
        if not run.is_whole:
            wait = wait or CONTINUE_AFTER
        self._store(state, reading, run, failure, wait, lost=lost)
        self.emit(BackfillFound=run.found, BackfillMissed=run.missed)
        if run.odd:
            self.emit(UpdatesForeign=run.odd)
        extra = {"account": account.id, "calls": run.calls, "found": run.found}
        extra |= {"missed": run.missed, "odd": run.odd}
        self.logger.info("account read", extra=extra)
        return BackfillDone(run.found, run.missed, run.deleted, run.calls, wait)

    def _note_missed(self, account_id: str, before: Reading) -> None:
        """Record that webhooks are missing, beside what an earlier run recorded."""
        now = self.clock.now()
        noted = replace(
            before,
            missed=1,
            missed_at=now,
            silent_since=before.silent_since or now,
            quick_until=now + QUICK_FOR,
            nothing_since=None,
        )
        self.states.put_reading(account_id, noted, now)

    def _read_comments(self, run: Run) -> None:
        # However many comments there are: messages are read too.
        run.kept = int(run.max_calls * MESSAGES_SHARE) if may_read_messages(run.account) else 0
        run.spend()
        listed = run.client.library.media(since=run.started_at - WINDOW)
        found, complete = whole_entries(listed)
        run.calls += max(len(found) - 1, 0) // PAGE_SIZE
        times = [one.timestamp for one in found if one.timestamp]
        run.newest_media_at = max(times, default=None)
        # What goes on with an earlier reading is last: it may take all that is left of the run.
        usable = [one for one in found if is_id(one.id)]
        run.odd += len(found) - len(usable) + (not complete)
        for media in sorted(usable, key=lambda one: self._is_continued(run, one)):
            try:
                self.comments.read(run, media)
            except RunEnded:
                run.is_whole = False
                return
            except (ReconnectRequired, Throttled, PermissionMissing):
                raise
            except GraphError as error:
                # One object that cannot be read stops no other.
                extra = {"account": run.account.id, "media": media.id, "cause": str(error)}
                self.logger.warning("comments could not be read", extra=extra)

    def _is_standby(self, account: InboxAccount, person_id: str) -> bool:
        """Return whether another app has a conversation: that app has its webhooks, too."""
        store = self.comments.store
        thread = keys.thread_list(store.tenant, account.id, person_id)
        newest = islice(store.listed(keys.BY_THREAD, thread), RECENT_MESSAGES)
        return any(one.is_standby for one in newest)

    def _is_continued(self, run: Run, media: Media) -> bool:
        record = self.comments.media.get(run.account.id, media.id)
        return bool(record and record.after)

    def _failure(self, account: InboxAccount, error: GraphError) -> Failure:
        is_missing = isinstance(error, PermissionMissing)
        code = PERMISSION_MISSING if is_missing else type(error).__name__.lower()
        extra = {"account": account.id, "cause": str(error)}
        self.logger.warning("an account could not be read to the end", extra=extra)
        message = f"Comments or messages could not be read: {error}."
        return Failure(code=code, message=message, at=self.clock.now())

    def _store(
        self,
        state: AccountState,
        reading: Reading,
        run: Run,
        failure: Failure | None,
        wait: timedelta | None,
        *,
        lost: bool,
    ) -> None:
        now = self.clock.now()
        reading = replace(
            reading,
            last_at=now,
            whole_at=now if run.is_whole else reading.last_whole_at or now,
            initial_done=reading.initial_done or run.is_whole,
            unfinished=not run.is_whole,
            newest_media_at=run.newest_media_at or reading.newest_media_at,
            error=failure,
            young=tuple(run.young),
        )
        if run.found:
            reading = replace(reading, found=run.found, found_at=now)
            if state.reading.initial_done:
                reading = replace(reading, active_at=now)
        if run.missed:
            reading = replace(reading, missed=run.missed, missed_at=now)
        if run.found or run.missed or lost:
            reading = replace(reading, nothing_since=None)
        elif run.is_whole:
            nothing_since: datetime = reading.nothing_since or now
            reading = replace(reading, nothing_since=nothing_since)
        if run.missed or lost:
            # What came before the loss does not end the silence after it.
            since: datetime = now if lost else reading.silent_since or now
            reading = replace(reading, silent_since=since, quick_until=now + QUICK_FOR)
        elif run.is_whole and _is_over(reading, state.last_event_at, now):
            reading = replace(reading, silent_since=None)
        self.states.put_reading(state.account_id, reading, now + (wait or timedelta()))


def _may_be_silent(reading: Reading, now: datetime) -> bool:
    is_quick = reading.quick_until is not None and now < reading.quick_until
    return is_quick or reading.silent_since is not None


def _is_over(reading: Reading, last_event_at: datetime | None, now: datetime) -> bool:
    """Return whether a silence has ended: a webhook came, or there was nothing that it could bring.

    That a run found only what is young is no sign: while it is silent, all finds are young.
    """
    began = max(filter(None, (reading.silent_since, reading.missed_at)), default=None)
    if began and last_event_at and last_event_at > began:
        return True
    nothing_since = reading.nothing_since
    return nothing_since is not None and now - nothing_since > SILENCE_ENDS_AFTER
