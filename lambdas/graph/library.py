"""An account's profile, media, stories and mentions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.edges import PAGE_SIZE, Edges
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.media import Media, media_of

# A single old one may be pinned or out of order; so many in a row are the past.
ENOUGH_OLDER = PAGE_SIZE
PROFESSIONAL = ("BUSINESS", "MEDIA_CREATOR", "CREATOR")


@dataclass(frozen=True)
class Profile:
    """An account. `user_id` is the professional account's id (1784…), which webhooks use; `scoped_id` the one of this app alone."""

    user_id: str | None
    scoped_id: str | None
    username: str | None
    account_type: str | None = None
    name: str | None = None
    biography: str | None = None
    website: str | None = None
    profile_picture_url: str | None = None
    followers_count: int | None = None
    follows_count: int | None = None
    media_count: int | None = None

    @property
    def is_professional(self) -> bool | None:
        """Whether it is a business or creator account; None where the login type does not say (such accounts always are)."""
        return self.account_type.upper() in PROFESSIONAL if self.account_type else None


class Library(Edges):
    """Reads what the account has."""

    def profile(self) -> Profile:
        """Who the token speaks for."""
        raw = parsing.single(
            self._get(
                self.account_id, "profile", {"fields": ",".join(self.login_type.profile_fields)}
            )
        )
        instagram = self.login_type.name == "instagram"
        if parsing.identifier(raw, "user_id") is None and parsing.identifier(raw) is None:
            raise RetryLater(Cause(200, edge="profile"), "an answer without an account")
        return Profile(
            user_id=parsing.identifier(raw, "user_id" if instagram else "id"),
            scoped_id=parsing.identifier(raw) if instagram else None,
            username=parsing.text(raw, "username"),
            account_type=parsing.text(raw, "account_type"),
            name=parsing.text(raw, "name"),
            biography=parsing.text(raw, "biography"),
            website=parsing.text(raw, "website"),
            profile_picture_url=parsing.text(raw, "profile_picture_url"),
            followers_count=parsing.number(raw, "followers_count"),
            follows_count=parsing.number(raw, "follows_count"),
            media_count=parsing.number(raw, "media_count"),
        )

    def media(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Media]:
        """The account's media with a time in `[since, until)`, newest first; at most the 10,000 newest exist for the API.

        Media without a time are left out where a window is asked for. What ends without an error is whole.
        """
        query = {"fields": ",".join(self.login_type.media_fields)}
        # Whether the bounds are inclusive is documented nowhere: a second more is asked for, and cut off here.
        if since:
            query["since"] = str(int(since.timestamp()) - 1)
        if until:
            query["until"] = str(int(until.timestamp()) + 1)
        older = 0
        for media in map(_media_or_retry, self._pages(f"{self.account_id}/media", "media", query)):
            if (since or until) and media.timestamp is None:
                continue
            if until and media.timestamp and media.timestamp >= until:
                continue
            if since and media.timestamp and media.timestamp < since:
                older += 1
                if older >= ENOUGH_OLDER:
                    return
                continue
            older = 0
            yield media

    def stories(self) -> Iterator[Media]:
        """The stories that are live now."""
        query = {"fields": ",".join(self.login_type.media_fields)}
        for raw in self._pages(f"{self.account_id}/stories", "stories", query):
            # What this edge lists are stories, whether or not they say so.
            yield _media_or_retry({"media_product_type": "STORY", **raw})

    def one_media(self, media_id: str) -> Media:
        """One media object."""
        return _media_or_retry(
            self._get(media_id, "one_media", {"fields": ",".join(self.login_type.media_fields)})
        )

    def mentioned_media(self, media_id: str) -> Media:
        """A media object in which somebody mentioned the account; its id comes from a webhook. Facebook login type."""
        self._facebook_only("mentioned_media")
        fields = f"mentioned_media.media_id({media_id}){{{','.join(self.login_type.media_fields)}}}"
        raw = self._get(self.account_id, "mentioned_media", {"fields": fields}, "comments")
        return _media_or_retry(parsing.mapping(raw.get("mentioned_media")))

    def tagged(self) -> Iterator[Media]:
        """Media of others in which the account is tagged; private ones are not among them."""
        query = {"fields": ",".join(self.login_type.media_fields)}
        return map(
            _media_or_retry, self._pages(f"{self.account_id}/tags", "tags", query, endless=True)
        )


def _media_or_retry(raw: Mapping[str, Any]) -> Media:
    if parsing.identifier(raw) is None:
        raise RetryLater(Cause(200, edge="media"), "media without an id")
    return media_of(raw)
