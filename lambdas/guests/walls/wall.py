"""What a live wall shows: what every guest may see, with nothing to press."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

import msgspec
from msgspec import UNSET

from lambdas.api.answer_size import size_in_page
from lambdas.guests.accent import Accent, accent_of
from lambdas.guests.item import MARKUP_BYTES, Item
from lambdas.guests.page import Page
from lambdas.guests.qr import qr_svg
from lambdas.guests.timeline_view import TimelineView
from lambdas.guests.upload_window import hidden_sentence, local_time, uploads_sentence
from lambdas.guests.views import ItemSource
from lambdas.guests.walls.views import WallItemJson, WallJson
from lambdas.storage.events.event import Event, Uploads

# The wall rotates through this many. All are in one answer, so that a photo that was hidden leaves
# at the next poll wherever it is. An answer with signed links is below 3 MB, and 100 KB compressed;
# there are fewer where Instagram's addresses are very long.
MAX_ITEMS = 500
# Those that appeared last are listed as well, whenever they were taken: as many as the wall keeps
# as new ones (MAX_NEWS in static/wall_show.js).
MAX_LATE = 30
# Of the page without JavaScript.
PLAIN_ITEMS = 12
# Lines of it are cut on the screen; this only bounds the answer.
MAX_CAPTION = 300
# A CDN makes one request of those of many walls, and a wall asks every two seconds: what is new is
# seen within five. The page's own stale-while-revalidate would not allow that.
PUBLIC = "public, max-age=0, s-maxage=1"
# Of an event with a PIN: for those who entered it.
PRIVATE = "private, no-store"


@dataclass(frozen=True)
class Slide:
    """One entry as the wall shows it; one that is `late` appeared lately and is an older one."""

    item: Item
    when: str
    late: bool = False

    @property
    def name(self) -> str:
        """Return the name of the Instagram account, or the one that a photo's guest gave."""
        return f"@{self.item.username}" if self.item.username else self.item.guest_name or ""

    @property
    def alt(self) -> str:
        """Return what the picture is, for those who do not see it."""
        guest = self.item.source is ItemSource.GUEST
        return f"{'Guest photo' if guest else 'Instagram post'}, {self.when}"

    @property
    def caption(self) -> str:
        """Return the caption, cut where no screen shows more."""
        text = (self.item.caption or "").strip()
        return text if len(text) <= MAX_CAPTION else f"{text[: MAX_CAPTION - 1].rstrip()}…"

    def to_json(self) -> WallItemJson:
        """Return the entry in the shape of the page's list, its first still picture alone."""
        entry = self.item.to_json()
        shared = {name: getattr(entry, name) for name in entry.__struct_fields__}
        only_guests = {"mine": UNSET, "may_post": UNSET, "guest_name": UNSET}
        pictures = {"children": UNSET, "video_url": UNSET}
        own: dict[str, object] = {"caption": self.caption or UNSET, "name": self.name}
        own |= {"when": self.when, "alt": self.alt, "late": self.late}
        return WallItemJson(**shared | only_guests | pictures | own)


def slide_size(item: Item) -> int:
    """Return at most how many bytes of an answer an entry takes on the wall."""
    cover = item.cover
    addresses = [*(cover.urls.values() if cover else ()), item.permalink or ""]
    caption = (item.caption or "")[:MAX_CAPTION]
    names = [item.username or "", item.guest_name or ""]
    return MARKUP_BYTES + sum(map(size_in_page, [caption, *addresses, *names]))


@dataclass(frozen=True)
class Wall:
    """The wall of an event, from what guests see; `late` are older ones that appeared lately."""

    view: TimelineView
    late: tuple[Item, ...] = ()

    @functools.cached_property
    def slides(self) -> tuple[Slide, ...]:
        """Return the entries that have a still picture."""
        event = self.view.event
        found = [(item, False) for item in self.view.items] + [(item, True) for item in self.late]
        return tuple(
            Slide(item, local_time(item.taken_at, event), late)
            for item, late in found
            if item.cover and item.cover.urls
        )

    @property
    def words(self) -> str:
        """Return what the QR code is for."""
        if self.view.uploads is Uploads.OPEN:
            return "Add your photos"
        return "See all photos" if self.view.photos_visible else "Open the event’s page"

    @property
    def sentence(self) -> str:
        """Return what stands in place of photos while there are none."""
        view = self.view
        if not view.photos_visible:
            return hidden_sentence(view.event)
        if view.uploads is Uploads.OPEN:
            return "No photos yet. Point your phone’s camera at the code to add the first one."
        return f"No photos yet. {uploads_sentence(view.event, view.uploads)}"

    @functools.cached_property
    def changed(self) -> str:
        """Return a text that changes with what is shown; signed links do not count."""
        versions = [(slide.item.version, slide.late) for slide in self.slides]
        shape = (self.view.event.title, self.words, self.sentence, versions)
        return hashlib.sha256(msgspec.json.encode(shape)).hexdigest()[:32]

    def to_json(self) -> WallJson:
        """Return what the wall updates itself with."""
        items = [slide.to_json() for slide in self.slides]
        title = self.view.event.title
        return WallJson(title, self.words, self.sentence, items, self.changed)


@dataclass(frozen=True)
class WallPage(Page):
    """The variables of the page; `qr` is an SVG of our own, `slides` are for want of JavaScript."""

    template = "wall.html"

    event: Event
    url: str
    qr: str
    words: str
    sentence: str
    slides: tuple[Slide, ...]
    accent: Accent | None

    @classmethod
    def of(cls, wall: Wall, url: str) -> WallPage:
        """Return the page of a wall; `url` is the address of the event's page."""
        event = wall.view.event
        accent = accent_of(event)
        on_wall = accent.on_wall if accent else None
        code = qr_svg(url, standalone=False)
        return cls(event, url, code, wall.words, wall.sentence, wall.slides, on_wall)
