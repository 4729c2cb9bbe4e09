"""Warnings about posts that resemble others of the same account, or come at the same hour."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.api.findings import Findings
from lambdas.publishing.media_records import Source
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

NEAR = timedelta(hours=24)
SAME_HOUR = timedelta(hours=1)
# Posts of an account that are compared: the newest ones.
MAX_COMPARED = 300
COMPARED = tuple(
    state for state in State if state not in (State.DRAFT, State.CANCELLED, State.FAILED)
)


class AccountPosts(Protocol):
    """Lists an account's posts."""

    def posts(
        self, account_id: str, *, before: str | None = None, states: Sequence[State] = ()
    ) -> Iterator[Post]:
        """Iterate over an account's posts, the newest first; `before` is a post's number."""


@dataclass(frozen=True)
class Repeats:
    """Compares a post with the account's others."""

    ledger: AccountPosts

    def warn(
        self,
        account_id: str,
        caption: str | None,
        sources: Sequence[Source],
        due_at: datetime,
        found: Findings,
        *,
        without: str = "",
    ) -> None:
        """Warn of what repeats. `without` is the id of the post itself, if it is stored."""
        posts = itertools.islice(self.ledger.posts(account_id, states=COMPARED), MAX_COMPARED)
        near = [post for post in posts if post.id != without and abs(post.due_at - due_at) < NEAR]
        if hour := next((one for one in near if abs(one.due_at - due_at) < SAME_HOUR), None):
            found.warn(
                "publish_at",
                "same_hour",
                f"Another post of this account is published within the same hour: {hour.id}.",
            )
        text = _plain(caption)
        if text and (same := next((one for one in near if _plain(one.caption) == text), None)):
            found.warn(
                "caption",
                "same_caption",
                f"Another post within 24 hours has the same caption: {same.id}.",
            )
        for index, source in enumerate(sources):
            if same := next((one for one in near if source in _sources(one)), None):
                found.warn(
                    f"media[{index}]",
                    "same_media",
                    f"Another post within 24 hours has the same picture or video: {same.id}.",
                )


def _sources(post: Post) -> list[Source]:
    return [item.source for item in post.media]


def _plain(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").casefold().split())
