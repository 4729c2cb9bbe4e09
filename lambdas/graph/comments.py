"""Comments, replies, mentions and private replies.

Source: "Comments" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import Edges, confirm_change, created_id
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.messages import SentMessage, messaging_node, sent_message
from lambdas.graph.page_walk import PAGE_SIZE, PageWalk, cursor_after

REPLY_FIELDS = "id,text,timestamp,username,from,like_count,hidden,parent_id"
FIELDS = f"{REPLY_FIELDS},replies{{{REPLY_FIELDS}}}"
# Replies that come with a comment, some 25; more are read page by page, each as a call that counts.
MAX_INLINE = 100
# With 50 entries each: 100,000 comments below one media object.
MAX_COMMENT_PAGES = 2000


@dataclass(frozen=True)
class Comment:
    """A comment. `author_id` is the commenter's scoped id; mentions in `text` have lost their @.

    `more_replies`: there are more than `replies` holds; `Comments.replies` lists all.
    """

    id: str
    text: str | None
    timestamp: datetime | None
    username: str | None = None
    author_id: str | None = None
    like_count: int | None = None
    hidden: bool | None = None
    parent_id: str | None = None
    media_id: str | None = None
    replies: tuple[Comment, ...] = ()
    more_replies: bool = False


@dataclass(frozen=True)
class CommentPage:
    """Comments, or replies; `after` is where the next page begins, if one does."""

    comments: tuple[Comment, ...]
    after: str | None = None


class Comments(Edges):
    """Reads and moderates comments. Every call but the reads is a change that is made once."""

    def of_media(self, media_id: str) -> Iterator[Comment]:
        """Iterate over the top-level comments of a media object with replies, newest first."""
        for raw in self._list(f"{media_id}/comments", "comments", FIELDS):
            comment = comment_of(raw)
            if comment.more_replies:
                replies = tuple(self.replies(comment.id))
                comment = replace(comment, replies=replies, more_replies=False)
            yield comment

    def page(self, media_id: str, after: str | None = None) -> CommentPage:
        """Return a page of the top-level comments of a media object, newest first.

        Replies beyond those that come with a comment are not read, see `Comment.more_replies`.
        """
        return self._page(f"{media_id}/comments", "comments", FIELDS, after)

    def replies_page(self, comment_id: str, after: str | None = None) -> CommentPage:
        """Return a page of the replies to a comment."""
        return self._page(f"{comment_id}/replies", "replies", REPLY_FIELDS, after)

    def one(self, comment_id: str) -> Comment:
        """Return one comment, with the id of its media object."""
        fields = f"{FIELDS},media{{id}}"
        query = {"fields": fields}
        return comment_of(self._get(comment_id, "one_comment", query, Capability.COMMENTS))

    def mentioned(self, comment_id: str) -> Comment:
        """Return a comment that mentions the account; its id comes from a webhook."""
        self.platform.require(PlatformFeature.MENTIONS, "mentioned_comment")
        inner = "id,text,timestamp,like_count,media{id}"
        query = {"fields": f"mentioned_comment.comment_id({comment_id}){{{inner}}}"}
        raw = self._get(self.account_id, "mentioned_comment", query, Capability.COMMENTS)
        return comment_of(parsing.mapping(raw.get("mentioned_comment")))

    def replies(self, comment_id: str) -> Iterator[Comment]:
        """Iterate over the replies to a comment."""
        return map(comment_of, self._list(f"{comment_id}/replies", "replies", REPLY_FIELDS))

    def create(self, media_id: str, message: str) -> str:
        """Comment on a media object; return the comment's id."""
        return self._create(f"{media_id}/comments", "create_comment", {"message": message})

    def reply(self, comment_id: str, message: str) -> str:
        """Reply to a comment; return the reply's id."""
        return self._create(f"{comment_id}/replies", "reply", {"message": message})

    def hide(self, comment_id: str, hidden: bool = True) -> None:
        """Hide a comment, or show it again."""
        self._set(comment_id, "hide_comment", {"hide": "true" if hidden else "false"})

    def delete(self, comment_id: str) -> None:
        """Delete a comment on the account's own media."""
        answer = self._delete(comment_id, "delete_comment", Capability.COMMENTS)
        confirm_change(answer, "delete_comment")

    def enable(self, media_id: str, enabled: bool = True) -> None:
        """Allow or forbid comments on a media object."""
        form = {"comment_enabled": "true" if enabled else "false"}
        self._set(media_id, "enable_comments", form)

    def reply_to_mention(self, media_id: str, message: str, comment_id: str | None = None) -> str:
        """Answer a mention in a caption, or in a comment; return the answer's id."""
        form = {"media_id": media_id, "message": message}
        form |= {"comment_id": comment_id} if comment_id else {}
        return self._create(f"{self.account_id}/mentions", "reply_to_mention", form)

    def private_reply(self, comment_id: str, message: str) -> SentMessage:
        """Send the commenter one message, within seven days."""
        edge = "private_reply"
        body = {"recipient": {"comment_id": comment_id}, "message": {"text": message}}
        path = f"{messaging_node(self.platform, self.account_id)}/messages"
        return sent_message(self._change(path, edge, Capability.MESSAGES, json=body), edge)

    def _page(self, path: str, edge: str, fields: str, after: str | None) -> CommentPage:
        query = {"fields": fields, "limit": str(PAGE_SIZE)} | ({"after": after} if after else {})
        raw = self._get(path, edge, query, Capability.COMMENTS)
        if not isinstance(raw.get("data"), list):
            raise RetryLater(Cause(200, edge=edge), "a page without data")
        found = tuple(comment_of(one) for one in parsing.data(raw) if parsing.identifier(one))
        return CommentPage(found, cursor_after(raw))

    def _list(self, path: str, edge: str, fields: str) -> Iterator[JsonObject]:
        walk = PageWalk(edge, max_pages=MAX_COMMENT_PAGES)
        entries = self._entries(path, edge, {"fields": fields}, Capability.COMMENTS, walk=walk)
        return (raw for raw in entries if parsing.identifier(raw))

    def _create(self, path: str, edge: str, form: Mapping[str, str]) -> str:
        return created_id(self._post(path, edge, form, Capability.COMMENTS), edge)

    def _set(self, path: str, edge: str, form: Mapping[str, str]) -> None:
        confirm_change(self._post(path, edge, form, Capability.COMMENTS), edge)


def comment_of(raw: JsonObject, *, with_replies: bool = True) -> Comment:
    """Return the comment of a decoded answer."""
    author = parsing.mapping(raw.get("from"))
    inline = parsing.mapping(raw.get("replies")) if with_replies else {}
    replies = parsing.data(inline)
    return Comment(
        id=parsing.identifier(raw) or "",
        text=parsing.cut_text(raw, "text"),
        timestamp=parsing.moment(raw, "timestamp"),
        username=parsing.cut_name(raw, "username") or parsing.cut_name(author, "username"),
        author_id=parsing.identifier(author),
        like_count=parsing.number(raw, "like_count"),
        hidden=parsing.flag(raw, "hidden"),
        parent_id=parsing.identifier(raw, "parent_id"),
        media_id=parsing.identifier(parsing.mapping(raw.get("media"))),
        # A reply to a reply is listed as a reply to the comment.
        replies=tuple(
            comment_of(reply, with_replies=False)
            for reply in replies[:MAX_INLINE]
            if parsing.identifier(reply)
        ),
        more_replies=bool(parsing.mapping(inline.get("paging")).get("next"))
        or len(replies) > MAX_INLINE,
    )
