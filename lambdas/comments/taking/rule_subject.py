"""An item as rules see it, and what its author wrote before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord
from lambdas.comments.records import Item
from lambdas.comments.rows import position_at
from lambdas.comments.rules.folding import fold
from lambdas.comments.rules.subject import Subject

MAX_HISTORY = 200


@dataclass(frozen=True)
class AuthorHistory:
    """What the author of an item wrote to the same account before."""

    ledger: InboxLedger
    item: Item

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """Return time and text, folded, without the item itself."""
        found = self._earlier(since)
        return [(one.at, fold(one.text)) for one in found if one.text]

    def is_first_contact(self) -> bool:
        """Return whether the author never wrote before."""
        return not self._earlier(None, 1)

    def _earlier(self, since: datetime | None, most: int = MAX_HISTORY) -> list[Item]:
        if self.item.author_id is None:
            return []
        author = keys.author_list(self.ledger.tenant, self.item.author_id)
        after = position_at(since) if since else None
        found = (
            one
            for one in self.ledger.listed(keys.BY_AUTHOR, author, after=after)
            if one.id != self.item.id
            and one.account_id == self.item.account_id
            and one.at <= self.item.at
        )
        return list(islice(found, most))


def subject_of(item: Item, media: MediaRecord | None) -> Subject:
    """Return an item as rules see it."""
    return Subject(
        kind=item.kind,
        text=item.text,
        author_id=item.author_id,
        username=item.username,
        media_id=item.media_id,
        product_type=(media.product_type if media else None) or item.product_type,
        is_own=item.is_own,
        at=item.at,
    )
