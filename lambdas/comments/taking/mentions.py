"""What a mention says: webhooks bring its ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.comments.taking.items import Found
from lambdas.comments.updates import Mentioned
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ObjectLag, RetryLater
from lambdas.kit.errors import ReauthRequired

GONE = "It was deleted before it could be read."
UNREADABLE = "Instagram does not show its text to this connection."
LATER = "Its text is being read."


@dataclass(frozen=True)
class MentionReader:
    """Reads mentions. `account` returns the client of an account, or None."""

    account: Callable[[str], Account | None]

    def read(self, mention: Mentioned) -> Found:
        """Return what Instagram says; `unread` says why if that is nothing."""
        try:
            client = self.account(mention.account_id)
            if client is None:
                return Found(unread=UNREADABLE)
            if mention.comment_id:
                comment = client.comments.mentioned(mention.comment_id)
                return Found(
                    text=comment.text,
                    at=comment.timestamp,
                    author_id=comment.author_id,
                    username=comment.username,
                )
            media = client.library.mentioned_media(mention.media_id)
            return Found(text=media.caption, at=media.timestamp, username=media.username)
        except RetryLater:
            return Found(unread=LATER)
        except ObjectLag:
            return Found(is_gone=True, unread=GONE)
        except (GraphError, ReauthRequired):
            return Found(unread=UNREADABLE)
