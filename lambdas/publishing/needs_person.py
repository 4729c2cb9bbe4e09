"""Calling a person at once for a post that is due soon and cannot be published without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from lambdas.kit.clock import Clock
from lambdas.publishing.posting_accounts import PostingAccount
from lambdas.publishing.records import Post, State

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

URGENT = timedelta(hours=1)
METRIC = "PublishNeedsPerson"


class Notify(Protocol):
    """Reports that a post needs a person."""

    def __call__(self, post: Post, code: str) -> None:
        """Report a post; `code` says what is needed."""


@dataclass(frozen=True)
class NeedsPerson:
    """Reports posts that are due within the hour and whose account needs a person."""

    notify: Notify
    count: Callable[[str], None]
    clock: Clock

    def consider(self, post: Post, account: PostingAccount) -> None:
        """Report a post if it is urgent."""
        code = account.person_needed
        is_urgent = post.due_at - self.clock.now() <= URGENT
        if code and is_urgent and post.state is State.SCHEDULED:
            self.count(METRIC)
            self.notify(post, code)


@dataclass(frozen=True)
class LoggedNotice:
    """Reports a post in the log."""

    logger: Logger

    def __call__(self, post: Post, code: str) -> None:
        """Report a post."""
        self.logger.warning("post needs a person", extra={"post": post.id, "code": code})
