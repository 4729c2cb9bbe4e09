"""Whether guests' photos of a post may be published, looked at again before every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.publishing.records import Post
from lambdas.storage.events.consent import PostablePhoto

# What is missing, the photo's place on the page or the consent, is for the page of the event.
NOT_POSTABLE = "photo_not_postable"


@dataclass(frozen=True)
class PhotoRules:
    """Refuses posts with photos that are not shown any more, or whose guests have not agreed.

    `find` returns a photo by event and id if it may be posted.
    """

    find: Callable[[str, str], PostablePhoto | None]

    def refusal(self, post: Post) -> str | None:
        """Return the code of why a post must not be published, or None."""
        sources = (*(item.source for item in post.media), post.cover)
        photos = [one.photo for one in sources if one and one.photo]
        missing = any(self.find(one.event, one.id) is None for one in photos)
        return NOT_POSTABLE if missing else None
