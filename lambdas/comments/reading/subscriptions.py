"""The webhook subscriptions of accounts: made on connecting, checked daily, renewed if lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.reading.account_state import (
    PERMISSION_MISSING,
    AccountStates,
    Health,
    Subscription,
)
from lambdas.comments.reading.wanted import OPTIONAL_FIELDS, PAGE_FIELDS, wanted_fields
from lambdas.comments.records import Failure
from lambdas.graph.client import Account
from lambdas.graph.errors import (
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    Throttled,
)
from lambdas.kit.clock import Clock

CHECK_INTERVAL = timedelta(days=1)
# After a check that failed.
RETRY_INTERVAL = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """Keeps accounts subscribed. Fields beyond ours are left as they are."""

    states: AccountStates
    clock: Clock
    logger: Logger

    def is_due(self, account: InboxAccount) -> bool:
        """Return whether an account's subscription has to be checked."""
        known = self.states.get(account.id).subscription
        return (
            known.check_due_at is None
            or known.connected_at != account.connected_at
            or known.check_due_at <= self.clock.now()
        )

    def expect(self, account: InboxAccount) -> None:
        """Make the check of an account due. Raises AccountDataDeleted."""
        known = self.states.get(account.id).subscription
        if known.connected_at == account.connected_at and known.checked_at:
            due = replace(known, check_due_at=self.clock.now())
            self.states.put_subscription(account.id, due)

    def ensure(self, account: InboxAccount, client: Account, app_id: str = "") -> None:
        """Subscribe an account to what it lacks, and record whether it was lost before.

        A refusal is recorded in words. Raises ReconnectRequired, Throttled, AccountDataDeleted.
        """
        now, known = self.clock.now(), self.states.get(account.id).subscription
        wanted = wanted_fields(account)
        if known.connected_at != account.connected_at:
            known = Subscription()
        base = Subscription(
            wanted=wanted,
            fields=known.fields,
            since=known.since,
            lost_at=known.lost_at,
            checked_at=now,
            check_due_at=now + CHECK_INTERVAL,
            connected_at=account.connected_at,
        )
        if not wanted:
            self.states.put_subscription(account.id, replace(base, fields=(), since=None))
            return
        node = account.page_id or account.id
        try:
            before = client.subscriptions.fields(node, app_id)
            lost = bool(known.since and not set(known.fields) & set(wanted) <= set(before))
            if lost:
                # First: once it is renewed, no check finds that it was lost.
                base = replace(base, fields=before, since=None, lost_at=now)
                self.states.put_subscription(account.id, replace(base, check_due_at=now))
            fields = self._complete(client, node, before, wanted, app_id)
        except (ReconnectRequired, Throttled):
            raise
        except GraphError as error:
            self._failed(account, replace(base, failed_since=known.failed_since or now), error)
            return
        required = tuple(one for one in wanted if one in fields or one not in OPTIONAL_FIELDS)
        done = replace(base, wanted=required, fields=fields)
        if not done.is_complete:
            done = replace(done, error=_lacking(done, now))
            if account.page_id and set(PAGE_FIELDS) <= set(fields):
                # Comments arrive. That the Page refuses messages is recorded, and no outage.
                done = replace(done, wanted=tuple(one for one in wanted if one in fields))
            else:
                done = replace(done, since=None, check_due_at=now + RETRY_INTERVAL)
        if done.is_complete and (lost or known.since is None):
            done = replace(done, since=now)
        self.states.put_subscription(account.id, done)
        if lost:
            self.logger.warning("a subscription was lost", extra={"account": account.id})

    def silent_accounts(self, accounts: Iterable[InboxAccount]) -> list[str]:
        """Return the connected accounts whose webhooks do not arrive, or may not for hours."""
        silent, now = (Health.SILENT, Health.NOT_SUBSCRIBED, Health.FAILED), self.clock.now()
        connected = (one for one in accounts if one.is_connected and not one.needs_login)
        return [one.id for one in connected if self.states.get(one.id).health_at(now) in silent]

    def _complete(
        self,
        client: Account,
        node: str,
        before: tuple[str, ...],
        wanted: tuple[str, ...],
        app_id: str,
    ) -> tuple[str, ...]:
        if set(wanted) <= set(before):
            return before
        attempts = _attempts(wanted)
        for fields in attempts:
            try:
                client.subscriptions.subscribe(node, sorted({*before, *fields}))
                break
            except (PermissionMissing, RequestRefused):
                if fields == attempts[-1]:
                    raise
        return client.subscriptions.fields(node, app_id)

    def _failed(self, account: InboxAccount, base: Subscription, error: GraphError) -> None:
        now = self.clock.now()
        code = PERMISSION_MISSING if isinstance(error, PermissionMissing) else "refused"
        failure = Failure(code=code, message=f"Meta refused the subscription: {error}.", at=now)
        due = now + RETRY_INTERVAL
        kept = replace(base, error=failure, check_due_at=due)
        self.states.put_subscription(account.id, kept)
        extra = {"account": account.id, "cause": str(error)}
        self.logger.warning("a subscription could not be checked", extra=extra)


def _attempts(wanted: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return what to subscribe to, and what to be content with if that is refused."""
    required = tuple(one for one in wanted if one not in OPTIONAL_FIELDS)
    attempts = [wanted] if required == wanted else [wanted, required]
    # A Page may refuse messages, and comments must arrive all the same.
    return [*attempts, PAGE_FIELDS] if set(PAGE_FIELDS) < set(wanted) else attempts


def _lacking(subscription: Subscription, now: datetime) -> Failure:
    lacking = ", ".join(sorted(set(subscription.wanted) - set(subscription.fields)))
    message = f"Meta does not report these fields as subscribed: {lacking}."
    return Failure(code="fields_missing", message=message, at=now)
