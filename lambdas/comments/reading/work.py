"""The work of the queue of accounts: their subscription, then what webhooks did not bring."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.reading.account_state import AccountStates
from lambdas.comments.reading.app_webhooks import AppWebhooks
from lambdas.comments.reading.backfill import Backfill, BackfillDone
from lambdas.comments.reading.scheduling import Accounts
from lambdas.comments.reading.subscriptions import Subscriptions
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.graph.errors import GraphError, ReconnectRequired, RetryLater
from lambdas.instagram.clients import Instagram
from lambdas.kit.clock import Clock
from lambdas.kit.decoded import JsonObject
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.events import AccountConnected, EventBus, TokenRefused

# Longer than the function may run.
LEASE = timedelta(minutes=6)
RETRY_AFTER = timedelta(minutes=15)
# Until a renewal is tried again that met another run: most take less.
BUSY_FOR = timedelta(seconds=20)
# The clocks of two functions may differ by so much.
CLOCKS_DIFFER = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class AccountWork:
    """Subscribes and reads one account at a time; only one function reads an account."""

    accounts: InboxAccounts
    instagram: Instagram
    states: AccountStates
    subscriptions: Subscriptions
    app: AppWebhooks
    backfill: Backfill
    queue: Accounts
    bus: EventBus
    clock: Clock
    logger: Logger
    owner: Callable[[], str] = field(default=lambda: secrets.token_hex(8))

    def run(self, account_id: str, *, renew: bool = False) -> BackfillDone | None:
        """Work on an account; return None if there was nothing to do, or no way to do it."""
        account = self.accounts.of(account_id)
        if account is None or not account.is_connected or account.needs_login:
            return None
        lease = self.states.lease(account.id, self.owner())
        if not lease.acquire(self.clock.now(), LEASE):
            if renew:
                # The run under way may have looked at the subscription before it was lost.
                self.queue.put(account.id, BUSY_FOR, renew=True)
            return None
        try:
            if not renew and self._must_wait(account):
                # The sweep asks again when it is time. Every other message would renew itself.
                return None
            return self._work(account, renew=renew)
        except (ReauthRequired, AccountDataDeleted):
            # People are notified by the feature that keeps the token; deleted data stays deleted.
            return None
        except ReconnectRequired as error:
            if not error.concerns_app:
                self.bus.publish(TokenRefused(account.id))
            return None
        finally:
            lease.release()

    def _must_wait(self, account: InboxAccount) -> bool:
        not_before = self.states.get(account.id).not_before
        return not_before is not None and self.clock.now() < not_before - CLOCKS_DIFFER

    def _work(self, account: InboxAccount, *, renew: bool) -> BackfillDone | None:
        usable = self.instagram.tokens.usable_token(account.id)
        if usable is None:
            return None
        client = self.instagram.account_of(usable)
        try:
            self.app.ensure(account.login_type, at_once=renew)
            if renew or self.subscriptions.is_due(account):
                self.subscriptions.ensure(account, client, usable.app_id)
        except ReconnectRequired:
            raise
        except GraphError as error:
            wait = (isinstance(error, RetryLater) and error.retry_after) or RETRY_AFTER
            self.states.postpone(account.id, self.clock.now() + wait)
            if renew:
                self.subscriptions.expect(account)
            self.queue.put(account.id, wait)
            return None
        done = self.backfill.run(account, client)
        if done.continue_after is not None:
            self.queue.put(account.id, done.continue_after)
        return done


class ReadingDependencies(Protocol):
    """What the function `backfill` needs of the composition root."""

    @property
    def account_work(self) -> AccountWork:
        """Return the work on accounts."""


def backfill_account(dependencies: ReadingDependencies, record: SQSRecord) -> None:
    """Work on the account of a message: `{"account": id, "renew": bool}`, or AccountConnected."""
    body: JsonObject = record.json_body
    if body.get("detail-type") == AccountConnected.detail_type():
        account_id, renew = AccountConnected.from_detail(body["detail"]).account_id, True
    else:
        account_id, renew = str(body["account"]), bool(body.get("renew"))
    dependencies.account_work.run(account_id, renew=renew)
