"""What a guest sees of an event: one page of its timeline and the state of its Instagram feed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.api.query import limit_of
from lambdas.guests.announcement import MAX_FILES
from lambdas.guests.cursor import seal, unseal
from lambdas.guests.device import Device
from lambdas.guests.item import Item, item_of
from lambdas.guests.links import PictureLinks
from lambdas.guests.settings import GuestsSettings
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.events import FeedFoundStale
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import FeedStateStore
from lambdas.storage.events.timeline import read_timeline

DEFAULT_LIMIT = 60
MAX_LIMIT = 100


@dataclass(frozen=True)
class InstagramState:
    """How current the Instagram part is; see the contract for the names."""

    state: str
    synced_at: datetime | None


@dataclass(frozen=True)
class TimelineView:
    """One page of an event's timeline as one guest sees it."""

    event: Event
    items: tuple[Item, ...]
    next_cursor: str | None
    instagram: InstagramState
    limits: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The page as the contract has it."""
        event, synced_at = self.event, self.instagram.synced_at
        return {
            "event": {
                "id": event.id,
                "title": event.title,
                "starts_at": to_rfc3339(event.starts_at),
                "ends_at": to_rfc3339(event.ends_at),
                "time_zone": event.time_zone,
                "accepting_uploads": event.accepting_uploads,
                "limits": self.limits,
            },
            "items": [item.to_json() for item in self.items],
            "next": self.next_cursor,
            "instagram": {
                "state": self.instagram.state,
                "synced_at": to_rfc3339(synced_at) if synced_at else None,
            },
        }

    def fingerprint(self) -> str:
        """A text that changes when what is shown changes."""
        shape = self.to_json() | {"items": [item.version for item in self.items]}
        return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:32]


class TimelineReader:
    """Reads stored rows, and only those: nobody who looks at a page waits for Instagram."""

    def __init__(
        self,
        settings: GuestsSettings,
        links: PictureLinks,
        cursor_secret: str,
        clock: Clock,
        logger: Logger,
    ) -> None:
        self._settings = settings
        self._links = links
        self._secret = cursor_secret
        self._feeds = FeedStateStore(settings.table_name, settings.feed_freshness)
        self._clock = clock
        self._logger = logger

    def read(self, event: Event, device: Device, query: dict[str, str]) -> TimelineView:
        """The page that `limit` and `cursor` ask for. Raises InvalidRequest if they make no sense."""
        limit = limit_of(query, DEFAULT_LIMIT, MAX_LIMIT)
        start = unseal(event.id, query["cursor"], self._secret) if "cursor" in query else None
        page = read_timeline(self._settings.table_name, event.id, limit, start)
        items = tuple(item_of(row, self._links, device.hash) for row in page.rows)
        return TimelineView(
            event,
            items,
            seal(event.id, page.next, self._secret),
            self._instagram(event),
            limits_of(self._settings),
        )

    def _instagram(self, event: Event) -> InstagramState:
        """The feed's state; if it is stale, the first who sees that has it read again."""
        now = self._clock.now()
        feed = self._feeds.get(event.id)
        if feed.due(now) and self._feeds.claim(event.id, now):
            try:
                FeedFoundStale(event.id).publish(self._settings.bus_name)
            except Exception:
                # The guests' part does not depend on it, and the claim runs out: a later view tries again.
                self._logger.exception(
                    "a refresh of the feed could not be asked for", extra={"event_id": event.id}
                )
        return InstagramState(feed.label(now, self._settings.feed_freshness), feed.synced_at)


def limits_of(settings: GuestsSettings) -> dict[str, int]:
    """What a guest may send; sizes in bytes."""
    return {
        "max_file_bytes": settings.max_file_bytes,
        "max_request_files": MAX_FILES,
        "max_event_files": settings.max_event_files,
        "max_event_bytes": settings.max_event_bytes,
    }
