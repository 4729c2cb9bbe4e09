"""What a host sees first: the event, what waits, how much it holds, and its health in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from boto3.dynamodb.conditions import ConditionBase, Key

from lambdas.guests.capacity import NEARLY_FULL
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.event_admin import EventAdmin
from lambdas.guests.hosting.host_views import (
    CountsJson,
    EventUsageJson,
    HealthJson,
    HostEventJson,
)
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock, from_rfc3339
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import State
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import FeedLabel, FeedStateStore
from lambdas.storage.events.host_links import Role
from lambdas.storage.events.photo import PhotoState, Reason
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.usage import Quota, Usage, read_usage
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

TROUBLES = {
    FeedLabel.UNAVAILABLE: "Instagram posts cannot be read right now. The site tries again by "
    "itself.",
    FeedLabel.NOT_CONNECTED: "No Instagram account is connected, so no posts appear.",
}


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Looks at an event for its hosts."""

    admin: EventAdmin
    table: Table
    photos: PhotoStore
    quota: Quota
    feeds: FeedStateStore
    accounts: AccountRows
    clock: Clock

    def of(self, caller: Caller) -> HostEventJson:
        """Return the event as the caller may see it."""
        event, counts = _as_seen(caller), self._counts(caller.event.id)
        usage = read_usage(self.table, event.id)
        if not caller.role.includes(Role.MODERATOR):
            event, counts = self._as_guest(event), self._of_guest(event, counts)
            # What the event holds beside that is not for them to know, nor how full it is.
            usage = Usage(counts.shown)
        return HostEventJson(
            event=self.admin.json_of(event),
            role=caller.role,
            name=caller.name,
            counts=counts,
            health=self._health(event, counts, usage.files / self.quota.files),
            usage=EventUsageJson(usage.files, self.quota.files, usage.size, self.quota.size),
        )

    def _as_guest(self, event: Event) -> Event:
        """Return an event without a cover that guests do not see."""
        visible = event.shows_photos(self.clock.now())
        if event.cover and visible and self.photos.is_shown(event.id, event.cover):
            return event
        return replace(event, cover=None)

    def _of_guest(self, event: Event, counts: CountsJson) -> CountsJson:
        """Return how many photos and posts guests see."""
        visible = event.shows_photos(self.clock.now())
        return CountsJson(counts.shown, counts.posts) if visible else CountsJson(0, 0)

    def _counts(self, event_id: str) -> CountsJson:
        photos, reported = self._states(event_id)
        posts = self._posts_hidden(event_id)
        hidden = sum(posts)
        return CountsJson(
            shown=photos[PhotoState.SHOWN],
            posts=len(posts) - hidden,
            waiting=photos[PhotoState.IN_REVIEW],
            reported=reported,
            processing=photos[PhotoState.PROCESSING],
            hidden=photos[PhotoState.HIDDEN],
            deleted=photos[PhotoState.BINNED],
            posts_hidden=hidden,
        )

    def _states(self, event_id: str) -> tuple[Counter[str], int]:
        """Return how many photos are in each state, and how many of them were reported."""
        rows = query_all(
            self.table,
            KeyConditionExpression=_starting(event_id, keys.PHOTO_PREFIX),
            ProjectionExpression="#state, #reason",
            ExpressionAttributeNames={"#state": "state", "#reason": "reason"},
        )
        states: Counter[str] = Counter()
        reported = 0
        for row in rows:
            states[str(row["state"])] += 1
            reported += row.get("reason") == Reason.REPORTED.value
        return states, reported

    def _posts_hidden(self, event_id: str) -> list[bool]:
        """Return of each post that is in the event whether it is hidden."""
        rows = query_all(
            self.table,
            KeyConditionExpression=_starting(event_id, keys.POST_PREFIX),
            ProjectionExpression="#hidden, #dropped",
            ExpressionAttributeNames={"#hidden": "hidden", "#dropped": "dropped"},
        )
        return [bool(row.get("hidden")) for row in rows if not row.get("dropped")]

    def _health(self, event: Event, counts: CountsJson, full: float) -> HealthJson:
        label = self.feeds.get(event.id).label(self.clock.now(), self.admin.settings.feed_freshness)
        troubles = [TROUBLES[label]] if label in TROUBLES else []
        if full >= NEARLY_FULL:
            troubles.append(f"The event is {min(100, int(full * 100))} % full.")
        photos = f"{counts.shown} {'photo' if counts.shown == 1 else 'photos'}"
        if counts.waiting:
            photos += f", {counts.waiting} {'waits' if counts.waiting == 1 else 'wait'}"
        said = [*(troubles or ["All well."]), f"{photos}."]
        if label not in TROUBLES and (until := self._connected_until(event)):
            said.append(f"Instagram connected until {_day(until, event.time_zone)}.")
        return HealthJson(not troubles, " ".join(said))

    def _connected_until(self, event: Event) -> datetime | None:
        own = event.account_id
        row = self.accounts.of(own) if own else self.accounts.site("").connected
        if row is None or row["state"] != State.ACTIVE.value or not row.get("expires_at"):
            return None
        return from_rfc3339(str(row["expires_at"]))


def _as_seen(caller: Caller) -> Event:
    """Return the event without where its owners get words: many webhooks let in by their address.

    Those who may change these see them.
    """
    if caller.role.includes(Role.OWNER):
        return caller.event
    return replace(caller.event, notify_email=None, notify_webhook=None)


def _starting(event_id: str, prefix: str) -> ConditionBase:
    in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
    return in_event & Key(keys.SORT).begins_with(prefix)


def _day(moment: datetime, time_zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(time_zone)):%-d %B %Y}"
