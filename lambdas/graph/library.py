"""An account's profile, media, stories and mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, OddEntries, RetryLater
from lambdas.graph.media import Media, media_of
from lambdas.graph.page_walk import PAGE_SIZE, PageWalk
from lambdas.graph.profile import Profile as Profile

# A single older one may be pinned or out of order; so many in a row are the past.
MAX_OLDER = PAGE_SIZE
WITHOUT_ID = "media without an id"
# Only what is live: 24 hours' worth.
MAX_STORY_PAGES = 100


class Library(Edges):
    """Reads what the account has."""

    def profile(self) -> Profile:
        """Return the account that the token belongs to."""
        raw = parsing.single(self._get(self.account_id, "profile", self._profile_fields()))
        if parsing.identifier(raw, "user_id") is None and parsing.identifier(raw) is None:
            raise RetryLater(Cause(200, edge="profile"), "the answer holds no account")
        return self.platform.parse_profile(raw)

    def media(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Media]:
        """Iterate over the media with a time in `[since, until)`, newest first.

        The API knows the newest 10,000 only. With a window, media without a time are left out.
        What ends without an error is complete. Entries without a usable id do not end it: it
        raises OddEntries after all others.
        """
        query = self._media_fields()
        # Whether the bounds are inclusive is not documented: ask for a second more, and cut here.
        if since:
            query["since"] = str(int(since.timestamp()) - 1)
        if until:
            query["until"] = str(int(until.timestamp()) + 1)
        older, odd = 0, False
        for raw in self._entries(f"{self.account_id}/media", "media", query):
            if not parsing.has_id(raw):
                odd = True
                continue
            media = media_of(raw)
            if (since or until) and media.timestamp is None:
                continue
            if until and media.timestamp and media.timestamp >= until:
                continue
            if since and media.timestamp and media.timestamp < since:
                older += 1
                if older >= MAX_OLDER:
                    break
                continue
            older = 0
            yield media
        if odd:
            raise OddEntries(Cause(200, edge="media"), WITHOUT_ID)

    def stories(self) -> Iterator[Media]:
        """Iterate over the stories that are live now."""
        walk = PageWalk("stories", max_pages=MAX_STORY_PAGES)
        path = f"{self.account_id}/stories"
        for raw in self._entries(path, "stories", self._media_fields(), walk=walk):
            # Whatever this edge lists is a story, whether or not it says so.
            yield _media_or_retry({"media_product_type": "STORY", **raw})

    def one_media(self, media_id: str) -> Media:
        """Return one media object."""
        return _media_or_retry(self._get(media_id, "one_media", self._media_fields()))

    def mentioned_media(self, media_id: str) -> Media:
        """Return a media object that mentions the account; its id comes from a webhook."""
        self.platform.require(PlatformFeature.MENTIONS, "mentioned_media")
        inner = ",".join(self.platform.media_fields)
        fields = f"mentioned_media.media_id({media_id}){{{inner}}}"
        raw = self._get(self.account_id, "mentioned_media", {"fields": fields}, Capability.COMMENTS)
        return _media_or_retry(parsing.mapping(raw.get("mentioned_media")))

    def tagged(self) -> Iterator[Media]:
        """Iterate over others' media in which the account is tagged, without private ones."""
        walk = PageWalk("tags", without_next=True)
        path = f"{self.account_id}/tags"
        return map(_media_or_retry, self._entries(path, "tags", self._media_fields(), walk=walk))

    def _profile_fields(self) -> dict[str, str]:
        return {"fields": ",".join(self.platform.profile_fields)}

    def _media_fields(self) -> dict[str, str]:
        return {"fields": ",".join(self.platform.media_fields)}


def whole_entries(found: Iterable[Media]) -> tuple[list[Media], bool]:
    """Return the media of a list, and whether it had no others. Raises GraphError."""
    media: list[Media] = []
    try:
        media.extend(found)
    except OddEntries:
        return media, False
    return media, True


def _media_or_retry(raw: JsonObject) -> Media:
    if not parsing.has_id(raw):
        raise RetryLater(Cause(200, edge="media"), WITHOUT_ID)
    return media_of(raw)
