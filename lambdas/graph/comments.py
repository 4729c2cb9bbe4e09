"""Comments, replies, mentions and private replies.

Source: "Comments" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.edges import Edges, change_was_made

REPLY_FIELDS = "id,text,timestamp,username,from,like_count,hidden,parent_id"
FIELDS = f"{REPLY_FIELDS},replies{{{REPLY_FIELDS}}}"


@dataclass(frozen=True)
class Comment:
    """A comment. `author_id` is the commenter's scoped id; mentions in `text` have lost their @."""

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


class Comments(Edges):
    """Reads and moderates. Every call but the lists is a change that is made once."""

    def of_media(self, media_id: str) -> Iterator[Comment]:
        """The top-level comments of a media object with their replies, newest first."""
        for raw in self._pages(f"{media_id}/comments", "comments", {"fields": FIELDS}, "comments"):
            if parsing.identifier(raw) is None:
                continue
            comment = comment_of(raw)
            more = parsing.mapping(parsing.mapping(raw.get("replies")).get("paging")).get("next")
            yield replace(comment, replies=tuple(self.replies(comment.id))) if more else comment

    def one(self, comment_id: str) -> Comment:
        """One comment, with the media object it stands below."""
        fields = f"{FIELDS},media{{id}}"
        return comment_of(self._get(comment_id, "one_comment", {"fields": fields}, "comments"))

    def mentioned(self, comment_id: str) -> Comment:
        """A comment in which somebody mentioned the account; its id comes from a webhook. Facebook login type."""
        self._facebook_only("mentioned_comment")
        fields = f"mentioned_comment.comment_id({comment_id}){{id,text,timestamp,like_count,media{{id}}}}"
        raw = self._get(self.account_id, "mentioned_comment", {"fields": fields}, "comments")
        return comment_of(parsing.mapping(raw.get("mentioned_comment")))

    def replies(self, comment_id: str) -> Iterator[Comment]:
        """The replies of a comment."""
        return map(
            comment_of,
            self._pages(f"{comment_id}/replies", "replies", {"fields": REPLY_FIELDS}, "comments"),
        )

    def create(self, media_id: str, message: str) -> str:
        """Comments on a media object; the comment's id."""
        return self._made(f"{media_id}/comments", "create_comment", {"message": message})

    def reply(self, comment_id: str, message: str) -> str:
        """Replies to a comment; the reply's id."""
        return self._made(f"{comment_id}/replies", "reply", {"message": message})

    def hide(self, comment_id: str, hidden: bool = True) -> None:
        """Hides a comment, or shows it again."""
        self._change(comment_id, "hide_comment", {"hide": "true" if hidden else "false"})

    def delete(self, comment_id: str) -> None:
        """Deletes a comment on the account's own media."""
        self._change(comment_id, "delete_comment", {}, method="DELETE")

    def enable(self, media_id: str, enabled: bool = True) -> None:
        """Allows comments on a media object, or forbids them."""
        self._change(
            media_id, "enable_comments", {"comment_enabled": "true" if enabled else "false"}
        )

    def reply_to_mention(self, media_id: str, message: str, comment_id: str | None = None) -> str:
        """Answers a mention in a caption, or in a comment; the answer's id."""
        form = {"media_id": media_id, "message": message} | (
            {"comment_id": comment_id} if comment_id else {}
        )
        return self._made(f"{self.account_id}/mentions", "reply_to_mention", form)

    def private_reply(self, comment_id: str, message: str) -> str:
        """Sends the commenter one message, within seven days; the message's id."""
        body = {"recipient": {"comment_id": comment_id}, "message": {"text": message}}
        answer = self._post(
            f"{self.account_id}/messages", "private_reply", {}, "messages", json=body
        )
        return self._made_id(answer, "private_reply", "message_id")

    def _made(self, path: str, edge: str, form: Mapping[str, str]) -> str:
        return self._made_id(self._post(path, edge, form, "comments"), edge)

    def _change(self, path: str, edge: str, form: Mapping[str, str], method: str = "POST") -> None:
        change_was_made(self._post(path, edge, form, "comments", method=method), edge)


def comment_of(raw: Mapping[str, Any]) -> Comment:
    """The comment of a decoded answer."""
    return Comment(
        id=parsing.identifier(raw) or "",
        text=parsing.text(raw, "text"),
        timestamp=parsing.moment(raw, "timestamp"),
        username=parsing.text(raw, "username")
        or parsing.text(parsing.mapping(raw.get("from")), "username"),
        author_id=parsing.identifier(parsing.mapping(raw.get("from"))),
        like_count=parsing.number(raw, "like_count"),
        hidden=parsing.flag(raw, "hidden"),
        parent_id=parsing.identifier(raw, "parent_id"),
        media_id=parsing.identifier(parsing.mapping(raw.get("media"))),
        replies=tuple(comment_of(reply) for reply in parsing.data(raw.get("replies"))),
    )
