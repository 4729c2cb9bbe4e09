"""What reads accounts, and goes on with what was interrupted."""

from __future__ import annotations

import functools

from lambdas.comments.dependencies import CommentsDependencies
from lambdas.comments.reading.backfill import Backfill
from lambdas.comments.reading.comment_reader import CommentReader
from lambdas.comments.reading.message_reader import MessageReader
from lambdas.comments.reading.scheduling import Scheduling
from lambdas.comments.reading.subscriptions import Subscriptions
from lambdas.comments.reading.work import AccountWork
from lambdas.comments.sweep import InboxSweep


class ReadingDependencies(CommentsDependencies):
    """Everything that `backfill` and `sweep` work with."""

    # It can wait: the rest of Meta's limits is for answers.
    max_usage = 70.0

    @functools.cached_property
    def subscriptions(self) -> Subscriptions:
        """Return what keeps accounts subscribed."""
        return Subscriptions(states=self.account_states, clock=self.clock, logger=self.logger)

    @functools.cached_property
    def backfill(self) -> Backfill:
        """Return what reads comments and messages."""
        comments = CommentReader(
            store=self.ledger, media=self.media, taker=self.taker, clock=self.clock
        )
        return Backfill(
            states=self.account_states,
            comments=comments,
            messages=MessageReader(self.taker),
            clock=self.clock,
            logger=self.logger,
            emit=self.metrics.emit,
        )

    @functools.cached_property
    def account_work(self) -> AccountWork:
        """Return the work on one account."""
        return AccountWork(
            accounts=self.accounts,
            instagram=self.instagram,
            states=self.account_states,
            subscriptions=self.subscriptions,
            app=self.app_webhooks,
            backfill=self.backfill,
            queue=self.backfill_queue,
            bus=self.bus,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def scheduling(self) -> Scheduling:
        """Return what finds accounts that are due."""
        return Scheduling(
            states=self.account_states,
            queue=self.backfill_queue,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def inbox_sweep(self) -> InboxSweep:
        """Return what goes on with what was interrupted."""
        return InboxSweep(
            ledger=self.ledger,
            queue=self.act_queue,
            complete=self.unfinished.put,
            escalations=self.escalations,
            clock=self.clock,
            logger=self.logger,
            emit=self.metrics.emit,
        )
