"""Requests for downloads: what is there already is not made again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from boto3.dynamodb.conditions import Attr

from lambdas.guests.downloads.choosing import Choice, Chooser
from lambdas.guests.downloads.orders import OrderQueue
from lambdas.guests.downloads.planning import Planner
from lambdas.kit.clock import Clock, to_sortable
from lambdas.kit.errors import Conflict, LimitReached, NotFound
from lambdas.storage.archives import ArchiveStore
from lambdas.storage.conditional import update_if
from lambdas.storage.events.downloads import (
    Download,
    DownloadState,
    DownloadStore,
    Kind,
    Part,
)
from lambdas.storage.events.event import Event
from lambdas.storage.events.ration import Ration
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

LINK_LIFETIME = timedelta(minutes=10)
MAX_PER_HOUR, HOUR = 10, timedelta(hours=1)
WAIT_SECONDS = 60
# A part that is being made is noted more often.
STILL = timedelta(minutes=5)


@dataclass(frozen=True)
class Wish:
    """Who asks for what. `group` is `hosts` or `guests`, whose requests are counted apart.

    `writes` are made together with a new download.
    """

    event: Event
    choice: Choice
    by: str
    group: str
    writes: Sequence[TransactWriteItemTypeDef] = ()


@dataclass(frozen=True)
class Downloads:
    """What hosts and guests do with downloads."""

    store: DownloadStore
    planner: Planner
    chooser: Chooser
    archives: ArchiveStore
    objects: ObjectStore
    orders: OrderQueue
    clock: Clock

    def request(self, wish: Wish) -> Download:
        """Return the download that holds what is wanted now; begin one if there is none.

        Raises NotFound if there is nothing to download, LimitReached if another one of its kind is
        in preparation or there were too many in this hour.
        """
        now, event_id = self.clock.now(), wish.event.id
        earlier = [one for one in self.store.of_event(event_id) if one.valid_until > now]
        plan = self.planner.plan(wish.event, wish.choice, wish.by, earlier)
        planned = plan.download
        for one in earlier:
            if one.content == planned.content and self._is_usable(one):
                self._order_again(one)
                return one
        self._count(wish)
        self.planner.store_lists(plan)
        if planned.state is DownloadState.READY:
            self.store.add(planned, *wish.writes)
            return planned
        other = self.store.begin(planned, *wish.writes)
        if other is None:
            self._order(planned)
            return planned
        same = self.store.get(event_id, other.download_id)
        if same and other.content == planned.content:
            return same
        raise LimitReached(
            "Another download is being prepared. Please try again when it is ready.",
            code="download_in_preparation",
            retry_after=WAIT_SECONDS,
        )

    def of_event(self, event: Event, kinds: Sequence[Kind]) -> list[Download]:
        """Return the event's downloads of some kinds, the newest first."""
        now = self.clock.now()
        found = self.store.of_event(event.id)
        return [one for one in found if one.kind in kinds and one.valid_until > now]

    def get(self, event: Event, download_id: str, kinds: Sequence[Kind]) -> Download:
        """Return a download of some kinds. Raises NotFound."""
        found = self.store.get(event.id, download_id)
        if found is None or found.kind not in kinds or found.valid_until <= self.clock.now():
            raise NotFound("There is no such download.", code="download_not_found")
        return found

    def link(self, download: Download, number: str) -> str:
        """Return a link that saves a zip file, for ten minutes.

        Raises NotFound if there is no such part, Conflict if it is not ready, or holds a photo that
        may not be handed out any more.
        """
        known = number.isascii() and number.isdigit() and len(number) <= len("10000")
        part = download.part(int(number)) if known else None
        if part is None:
            raise NotFound("This download has no such part.", code="part_not_found")
        if download.done_of(part).made_at is None:
            raise Conflict("This part is not ready yet.", code="download_not_ready")
        if not self._is_current(download, part):
            raise Conflict(
                "A photo in this download has been hidden or deleted. Make the download again.",
                code="download_outdated",
            )
        return self.objects.link(
            part.object,
            LINK_LIFETIME,
            ResponseContentDisposition=_attachment(part.name),
            ResponseContentType="application/zip",
        )

    def _is_usable(self, download: Download) -> bool:
        """Return whether a download is in preparation, or ready with all of its files there."""
        state = download.state_at(self.clock.now())
        if state is DownloadState.READY:
            return all(self.archives.made_at(part.object) for part in download.parts)
        return state is DownloadState.PREPARING

    def _is_current(self, download: Download, part: Part) -> bool:
        entries = self.planner.contents(download.event_id, part)
        if entries is None or not self.archives.made_at(part.object):
            return False
        return self.chooser.is_current(download.event_id, download.kind, entries)

    def _count(self, wish: Wish) -> None:
        now = self.clock.now()
        name = f"downloads#{wish.group}#{wish.event.id}"
        if not Ration(self.store.table, name, MAX_PER_HOUR, HOUR).take(now):
            seconds = HOUR.total_seconds()
            raise LimitReached(
                f"At most {MAX_PER_HOUR} downloads can be made in an hour. Please try again later.",
                code="too_many_downloads",
                retry_after=math.ceil(seconds - now.timestamp() % seconds),
            )

    def _order_again(self, download: Download) -> None:
        """Ask again for what does not move: the request before may have been cut off."""
        now, known = self.clock.now(), to_sortable(download.active_at)
        if download.state is DownloadState.PREPARING and now >= download.active_at + STILL:
            # Once, of all who ask again.
            same, put = Attr("active_at").eq(known), {"active_at": to_sortable(now)}
            if update_if(self.store.table, download.key, same, put=put):
                self._order(download)

    def _order(self, download: Download) -> None:
        try:
            for part in download.parts:
                if not download.done_of(part).made_at:
                    self.orders.send(download.event_id, download.id, part.number)
        except Exception:
            self.store.end(download, DownloadState.FAILED)
            raise


def _attachment(name: str) -> str:
    """Return the header that saves a file under a name, for old and new browsers.

    Source: RFC 6266, appendix D.
    """
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    plain = plain.replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
