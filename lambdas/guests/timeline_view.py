"""What a guest sees of an event: one page of its timeline, and how current the posts are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec
from aws_lambda_powertools import Logger

from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.guests.announcement import MAX_FILES
from lambdas.guests.device import Device
from lambdas.guests.item import Item, item_of
from lambdas.guests.links import PictureLinks
from lambdas.guests.page import Page
from lambdas.guests.settings import GuestsSettings
from lambdas.guests.views import EventJson, InstagramJson, LimitsJson, TimelineJson
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.events import EventBus, FeedFoundStale
from lambdas.storage.events.event import Event
from lambdas.storage.events.event_page import EventPageStore
from lambdas.storage.events.feed_state import FeedLabel, FeedState, FeedStateStore

DEFAULT_LIMIT = 60
MAX_LIMIT = 100


@dataclass(frozen=True)
class InstagramState:
    """How current the Instagram posts are; `synced_at` is when they were last read."""

    state: FeedLabel
    synced_at: datetime | None


@dataclass(frozen=True)
class TimelineView:
    """One page of an event's timeline as one guest sees it."""

    event: Event
    items: tuple[Item, ...]
    next_cursor: str | None
    instagram: InstagramState
    limits: LimitsJson

    def to_json(self) -> TimelineJson:
        """Return the page in the shape of the contract."""
        event, synced_at = self.event, self.instagram.synced_at
        return TimelineJson(
            EventJson(
                id=event.id,
                title=event.title,
                starts_at=to_rfc3339(event.starts_at),
                ends_at=to_rfc3339(event.ends_at),
                time_zone=event.time_zone,
                accepting_uploads=event.accepting_uploads,
                asks_to_post=event.asks_to_post,
                limits=self.limits,
            ),
            [item.to_json() for item in self.items],
            self.next_cursor,
            InstagramJson(self.instagram.state, to_rfc3339(synced_at) if synced_at else None),
        )

    @property
    def etag(self) -> str:
        """Return the entity tag: it changes when what is shown changes."""
        shape = msgspec.to_builtins(self.to_json()) | {
            "items": [item.version for item in self.items]
        }
        encoded = msgspec.json.encode(shape, order="sorted")
        return f'"{hashlib.sha256(encoded).hexdigest()[:32]}"'


@dataclass(frozen=True)
class TilesPage(Page):
    """The variables of the list alone, which the page fetches to update itself."""

    template = "tiles.html"

    event: Event
    items: tuple[Item, ...]
    next_cursor: str | None
    instagram: InstagramState
    limits: LimitsJson

    @classmethod
    def of(cls, view: TimelineView) -> TilesPage:
        """Return the list of a view."""
        return cls(view.event, view.items, view.next_cursor, view.instagram, view.limits)


@dataclass(frozen=True)
class EventPage(TilesPage):
    """The variables of the event's page; `accept` is what its file input accepts."""

    template = "event.html"

    accept: str = ""


@dataclass(frozen=True)
class TimelineReader:
    """Reads stored rows, and only those: no page view waits for Instagram."""

    pages: EventPageStore
    feeds: FeedStateStore
    links: PictureLinks
    bus: EventBus
    settings: GuestsSettings
    cursor_secret: str
    clock: Clock
    logger: Logger

    def read(self, event_id: str, device: Device, request: Request) -> TimelineView:
        """Return the page that `limit` and `cursor` ask for. Raises NotFound, InvalidRequest."""
        limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT)
        cursor = request.query.get("cursor")
        start = None if cursor is None else unseal(event_id, cursor, self.cursor_secret)
        page = self.pages.read(event_id, limit, start)
        return TimelineView(
            page.event,
            tuple(item_of(row, self.links, device.hash) for row in page.timeline.rows),
            seal(event_id, page.timeline.next, self.cursor_secret),
            self._instagram(page.event, page.feed),
            limits_of(self.settings),
        )

    def _instagram(self, event: Event, feed: FeedState) -> InstagramState:
        """Return the feed's state; if it is stale, the first view of it starts a refresh."""
        now = self.clock.now()
        if feed.due(now) and self.feeds.claim_for(event, now):
            try:
                self.bus.publish(FeedFoundStale(event.id))
            except Exception:
                # The guests' photos do not depend on it. The claim expires: a later view retries.
                self.logger.exception(
                    "refresh of the feed could not be requested", extra={"event_id": event.id}
                )
        return InstagramState(feed.label(now, self.settings.feed_freshness), feed.synced_at)


def limits_of(settings: GuestsSettings) -> LimitsJson:
    """Return what a guest may send."""
    return LimitsJson(
        max_file_bytes=settings.max_file_bytes,
        max_request_files=MAX_FILES,
        max_event_files=settings.max_event_files,
        max_event_bytes=settings.max_event_bytes,
    )
