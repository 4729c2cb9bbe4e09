"""What a mention says: webhooks bring its ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.comments.ids import id_or_none
from lambdas.comments.taking.items import Found
from lambdas.comments.taking.patience import Patience
from lambdas.comments.updates import Mentioned
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ObjectLag, RetryLater
from lambdas.kit.errors import ReauthRequired

UNREADABLE = (
    "Instagram does not show its text: it was deleted before it could be read, or this connection "
    "may not read it."
)
LATER = "Its text is being read."


@dataclass(frozen=True)
class MentionReader:
    """Reads mentions. `account` returns the client of an account, or None."""

    account: Callable[[str], Account | None]
    patience: Patience

    def read(self, mention: Mentioned) -> Found:
        """Return what Instagram says; `unread` says why if that is nothing.

        What Instagram does not show may be shown later: see row 17 of the known faults.
        """
        if self.patience.waits(mention.account_id):
            return Found(unread=LATER)
        try:
            client = self.account(mention.account_id)
            if client is None:
                return Found(unread=UNREADABLE)
            if mention.comment_id:
                comment = client.comments.mentioned(mention.comment_id)
                return Found(
                    text=comment.text,
                    at=comment.timestamp,
                    author_id=id_or_none(comment.author_id),
                    username=comment.username,
                )
            media = client.library.mentioned_media(mention.media_id)
            return Found(text=media.caption, at=media.timestamp, username=media.username)
        except RetryLater:
            self.patience.failed(mention.account_id)
            return Found(unread=LATER)
        except ObjectLag:
            return Found(unread=LATER)
        except (GraphError, ReauthRequired):
            return Found(unread=UNREADABLE)
