"""What others published: the numbers of professional accounts, and posts with a hashtag."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.operating.action_view import moment
from lambdas.comments.operating.graph_problems import needs_facebook_login, problem_of
from lambdas.comments.operating.hashtag_budget import (
    MAX_HASHTAGS,
    HashtagBudget,
    HashtagUse,
    hashtag_of,
)
from lambdas.graph.discovery import Discovery
from lambdas.graph.errors import GraphError
from lambdas.graph.media import Media
from lambdas.kit.errors import Conflict, InvalidRequest, NotFound
from lambdas.kit.login_type import LoginType

USERNAME = re.compile(r"[A-Za-z0-9._]{1,30}", re.ASCII)

T = TypeVar("T")


class DiscoveredPostJson(msgspec.Struct, kw_only=True):
    """A public post; numbers are null where Instagram does not show them."""

    id: str
    permalink: str | None
    caption: str | None
    media_type: str | None
    product_type: str | None
    media_url: str | None
    username: str | None
    at: str | None
    likes: int | None
    comments: int | None


class DiscoveredAccountJson(msgspec.Struct, kw_only=True):
    """A professional account's public profile, numbers and newest posts."""

    id: str | None
    username: str | None
    name: str | None
    biography: str | None
    website: str | None
    picture_url: str | None
    followers: int | None
    follows: int | None
    posts: int | None
    newest: list[DiscoveredPostJson]


class HashtagUseJson(msgspec.Struct, kw_only=True):
    """How many different hashtags the account asked for in seven days, and when one is free."""

    used: int
    limit: int
    frees_at: str | None


class DiscoveredHashtagJson(msgspec.Struct, kw_only=True):
    """Public posts with a hashtag."""

    hashtag: str
    order: str
    posts: list[DiscoveredPostJson]
    hashtags: HashtagUseJson


class Connected(Protocol):
    """An account that calls can be made with."""

    @property
    def discovery(self) -> Discovery:
        """Return the reader of what others published."""


@dataclass(frozen=True)
class Discovering:
    """Reads what others published; `connect` returns the client of an account by its id."""

    connect: Callable[[str], Connected | None]
    budget: HashtagBudget

    def account(self, account: InboxAccount, username: str, limit: int) -> DiscoveredAccountJson:
        """Return another account's public numbers and newest posts."""
        name = username.strip().removeprefix("@")
        if not USERNAME.fullmatch(name):
            raise InvalidRequest("This is not a user name.", code="invalid_username")
        discovery = self._discovery(account)
        unknown = NotFound(
            "Instagram shows no professional account with this name: it may be private, personal, "
            "age-restricted or gone.",
            code="unknown_username",
        )
        profile = _read(lambda: discovery.profile_of(name), unknown)
        posts = _read(lambda: list(itertools.islice(discovery.media_of(name), limit)), unknown)
        return DiscoveredAccountJson(
            id=profile.user_id,
            username=profile.username,
            name=profile.name,
            biography=profile.biography,
            website=profile.website,
            picture_url=profile.profile_picture_url,
            followers=profile.followers_count,
            follows=profile.follows_count,
            posts=profile.media_count,
            newest=[_post(one) for one in posts],
        )

    def hashtag(
        self, account: InboxAccount, text: str, limit: int, *, recent: bool
    ) -> DiscoveredHashtagJson:
        """Return public posts with a hashtag: the top ones, or the last 24 hours'."""
        tag = hashtag_of(text)
        discovery = self._discovery(account)
        use = self.budget.take(account.id, tag)
        unknown = NotFound("Instagram shows nothing for this hashtag.", code="unknown_hashtag")
        tag_id = _read(lambda: discovery.hashtag_id(tag), unknown)
        posts = _read(
            lambda: list(itertools.islice(discovery.hashtag_media(tag_id, recent=recent), limit)),
            unknown,
        )
        return DiscoveredHashtagJson(
            hashtag=tag,
            order="recent" if recent else "top",
            posts=[_post(one) for one in posts],
            hashtags=_use(use),
        )

    def _discovery(self, account: InboxAccount) -> Discovery:
        if account.login_type is not LoginType.FACEBOOK:
            raise needs_facebook_login()
        connected = self.connect(account.id)
        if connected is None:
            raise Conflict(
                "This account is disconnected. Open GET /instagram/connect to connect it.",
                code="account_disconnected",
            )
        return connected.discovery


def _read(call: Callable[[], T], not_found: NotFound) -> T:
    try:
        return call()
    except GraphError as error:
        raise problem_of(error, not_found) from error


def _post(media: Media) -> DiscoveredPostJson:
    return DiscoveredPostJson(
        id=media.id,
        permalink=media.permalink,
        caption=media.caption,
        media_type=media.media_type,
        product_type=media.product_type,
        media_url=media.media_url,
        username=media.username,
        at=moment(media.timestamp),
        likes=media.like_count,
        comments=media.comments_count,
    )


def _use(use: HashtagUse) -> HashtagUseJson:
    return HashtagUseJson(used=use.used, limit=MAX_HASHTAGS, frees_at=moment(use.frees_at))
