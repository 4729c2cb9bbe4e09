"""What the ledger writes: the row of a post, and the rows by which it is found or protected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.kit.clock import to_sortable
from lambdas.publishing import keys
from lambdas.publishing.history import Step
from lambdas.publishing.records import Post
from lambdas.storage.keys import EXPIRES, PARTITION, SORT
from lambdas.storage.packing import packed
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

RETENTION = timedelta(days=400)
POST_ID, DIGEST = "post_id", "digest"
NEW = f"attribute_not_exists({PARTITION})"


@dataclass(frozen=True)
class LedgerWrites:
    """Makes the writes of transactions in the posts table."""

    table_name: str
    tenant: str

    def create(self, post: Post) -> TransactWriteItemTypeDef:
        """Store a post that must be new."""
        return self._put(self._row(post), NEW)

    def replace(self, post: Post, version: int) -> TransactWriteItemTypeDef:
        """Replace a post, which must be of a version."""
        return self._put(self._row(post), f"{keys.VERSION} = :version", {":version": version})

    def claim_request(self, post: Post) -> TransactWriteItemTypeDef:
        """Record that a request id made a post, and no other."""
        sort = keys.request_sort(post.client_request_id)
        request = {
            **keys.account_key(self.tenant, post.account_id, sort),
            POST_ID: post.id,
            DIGEST: post.request_digest,
            EXPIRES: int((post.created_at + RETENTION).timestamp()),
        }
        return self._put(request, NEW)

    def claim_media(self, post: Post) -> TransactWriteItemTypeDef:
        """Record that a media object on Instagram is this post, and no other."""
        key = keys.account_key(self.tenant, post.account_id, keys.media_sort(str(post.media_id)))
        until = int((post.updated_at + RETENTION).timestamp())
        row = {**key, POST_ID: post.id, EXPIRES: until}
        return self._put(row, f"{NEW} OR {POST_ID} = :post", {":post": post.id})

    def take_slot(self, post: Post) -> TransactWriteItemTypeDef:
        """Record that a post holds its slot, and no other."""
        until = int((post.due_at + RETENTION).timestamp())
        return self._put({**self._slot_key(post), POST_ID: post.id, EXPIRES: until}, NEW)

    def free_slot(self, post: Post) -> TransactWriteItemTypeDef:
        """Let another post take a post's slot."""
        return self._delete(self._slot_key(post))

    def beside(
        self, post: Post, step: Step | None, *, photos_changed: bool
    ) -> Iterator[TransactWriteItemTypeDef]:
        """List a post as open or not, add a step to its history, and list it by its photos."""
        open_key = keys.open_key(self.tenant, post.id)
        if post.is_open:
            yield self._put({**open_key, keys.DUE: to_sortable(post.due_at)})
        else:
            yield self._delete(open_key)
        if step:
            sort = keys.step_sort(post.number, post.version)
            kept_until = int((step.at + RETENTION).timestamp())
            key = keys.account_key(self.tenant, post.account_id, sort)
            yield self._put({**key, keys.BODY: packed(step), EXPIRES: kept_until})
        if photos_changed:
            for photo in photos_of(post):
                yield self._put(self._photo_key(post, photo))

    def unlist_photo(self, post: Post, photo: tuple[str, str]) -> TransactWriteItemTypeDef:
        """List a post no more by a photo that it used."""
        return self._delete(self._photo_key(post, photo))

    def _row(self, post: Post) -> Row:
        row = {
            **keys.account_key(self.tenant, post.account_id, keys.post_sort(post.number)),
            keys.BODY: packed(post),
            keys.VERSION: post.version,
            keys.STATE: post.state.value,
            keys.DUE: to_sortable(post.due_at),
        }
        if not post.is_open:
            row[EXPIRES] = int((post.updated_at + RETENTION).timestamp())
        return row

    def _slot_key(self, post: Post) -> dict[str, str]:
        return keys.account_key(self.tenant, post.account_id, keys.slot_sort(str(post.slot)))

    def _photo_key(self, post: Post, photo: tuple[str, str]) -> dict[str, str]:
        event_id, photo_id = photo
        return {PARTITION: keys.photo_partition(self.tenant, event_id, photo_id), SORT: post.id}

    def _put(
        self, row: Row, condition: str = "", values: dict[str, Any] | None = None
    ) -> TransactWriteItemTypeDef:
        put: dict[str, Any] = {"TableName": self.table_name, "Item": row}
        put |= {"ConditionExpression": condition} if condition else {}
        put |= {"ExpressionAttributeValues": values} if values else {}
        return {"Put": put}  # type: ignore[typeddict-item]

    def _delete(self, key: dict[str, str]) -> TransactWriteItemTypeDef:
        return {"Delete": {"TableName": self.table_name, "Key": key}}


def photos_of(post: Post) -> set[tuple[str, str]]:
    """Return the events and ids of the guests' photos that a post uses."""
    sources = (*(item.source for item in post.media), post.cover)
    return {(one.photo.event, one.photo.id) for one in sources if one and one.photo}
