"""Links to shown pictures: by the edge, or else signed once per function instance and handed out again, so that browsers can cache."""

from __future__ import annotations

from datetime import datetime, timedelta

from lambdas.kit.clock import Clock
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys
from lambdas.storage.objects import ObjectStore

LIFETIME = timedelta(hours=2)
# What is handed out lives at least another hour: long enough for a page that is open and scrolled slowly.
HANDED_OUT = timedelta(hours=1)
MAX_KEPT = 5000


class PictureLinks:
    """Addresses of the shown sizes of pictures."""

    def __init__(self, objects: ObjectStore, clock: Clock, photos_url: str = "") -> None:
        self._objects = objects
        self._photos_url = photos_url
        self._clock = clock
        self._signed: dict[tuple[str, str], tuple[datetime, dict[str, str]]] = {}

    def of(self, event_id: str, picture_id: str) -> dict[str, str]:
        """The addresses of a picture by size: `thumb`, `medium`, `large`."""
        if self._photos_url:
            return {
                size: f"{self._photos_url}/{keys.shown_object(event_id, picture_id, size)}"
                for size in SIZES
            }
        now = self._clock.now()
        known = self._signed.get((event_id, picture_id))
        if known and now - known[0] < HANDED_OUT:
            return known[1]
        if len(self._signed) >= MAX_KEPT:
            self._signed.clear()
        urls = {
            size: self._objects.link(keys.shown_object(event_id, picture_id, size), LIFETIME)
            for size in SIZES
        }
        self._signed[(event_id, picture_id)] = (now, urls)
        return urls
