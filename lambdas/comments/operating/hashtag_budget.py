"""The hashtags that an account asked for: 30 different ones in seven days.

Source: D:/IP/instagram-platform/instagram-graph-api/reference/ig-hashtag-search: one that is asked
for again within its seven days does not count, and does not begin them again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.comments import keys
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest, LimitReached
from lambdas.storage.conditional import put_if
from lambdas.storage.keys import EXPIRES, PARTITION
from lambdas.storage.packing import Packed, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

HASHTAGS = "HASHTAGS"
MAX_HASHTAGS = 30
PERIOD = timedelta(days=7)
MAX_CHARACTERS = 100
MAX_TRIES = 10


class AskedHashtags(Packed, frozen=True, kw_only=True):
    """When an account asked for each hashtag first, within the last seven days."""

    version: int = 0
    asked: Mapping[str, datetime] = {}


@dataclass(frozen=True)
class HashtagUse:
    """How many different hashtags were asked for; at `frees_at` the first one counts no more."""

    used: int
    frees_at: datetime | None


@dataclass(frozen=True)
class HashtagBudget:
    """Counts the hashtags of a tenant's accounts."""

    table: Table
    tenant: str
    clock: Clock

    def use(self, account_id: str) -> HashtagUse:
        """Return how many an account has used."""
        return _use(self._current(self._read(account_id)).asked)

    def take(self, account_id: str, tag: str) -> HashtagUse:
        """Record that an account asks for a hashtag, before it does.

        Raises LimitReached, without recording it, if it would be the 31st.
        """
        for _ in range(MAX_TRIES):
            stored = self._read(account_id)
            current = self._current(stored)
            if tag in current.asked:
                return _use(current.asked)
            if len(current.asked) >= MAX_HASHTAGS:
                raise self._reached(_use(current.asked))
            asked = {**current.asked, tag: self.clock.now()}
            if self._store(account_id, AskedHashtags(version=stored.version + 1, asked=asked)):
                return _use(asked)
        raise Conflict("Others are searching hashtags now. Try again.", code="busy")

    def _current(self, stored: AskedHashtags) -> AskedHashtags:
        start = self.clock.now() - PERIOD
        asked = {tag: at for tag, at in stored.asked.items() if at > start}
        return AskedHashtags(version=stored.version, asked=asked)

    def _read(self, account_id: str) -> AskedHashtags:
        key = keys.account_key(self.tenant, account_id, HASHTAGS)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(AskedHashtags, row[keys.BODY]) if row else AskedHashtags()

    def _store(self, account_id: str, asked: AskedHashtags) -> bool:
        row = {
            **keys.account_key(self.tenant, account_id, HASHTAGS),
            keys.BODY: packed(asked),
            keys.VERSION: asked.version,
            EXPIRES: int((self.clock.now() + PERIOD).timestamp()),
        }
        unchanged = Attr(keys.VERSION).eq(asked.version - 1)
        # A row that has expired may be gone, or not yet.
        return put_if(self.table, row, Attr(PARTITION).not_exists() | unchanged)

    def _reached(self, use: HashtagUse) -> LimitReached:
        now = self.clock.now()
        frees_at = use.frees_at or now + PERIOD
        seconds = max(int((frees_at - now).total_seconds()) + 1, 1)
        return LimitReached(
            f"Instagram allows {MAX_HASHTAGS} different hashtags in seven days, and this account "
            f"has used them. The next one is possible on {frees_at:%d %B at %H:%M} UTC; those that "
            "were asked for before can be asked for again.",
            retry_after=seconds,
            code="hashtag_limit",
            details={
                "hashtags": {
                    "used": use.used,
                    "limit": MAX_HASHTAGS,
                    "frees_at": to_rfc3339(frees_at),
                }
            },
        )


def hashtag_of(text: str) -> str:
    """Return a hashtag as Instagram knows it: without its sign, in lower case, composed.

    Raises InvalidRequest for a text that cannot be one.
    """
    tag = unicodedata.normalize("NFC", text.strip()).removeprefix("#").removeprefix("＃")
    tag = unicodedata.normalize("NFC", tag.lower())
    if not 1 <= len(tag) <= MAX_CHARACTERS or not all(map(_may_be_in_hashtag, tag)):
        raise InvalidRequest(
            f"A hashtag is one word of at most {MAX_CHARACTERS} letters, digits and underscores.",
            code="invalid_hashtag",
        )
    return tag


def _may_be_in_hashtag(sign: str) -> bool:
    # Letters, their marks, digits, and emoji.
    return (
        sign == "_"
        or unicodedata.category(sign)[0] in "LMN"
        or sign in "\u200c\u200d"
        or (unicodedata.category(sign) in ("So", "Sk"))
    )


def _use(asked: Mapping[str, datetime]) -> HashtagUse:
    return HashtagUse(len(asked), min(asked.values()) + PERIOD if asked else None)
