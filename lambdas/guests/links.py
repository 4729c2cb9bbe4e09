"""Links to shown pictures: those of the CDN, or signed ones.

Signed links are made once per function instance and reused, so that browsers can cache.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lambdas.kit.clock import Clock
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.objects import ObjectStore

LIFETIME = timedelta(hours=2)
# A link on a page is valid for another hour at least, for guests who scroll slowly.
REUSED = timedelta(hours=1)
MAX_KEPT = 5000


class PictureLinks:
    """Links to the shown sizes of pictures."""

    def __init__(self, objects: ObjectStore, clock: Clock, photos_url: str = "") -> None:
        self._objects = objects
        self._photos_url = photos_url
        self._clock = clock
        self._signed: dict[tuple[str, str], tuple[datetime, dict[str, str]]] = {}

    def of(self, event_id: str, picture_id: str) -> dict[str, str]:
        """Return the links to a picture by size: `thumb`, `medium`, `large`."""
        shown = {size: object_keys.shown_object(event_id, picture_id, size) for size in SIZES}
        if self._photos_url:
            return {size: f"{self._photos_url}/{key}" for size, key in shown.items()}
        now = self._clock.now()
        known = self._signed.get((event_id, picture_id))
        if known and now - known[0] < REUSED:
            return known[1]
        if len(self._signed) >= MAX_KEPT:
            self._signed.clear()
        urls = {size: self._objects.link(key, LIFETIME) for size, key in shown.items()}
        self._signed[(event_id, picture_id)] = (now, urls)
        return urls
