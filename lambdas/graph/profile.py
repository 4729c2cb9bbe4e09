"""An account's profile."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.graph import parsing
from lambdas.graph.decoding import JsonObject

PROFESSIONAL = ("BUSINESS", "MEDIA_CREATOR", "CREATOR")
# The fields that both login types know.
PROFILE_FIELDS = (
    "id",
    "username",
    "name",
    "biography",
    "website",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
)


@dataclass(frozen=True)
class Profile:
    """An account. `user_id` (1784…) is the id in webhooks; `scoped_id` is this app's own."""

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
    def people(self) -> tuple[str, ...]:
        """Return all ids by which Meta may refer to the account."""
        return tuple(one for one in (self.user_id, self.scoped_id) if one)

    @property
    def is_professional(self) -> bool | None:
        """Whether it is a business or creator account; None if the login type does not say."""
        return self.account_type.upper() in PROFESSIONAL if self.account_type else None


def profile_of(raw: JsonObject, user_id: str | None, scoped_id: str | None) -> Profile:
    """Return the profile of a decoded answer, with the ids as the login type names them."""
    return Profile(
        user_id=user_id,
        scoped_id=scoped_id,
        username=parsing.cut_name(raw, "username"),
        account_type=parsing.cut_name(raw, "account_type"),
        name=parsing.cut_name(raw, "name"),
        biography=parsing.cut_text(raw, "biography"),
        website=parsing.address(raw, "website"),
        profile_picture_url=parsing.address(raw, "profile_picture_url"),
        followers_count=parsing.number(raw, "followers_count"),
        follows_count=parsing.number(raw, "follows_count"),
        media_count=parsing.number(raw, "media_count"),
    )
