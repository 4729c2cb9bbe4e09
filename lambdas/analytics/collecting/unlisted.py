"""Posts that are stored and not listed any more: deleted on Instagram, or left out by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.post_page import StoredPage
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.records import Post
from lambdas.analytics.writer import Change
from lambdas.graph.errors import GraphError, ObjectLag, RequestRefused

# So many are looked up in one run.
MAX_LOOKUPS = 20


@dataclass
class UnlistedPosts:
    """Looks up posts that a page should list and does not."""

    source: Source
    _count: int = 0

    def gone(self, page: StoredPage, now: datetime) -> list[Change]:
        """Return the rows of those that do not exist any more; their numbers stay."""
        rows = []
        for post in page.unlisted():
            if self._count >= MAX_LOOKUPS:
                break
            self._count += 1
            if not self._exists(post):
                gone = msgspec.structs.replace(post, gone_at=now)
                rows.append(Change(keys.at("POST", post.taken_at, post.id), now, gone))
        return rows

    def _exists(self, post: Post) -> bool:
        try:
            self.source.account.library.one_media(post.id)
        except (ObjectLag, RequestRefused):
            return False
        except GraphError:
            return True
        return True
