"""What a guest sees of an event: one page of its timeline, and how current the posts are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

import msgspec
from aws_lambda_powertools import Logger

from lambdas.api.answer_size import fitting_sizes
from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.guests.accent import Accent
from lambdas.guests.announcement import MAX_FILES
from lambdas.guests.capacity import AMPLE, Capacity
from lambdas.guests.device import Device
from lambdas.guests.item import Item, Picture, item_of, photo_picture
from lambdas.guests.links import PictureLinks
from lambdas.guests.page import Page
from lambdas.guests.sections import section_id, section_of
from lambdas.guests.settings import GuestsSettings
from lambdas.guests.views import EventJson, InstagramJson, LimitsJson, SectionJson, TimelineJson
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.events import EventBus, FeedFoundStale
from lambdas.storage.events.event import Event, Section, Uploads
from lambdas.storage.events.event_page import EventPageStore
from lambdas.storage.events.feed_state import FeedLabel, FeedState, FeedStateStore
from lambdas.storage.events.photo import PhotoState
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.timeline import TimelinePage
from lambdas.storage.events.usage import Quota

DEFAULT_LIMIT = 60
MAX_LIMIT = 100


@dataclass(frozen=True)
class InstagramState:
    """How current the Instagram posts are; `synced_at` is when they were last read."""

    state: FeedLabel
    synced_at: datetime | None


# Posts that no guest sees are not read.
UNREAD = InstagramState(FeedLabel.STALE, None)


@dataclass(frozen=True)
class TimelineView:
    """One page of an event's timeline as one guest sees it.

    `photos_visible` is whether guests see any now; if not, there are no items. `cover` is the
    photo at the head of the event's page.
    """

    event: Event
    items: tuple[Item, ...]
    next_cursor: str | None
    instagram: InstagramState
    limits: LimitsJson
    photos_visible: bool
    uploads: Uploads
    cover: Picture | None = None
    section: Section | None = None
    capacity: Capacity = AMPLE

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
                welcome=event.welcome,
                accent=event.accent,
                mode=event.mode,
                photos_visible=self.photos_visible,
                reveal_at=_text(event.reveal_at),
                accepting_uploads=self.uploads is Uploads.OPEN,
                upload_opens_at=_text(event.upload_opens_at),
                upload_closes_at=_text(event.upload_closes_at),
                asks_to_post=event.asks_to_post,
                limits=self.limits,
                cover=self.cover.urls if self.cover else None,
                sections=[SectionJson(**vars(one)) for one in event.sections],
                full=self.capacity.full,
                capacity=self.capacity.sentence or None,
            ),
            [item.to_json() for item in self.items],
            self.next_cursor,
            InstagramJson(self.instagram.state, _text(synced_at)),
        )

    @property
    def etag(self) -> str:
        """Return the entity tag: it changes when what is shown changes."""
        shape = msgspec.to_builtins(self.to_json()) | {
            "items": [item.version for item in self.items]
        }
        # Signed links are new each time.
        shape["event"]["cover"] = self.event.cover if self.cover else None
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
    photos_visible: bool
    uploads: Uploads
    section: Section | None
    capacity: Capacity

    @classmethod
    def of(cls, view: TimelineView) -> TilesPage:
        """Return the list of a view."""
        values = {one.name: getattr(view, one.name) for one in fields(TilesPage)}
        return cls(**values)


@dataclass(frozen=True)
class EventPage(TilesPage):
    """The variables of the event's page; `accept` is what its file input accepts.

    `asks_pin` is whether guests enter a PIN before they add photos, `for_hosts` whether only hosts
    add photos to the section.
    """

    template = "event.html"

    accept: str = ""
    asks_pin: bool = False
    for_hosts: bool = False
    cover: Picture | None = None
    accent: Accent | None = None


@dataclass(frozen=True)
class TimelineReader:
    """Reads stored rows, and only those: no page view waits for Instagram."""

    pages: EventPageStore
    feeds: FeedStateStore
    photos: PhotoStore
    links: PictureLinks
    bus: EventBus
    settings: GuestsSettings
    quota: Quota
    cursor_secret: str
    clock: Clock
    logger: Logger

    def read(
        self,
        event_id: str,
        device: Device,
        request: Request,
        *,
        default: int = DEFAULT_LIMIT,
        most: int = MAX_LIMIT,
        size: Callable[[Item], int] = attrgetter("size"),
    ) -> TimelineView:
        """Return the page that `limit` and `cursor` ask for, which ends early where items are long.

        `size` is how many bytes of an answer an item takes. Raises NotFound, InvalidRequest.
        """
        limit = request.limit(default, most)
        cursor, now = request.query.get("cursor"), self.clock.now()
        named = section_id(request.query.get("section"))
        scope = f"{event_id}#{named}" if named else event_id
        start = None if cursor is None else unseal(scope, cursor, self.cursor_secret)
        page = self.pages.read(event_id, limit, start, named)
        event = page.event
        section = section_of(event, named)
        # What guests may not see is dropped here, before anything is made of it.
        visible = event.shows_photos(now)
        timeline = page.timeline if visible else TimelinePage([], None)
        items = tuple(item_of(row, self.links, device.hash) for row in timeline.rows)
        fit = fitting_sizes(map(size, items))
        timeline = timeline.first(fit)
        return TimelineView(
            event,
            items[:fit],
            seal(scope, timeline.next, self.cursor_secret),
            self._instagram(event, page.feed) if visible else UNREAD,
            limits_of(self.settings),
            visible,
            event.uploads(now),
            self._cover(event) if visible else None,
            section,
            Capacity.of(page.arrived, self.quota, visible),
        )

    def _cover(self, event: Event) -> Picture | None:
        """Return the photo at the head of the page, while guests may see it."""
        photo = self.photos.get(event.id, event.cover) if event.cover else None
        shown = photo is not None and photo.state is PhotoState.SHOWN
        return photo_picture(photo, self.links) if photo and shown else None

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


def _text(moment: datetime | None) -> str | None:
    return to_rfc3339(moment) if moment else None


def limits_of(settings: GuestsSettings) -> LimitsJson:
    """Return what a guest may send."""
    return LimitsJson(
        max_file_bytes=settings.max_file_bytes,
        max_request_files=MAX_FILES,
        max_event_files=settings.max_event_files,
        max_event_bytes=settings.max_event_bytes,
    )
