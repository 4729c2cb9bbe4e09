"""What an account has posted so far: captions, and with analytics how many people they reached."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from boto3.dynamodb.conditions import Key

from lambdas.publishing.keys import BODY, account_partition
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.states import State
from lambdas.storage.keys import PARTITION, POST_PREFIX, SORT
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MAX_POSTS = 1000
PLANNED_OR_PUBLISHED = (
    State.SCHEDULED, State.PREPARING, State.PROCESSING, State.PUBLISHING, State.PUBLISHED,
)  # fmt: skip


class Basis(enum.StrEnum):
    """Where an account's history comes from."""

    ANALYTICS = "analytics"
    """All posts of the account on Instagram, with their numbers."""
    POSTS = "posts"
    """The posts that were made here, without numbers."""
    NONE = "none"
    """There is no history: only the caption's own words count."""


@dataclass(frozen=True)
class PastPost:
    """A post of the account; `reach` is None where it is not known."""

    caption: str
    reach: float | None = None


class _MeasuredPost(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a post in the table of numbers; its other fields are ignored."""

    caption: str | None = None
    numbers: dict[str, float] = {}


@dataclass(frozen=True)
class OwnHistory:
    """Reads an account's past posts. `numbers` is the table of analytics, where there is one."""

    ledger: DynamoLedger
    tenant: str
    numbers: Table | None = None

    def read(self, account_id: str) -> tuple[Basis, list[PastPost]]:
        """Return the newest posts, at most 1000, and where they come from."""
        measured = list(islice(self._measured(account_id), MAX_POSTS))
        if measured:
            return Basis.ANALYTICS, measured
        own = [
            PastPost(post.caption or "")
            for post in islice(
                self.ledger.posts(account_id, states=PLANNED_OR_PUBLISHED), MAX_POSTS
            )
        ]
        return (Basis.POSTS if own else Basis.NONE), own

    def _measured(self, account_id: str) -> Iterator[PastPost]:
        if self.numbers is None:
            return
        # Both tables keep an account in the partition of its tenant and id.
        partition = account_partition(self.tenant, account_id)
        rows = query_all(
            self.numbers,
            KeyConditionExpression=Key(PARTITION).eq(partition)
            & Key(SORT).begins_with(POST_PREFIX),
            ScanIndexForward=False,
            ProjectionExpression="#body",
            ExpressionAttributeNames={"#body": BODY},
        )
        for row in rows:
            post = msgspec.msgpack.decode(bytes(row[BODY]), type=_MeasuredPost)
            yield PastPost(post.caption or "", post.numbers.get("reach"))
