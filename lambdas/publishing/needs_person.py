"""Calling a person at once for a post that is due soon and cannot be published without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from lambdas.kit.clock import Clock
from lambdas.publishing.posting_accounts import PostingAccount
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

URGENT = timedelta(hours=1)


class Notify(Protocol):
    """Reports that a post needs a person."""

    def __call__(self, post: Post, code: str) -> None:
        """Report a post; `code` says what is needed."""


@dataclass(frozen=True)
class NeedsPerson:
    """Reports posts that are due within the hour and whose account needs a person."""

    notify: Notify
    clock: Clock

    def consider(self, post: Post, account: PostingAccount) -> None:
        """Report a post if it is urgent."""
        code = account.person_needed
        is_urgent = post.due_at - self.clock.now() <= URGENT
        if code and is_urgent and post.state is State.SCHEDULED:
            self.notify(post, code)
