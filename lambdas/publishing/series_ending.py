"""Cancelling all posts of a series that have not started."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.errors import Conflict
from lambdas.publishing.batches import Batches
from lambdas.publishing.ending import Ending
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.planned_creation import series_id
from lambdas.publishing.records import Post


@dataclass(frozen=True, kw_only=True)
class SeriesEnding:
    """Cancels series; can be repeated until nothing of one is left."""

    ending: Ending
    ledger: DynamoLedger
    batches: Batches

    def cancel(self, post_id: str, by: str) -> list[Post]:
        """Cancel what has not started of the series that a post belongs to; return these posts.

        Raises NotFound, and Conflict for a post that is not repeated.
        """
        post = self.ending.editing.find(post_id)
        if post.repeat_id is None:
            raise Conflict("This post is not repeated.", code="no_series")
        self._complete(post)
        waiting = [
            one
            for one in self.ledger.posts(post.account_id)
            if one.repeat_id == post.repeat_id and one.state.is_changeable
        ]
        # The last ones first: an interruption leaves a series that is only shorter.
        waiting.sort(key=lambda one: one.due_at, reverse=True)
        return [self.ending.cancel(one.id, by) for one in waiting]

    def _complete(self, post: Post) -> None:
        """Create what an interruption left to be created: else it came after the cancellation."""
        first = self.ledger.read(str(post.repeat_id))
        request_id = first.client_request_id if first else post.client_request_id.rpartition("#")[0]
        batch = self.batches.log.find(post.account_id, series_id(request_id))
        if batch and not self.batches.log.is_done(batch):
            self.batches.run(batch)
