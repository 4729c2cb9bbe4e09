"""Hashtags and other accounts' public media."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdas.graph import parsing
from lambdas.graph.capability import PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, RequestRefused, RetryLater
from lambdas.graph.media import Media, media_of
from lambdas.graph.page_walk import PageWalk
from lambdas.graph.profile import PROFILE_FIELDS, Profile, profile_of

USERNAME = re.compile(r"[\w.]{1,64}")
HASHTAG_FIELDS = "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count"
# Source: D:/IP/instagram-api-with-facebook-login/business-discovery.
OTHERS_FIELDS = (
    "id,caption,media_type,media_product_type,media_url,permalink,timestamp,username,"
    "like_count,comments_count"
)


@dataclass(frozen=True)
class DiscoveredAccount:
    """What another account shows to all, with its newest media first."""

    profile: Profile
    media: tuple[Media, ...]


class Discovery(Edges):
    """Reads what others published."""

    def hashtag_id(self, name: str) -> str:
        """Return the id of a hashtag. An account may ask for 30 different ones in seven days."""
        edge = "hashtag_search"
        self.platform.require(PlatformFeature.HASHTAGS, edge)
        query = {"user_id": self.account_id, "q": name}
        raw = parsing.single(self._get("ig_hashtag_search", edge, query))
        found = parsing.identifier(raw)
        if found is None:
            raise RetryLater(Cause(200, edge=edge), "the answer holds no id")
        return found

    def hashtag_media(self, hashtag_id: str, *, recent: bool = False) -> Iterator[Media]:
        """Iterate over public media with a hashtag: the top ones, or the last 24 hours'."""
        edge = "recent_media" if recent else "top_media"
        self.platform.require(PlatformFeature.HASHTAGS, edge)
        query = {"user_id": self.account_id, "fields": HASHTAG_FIELDS}
        entries = self._entries(f"{hashtag_id}/{edge}", edge, query)
        return (media_of(raw) for raw in entries if parsing.identifier(raw))

    def profile_of(self, username: str) -> Profile:
        """Return another account's public profile.

        Raises RequestRefused for a text that cannot be a username.
        """
        raw = self._discovered(username, ",".join(PROFILE_FIELDS))
        return profile_of(raw, parsing.identifier(raw), None)

    def account(self, username: str, media: int = 25) -> DiscoveredAccount:
        """Return another account's public profile and newest media, with one call.

        Raises RequestRefused for a text that cannot be a username.
        """
        fields = f"{','.join(PROFILE_FIELDS)},media.limit({media}){{{OTHERS_FIELDS}}}"
        raw = self._discovered(username, fields)
        profile = profile_of(raw, parsing.identifier(raw), None)
        found = (media_of(one) for one in parsing.data(raw.get("media")) if parsing.identifier(one))
        return DiscoveredAccount(profile, tuple(found))

    def media_of(self, username: str) -> Iterator[Media]:
        """Iterate over another account's public media, newest first.

        They can be read in this way only, not by their ids.
        """

        def page(limit: int, after: str | None) -> JsonObject:
            start = f".after({after})" if after else ""
            fields = f"media{start}.limit({limit}){{{OTHERS_FIELDS}}}"
            return parsing.mapping(self._discovered(username, fields).get("media"))

        entries = PageWalk("business_discovery", without_next=True).entries(page)
        return (media_of(raw) for raw in entries if parsing.identifier(raw))

    def _discovered(self, username: str, fields: str) -> JsonObject:
        edge = "business_discovery"
        self.platform.require(PlatformFeature.BUSINESS_DISCOVERY, edge)
        if not USERNAME.fullmatch(username):
            raise RequestRefused(Cause(edge=edge), "this is not a username")
        query = {"fields": f"{edge}.username({username}){{{fields}}}"}
        found = self._get(self.account_id, edge, query).get(edge)
        if not isinstance(found, Mapping):
            raise RetryLater(Cause(200, edge=edge), "the answer does not hold the account")
        return found
