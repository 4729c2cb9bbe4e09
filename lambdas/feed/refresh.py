"""Brings the account's posts of an event's window into the event."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.feed.stills import StillCopier
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ReconnectRequired
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import FeedStateStore, Outcome
from lambdas.storage.events.post import Post, PostPicture, PostStore

# Well inside the function's time limit, one last slow picture included.
COPYING = timedelta(seconds=25)
KINDS = {"IMAGE": "image", "VIDEO": "video", "CAROUSEL_ALBUM": "carousel"}


class FeedRefresher:
    """Reads an event's posts from Instagram and makes the stored ones the same."""

    def __init__(
        self,
        account: Callable[[], Account | None],
        posts: PostStore,
        states: FeedStateStore,
        stills: StillCopier,
        clock: Clock,
        logger: Logger,
        refused: Callable[[str], None],
    ) -> None:
        self._account = account
        self._posts = posts
        self._states = states
        self._stills = stills
        self._clock = clock
        self._logger = logger
        self._refused = refused

    def refresh(self, event: Event) -> Outcome:
        """Does it, and records how it went. What Instagram could not tell changes nothing that is stored.

        Of a token that only a new login mends, `refused` is told the account.
        """
        account = None
        try:
            account = self._account()
            if account is None:
                return self._failed(event, Outcome.NOT_CONNECTED)
            media = list(account.library.media(event.starts_at, event.ends_at))
        except ReauthRequired as error:
            # What is stored stays on the page; whoever runs the site was told by an alarm.
            self._logger.warning(
                "no account can be read", extra={"event_id": event.id, "cause": error.code}
            )
            return self._failed(event, Outcome.UNAVAILABLE)
        except GraphError as error:
            dead = isinstance(error, ReconnectRequired)
            outcome = Outcome.NOT_CONNECTED if dead else Outcome.UNAVAILABLE
            self._logger.warning(
                "the posts could not be read",
                extra={"event_id": event.id, "outcome": outcome, "cause": str(error)},
            )
            self._failed(event, outcome)
            if dead and account:
                self._refused(account.id)
            return outcome
        posts = self._store(event, media, account.id)
        self._states.synced(event.id, self._clock.now())
        self._copy_stills(posts)
        self._logger.info("posts read", extra={"event_id": event.id, "posts": len(media)})
        return Outcome.SYNCED

    def _failed(self, event: Event, outcome: Outcome) -> Outcome:
        self._states.failed(event.id, outcome, self._clock.now())
        return outcome

    def _store(self, event: Event, media: list[Media], account_id: str) -> list[Post]:
        """Makes the stored posts those that were read; what they are now."""
        stored = self._posts.all_of(event.id)
        read = [
            _with_known_copies(post, stored.get(post.id))
            for one in media
            if (post := post_of(event, one, account_id))
        ]
        for post in read:
            if post != stored.get(post.id):
                self._posts.put(post)
        for gone in stored.keys() - {post.id for post in read}:
            self._posts.delete(stored[gone])
            self._stills.delete(stored[gone])
        return read

    def _copy_stills(self, posts: list[Post]) -> None:
        """Copies pictures as long as there is time, in no order: one that holds everybody up must not always come first.

        A post is on the page before that, with Instagram's own addresses; what is left is copied by a later refresh.
        """
        stop = self._clock.now() + COPYING
        for post in random.sample(posts, len(posts)):
            if self._clock.now() >= stop:
                self._logger.warning(
                    "no time was left to copy all pictures", extra={"event_id": post.event_id}
                )
                return
            if complete := self._stills.copied(post):
                self._posts.put(complete)


def post_of(event: Event, media: Media, account_id: str | None = None) -> Post | None:
    """The post of a media object; None for one without a time."""
    if media.timestamp is None:
        return None
    kind = KINDS.get(media.media_type or "", "image")
    parts = media.children if kind == "carousel" and media.children else (media,)
    return Post(
        event_id=event.id,
        id=media.id,
        kind=kind,
        product_type=media.product_type,
        taken_at=media.timestamp,
        caption=media.caption,
        permalink=media.permalink,
        username=media.username,
        pictures=tuple(_picture_of(part) for part in parts),
        account_id=account_id,
    )


def _picture_of(media: Media) -> PostPicture:
    if media.media_type == "VIDEO":
        return PostPicture(
            media.id, "video", still_url=media.thumbnail_url, video_url=media.media_url
        )
    return PostPicture(media.id, "image", still_url=media.media_url or media.thumbnail_url)


def _with_known_copies(post: Post, known: Post | None) -> Post:
    """The post with the sizes of those pictures that were copied before: Instagram's pictures never change."""
    sizes = (
        {picture.id: (picture.width, picture.height) for picture in known.pictures} if known else {}
    )
    pictures = []
    for picture in post.pictures:
        width, height = sizes.get(picture.id, (None, None))
        pictures.append(replace(picture, width=width, height=height))
    return replace(post, pictures=tuple(pictures))
