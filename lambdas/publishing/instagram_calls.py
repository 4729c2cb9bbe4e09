"""The calls to Instagram that operators make themselves: the quota, and deleting a post."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.graph.client import Account
from lambdas.graph.container import PublishingLimit
from lambdas.graph.errors import (
    GraphError,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
)
from lambdas.instagram.clients import Instagram
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, DaybookError, ReauthRequired, Unavailable
from lambdas.kit.login_type import LoginType
from lambdas.publishing.posting_accounts import PostingAccount, PostingAccounts
from lambdas.publishing.records import Post
from lambdas.publishing.reservations import Reservations
from lambdas.publishing.views import PublishingLimitJson

CACHE_TTL = timedelta(seconds=60)


@dataclass(frozen=True)
class InstagramCalls:
    """Makes the calls."""

    instagram: Instagram
    accounts: PostingAccounts
    reservations: Reservations
    clock: Clock
    _limits: dict[str, tuple[datetime, PublishingLimit]] = field(
        default_factory=dict, init=False, repr=False
    )

    def limit(self, account: PostingAccount) -> PublishingLimitJson:
        """Return an account's quota, at most a minute old."""
        now = self.clock.now()
        read_at, limit = self._limits.get(account.id, (None, None))
        if read_at is None or limit is None or not timedelta() <= now - read_at < CACHE_TTL:
            try:
                limit = self._account(account.id).publishing.limit()
            except GraphError as error:
                raise _as_answer(error) from None
            self._limits[account.id] = now, limit
        return PublishingLimitJson(
            used=limit.used,
            total=limit.total,
            window_seconds=int(limit.window.total_seconds()) if limit.window else None,
            reserved=self.reservations.reserved(account.id),
        )

    def delete(self, post: Post) -> None:
        """Delete a post's media object; see `MediaDeleter`."""
        if self.accounts.named(post.account_id).login_type is LoginType.INSTAGRAM:
            raise Conflict(
                "Instagram lets no app with the Instagram login delete posts. Delete it in the "
                "Instagram app.",
                code="not_deletable",
            )
        if post.media_id is None:
            raise Conflict(
                "This post was published, but has not been found on the account yet. Try again "
                "in a few minutes.",
                code="media_not_found_yet",
            )
        try:
            self._account(post.account_id).publishing.delete(post.media_id)
        except ObjectLag:
            return
        except GraphError as error:
            raise _as_answer(error) from None

    def _account(self, account_id: str) -> Account:
        account = self.instagram.account(account_id)
        if account is None:
            raise Conflict(
                "This account is disconnected. Open GET /instagram/connect to connect it.",
                code="account_disconnected",
            )
        return account


def _as_answer(error: GraphError) -> DaybookError:
    """Return what a failed call means for an operator."""
    match error:
        case RetryLater():
            wait = error.retry_after
            seconds = int(wait.total_seconds()) if wait else 60
            return Unavailable(
                "Instagram does not answer at present. Try again later.",
                code="instagram_unavailable",
                retry_after=max(1, seconds),
            )
        case ReconnectRequired():
            return ReauthRequired(
                "This account must be connected again. Open GET /instagram/connect.",
                code="reconnect_required",
            )
        case PermissionMissing():
            return ReauthRequired(
                "This account has not granted the permission for it. Open GET /instagram/connect, "
                "and grant it.",
                code="permission_missing",
            )
        case RequestRefused():
            return Conflict(
                "Instagram refused this. Do it in the Instagram app.", code="instagram_refused"
            )
        case _:
            return Unavailable(
                "Instagram gave no clear answer. Try again.", code="instagram_unavailable"
            )
