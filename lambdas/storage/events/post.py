"""An Instagram post of an event's window, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit import aws
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage import keys
from lambdas.storage.events.timeline import keys_in_timeline


@dataclass(frozen=True)
class PostPicture:
    """One picture or video of a post.

    `width` and `height` are pixels of the still, and None while it has not been copied. The addresses are Instagram's own:
    signed, and dead after some days.
    """

    id: str
    kind: str
    width: int | None = None
    height: int | None = None
    still_url: str | None = None
    video_url: str | None = None

    @property
    def copied(self) -> bool:
        """Whether our own copies of the still exist."""
        return self.width is not None


@dataclass(frozen=True)
class Post:
    """A post. `kind` is `image`, `video` or `carousel`; a carousel's `pictures` are its children, in order."""

    event_id: str
    id: str
    kind: str
    product_type: str | None
    taken_at: datetime
    caption: str | None
    permalink: str | None
    username: str | None
    pictures: tuple[PostPicture, ...]
    account_id: str | None = None
    """Whose it is, so that it can be found when they want their data deleted."""

    def to_row(self) -> dict[str, Any]:
        """The row as DynamoDB stores it; what is None is left out."""
        row = {
            **keys.row_key(self.event_id, keys.post_row(self.id)),
            **keys_in_timeline(self.event_id, self.taken_at, self.id),
            "event_id": self.event_id,
            "id": self.id,
            "kind": self.kind,
            "product_type": self.product_type,
            "taken_at": to_rfc3339(self.taken_at),
            "caption": self.caption,
            "permalink": self.permalink,
            "username": self.username,
            "account_id": self.account_id,
            "pictures": [
                {k: v for k, v in vars(p).items() if v is not None} for p in self.pictures
            ],
        }
        return {name: value for name, value in row.items() if value is not None}

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Post:
        """The post of a row."""
        return cls(
            event_id=row["event_id"],
            id=row["id"],
            kind=row["kind"],
            product_type=row.get("product_type"),
            taken_at=from_rfc3339(row["taken_at"]),
            caption=row.get("caption"),
            permalink=row.get("permalink"),
            username=row.get("username"),
            account_id=row.get("account_id"),
            pictures=tuple(_picture(p) for p in row["pictures"]),
        )


def _picture(row: dict[str, Any]) -> PostPicture:
    values: dict[str, Any] = {
        name: int(value) if name in ("width", "height") else value for name, value in row.items()
    }
    return PostPicture(**values)


class PostStore:
    """The posts of all events in one table."""

    def __init__(self, table_name: str) -> None:
        self._name = table_name

    def all_of(self, event_id: str) -> dict[str, Post]:
        """The stored posts of an event, by id."""
        query: dict[str, Any] = {
            "KeyConditionExpression": Key(keys.PARTITION).eq(keys.event_partition(event_id))
            & Key(keys.SORT).begins_with(keys.POST_PREFIX),
            "ConsistentRead": True,
        }
        posts: dict[str, Post] = {}
        while True:
            answer = aws.table(self._name).query(**query)
            posts |= {str(row["id"]): Post.from_row(row) for row in answer["Items"]}
            if "LastEvaluatedKey" not in answer:
                return posts
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def all_of_account(self, account_id: str) -> Iterator[Post]:
        """The stored posts of an account, of whichever event. It reads the whole table: for what happens once in years."""
        query: dict[str, Any] = {
            "FilterExpression": Attr(keys.SORT).begins_with(keys.POST_PREFIX)
            & Attr("account_id").eq(account_id),
            "ConsistentRead": True,
        }
        while True:
            answer = aws.table(self._name).scan(**query)
            yield from map(Post.from_row, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(self, post: Post) -> None:
        """Stores a post, replacing what was known of it."""
        aws.table(self._name).put_item(Item=post.to_row())

    def delete(self, post: Post) -> None:
        """Forgets a post."""
        aws.table(self._name).delete_item(Key=keys.row_key(post.event_id, keys.post_row(post.id)))
