"""Instagram posts that a host takes from an event's page one by one, and puts back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdas.api.answer_size import fitting
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.host_views import HostPostJson
from lambdas.guests.moderating.post_pictures import PostPictures
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Conflict, NotFound
from lambdas.storage import keys
from lambdas.storage.events.host_audit import HostAudit
from lambdas.storage.events.post import Post, PostStore
from lambdas.storage.events.shown_lately import appearance
from lambdas.storage.events.transactions import transact
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# The feed may be writing the post at the same moment.
MAX_TRIES = 5


@dataclass(frozen=True)
class HiddenPosts:
    """Lists the posts of an event, and hides them. The feed keeps what is decided here."""

    table: Table
    pictures: PostPictures
    audit: HostAudit
    clock: Clock

    def page(
        self, caller: Caller, limit: int, start: Mapping[str, str] | None
    ) -> tuple[list[HostPostJson], dict[str, str] | None]:
        """Return one page of the event's posts, the newest first, and where the next one starts."""
        posts = PostStore(self.table).of_event(caller.event.id).values()
        newest = sorted((one for one in posts if not one.dropped), key=_place, reverse=True)
        if start:
            before = (start["at"], start["id"])
            newest = [post for post in newest if _place(post) < before]
        shown = [self._json(post) for post in newest[:limit]]
        fit = fitting(shown)
        if len(newest) <= fit:
            return shown, None
        at, post_id = _place(newest[fit - 1])
        return shown[:fit], {"at": at, "id": post_id}

    def set_hidden(self, caller: Caller, post_id: str, hidden: bool) -> HostPostJson:
        """Hide a post, or put it back. Raises NotFound, Conflict if it changes all the time."""
        for _ in range(MAX_TRIES):
            row = self._row(caller.event.id, post_id)
            post = Post.from_row(row)
            if post.hidden is hidden:
                return self._json(post)
            changed = replace(post, hidden=hidden)
            action = "post_hidden" if hidden else "post_shown"
            note = self.audit.write(caller.entry(self.clock, action, post_id))
            marks = self.pictures.marks(post, self.clock.now())
            writes = [self._put(changed, row), note, *[mark.write(self.table) for mark in marks]]
            if not hidden:
                item, now = keys.post_row(post_id), self.clock.now()
                writes.append(appearance(self.table, caller.event.id, item, now))
            if not transact(self.table, writes):
                for mark in marks:
                    self.pictures.settle(mark)
                return self._json(changed)
        raise Conflict("This post is being read again. Please try again.", code="post_changed")

    def _row(self, event_id: str, post_id: str) -> Row:
        key = keys.row_key(event_id, keys.post_row(post_id))
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        if row is None or row.get("dropped"):
            raise NotFound("There is no such post.", code="post_not_found")
        return row

    def _put(self, post: Post, read: Row) -> TransactWriteItemTypeDef:
        """Return the put of a post whose row is as it was read."""
        return {
            "Put": {
                "TableName": self.table.name,
                "Item": post.to_row(),
                # Each reading of the feed and each copy changes these, or changes no row.
                "ConditionExpression": "#pictures = :pictures"
                " AND (attribute_not_exists(#hidden) OR #hidden = :hidden)",
                "ExpressionAttributeNames": {"#pictures": "pictures", "#hidden": "hidden"},
                "ExpressionAttributeValues": {
                    ":pictures": read["pictures"],
                    ":hidden": not post.hidden,
                },
            }
        }

    def _json(self, post: Post) -> HostPostJson:
        return HostPostJson(
            id=post.id,
            taken_at=to_rfc3339(post.taken_at),
            caption=post.caption,
            username=post.username,
            permalink=post.permalink,
            hidden=post.hidden,
            urls=self.pictures.urls(post),
        )


def _place(post: Post) -> tuple[str, str]:
    return to_rfc3339(post.taken_at), post.id
