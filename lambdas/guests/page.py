"""The pages that a guest's browser shows: templates, assets, and their security headers."""

from __future__ import annotations

import functools
import json
import mimetypes
from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime, time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from lambdas.guests.accent import Accent
from lambdas.guests.device import Device
from lambdas.guests.guest_name import MAX_GUEST_NAME
from lambdas.guests.poster_words import LANGUAGES
from lambdas.guests.settings import GuestsSettings
from lambdas.guests.tile_shapes import shape_class
from lambdas.guests.upload_window import hidden_sentence, invitation, uploads_sentence
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import NotFound
from lambdas.storage.events.event import Event

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
BUILT = HERE / "static" / "dist"

# An asset's name holds the hash of its content.
IMMUTABLE = "public, max-age=31536000, immutable"
# Guests who have sent nothing see the same page: the CDN may serve it for seconds, and once more
# while it fetches a new one. Links to pictures live far longer. Browsers always ask.
PUBLIC = "public, max-age=0, s-maxage=5, stale-while-revalidate=30"
# Of about 100 KB each. Finding one takes a thirtieth of the time that rendering takes.
MAX_RENDERED = 16
# A device that has sent photos sees which are its own.
PRIVATE = "private, no-cache"


@dataclass(frozen=True)
class Page:
    """Base of what a template gets: its variables are the fields of the class."""

    template: ClassVar[str]


@dataclass(frozen=True)
class HomePage(Page):
    """The site's first page."""

    template = "home.html"


@dataclass(frozen=True)
class ErrorPage(Page):
    """An error, with what the person who sees it can do next."""

    template = "error.html"

    title: str
    message: str
    advice: str
    request_id: str

    @classmethod
    def of(cls, status: HTTPStatus, message: str, request_id: str) -> ErrorPage:
        """Return the page of an error with this status."""
        title, advice = _error_texts(status)
        return cls(title, message, advice, request_id)


@dataclass(frozen=True)
class Asset:
    """A file of the page's bundle."""

    body: str
    content_type: str


@functools.cache
def asset_names() -> dict[str, str]:
    """Return the hashed names of the bundle's entries, `{"page.js": "page-AB12.js", ...}`.

    Source: esbuild's metafile.
    """
    outputs = json.loads((BUILT / "build.json").read_text())["outputs"]
    return {
        Path(output["entryPoint"]).name: Path(name).name
        for name, output in outputs.items()
        if output.get("entryPoint")
    }


def read_asset(name: str) -> Asset:
    """Return a file of the bundle by its hashed name. Raises NotFound for any other name."""
    if name not in asset_names().values():
        raise NotFound("There is no such file.")
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset((BUILT / name).read_text(), f"{content_type}; charset=utf-8")


def page_headers(
    settings: GuestsSettings, bucket_origin: str, accent: Accent | None = None
) -> dict[str, str]:
    """Return the headers of every page: only our own code runs, and media of named origins load.

    The one style sheet within a page is that of the event's accent, allowed by its digest.
    """
    media = " ".join((bucket_origin, *settings.media_origins))
    policy = {
        "default-src": "'none'",
        "base-uri": "'none'",
        "connect-src": f"'self' {bucket_origin}",
        "form-action": f"'self' {bucket_origin}",
        "frame-ancestors": "'none'",
        "img-src": f"'self' data: blob: {media}",
        "media-src": f"'self' {media}",
        "script-src": "'self'",
        "style-src": f"'self' {accent.digest}" if accent else "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())
    }


def cache_headers(device: Device) -> dict[str, str]:
    """Return how long, and by which caches, an answer made for this device may be kept."""
    return {"Cache-Control": PUBLIC if device.is_new else PRIVATE, "Vary": "Cookie"}


class RenderedPages:
    """The last pages as HTML. Guests of an event see the same one until something changes."""

    def __init__(self, settings: GuestsSettings) -> None:
        self._settings = settings
        self._kept: deque[tuple[Page, str]] = deque(maxlen=MAX_RENDERED)

    def get(self, page: Page) -> str:
        """Return a page as HTML, rendered only if no equal one is kept."""
        for known, html in self._kept:
            if known == page:
                return html
        html = render(page, self._settings)
        self._kept.append((page, html))
        return html


def render(page: Page, settings: GuestsSettings) -> str:
    """Return a page as HTML; every value is escaped."""
    base = settings.base_path
    site = {
        "base": base,
        "assets": {name: f"{base}/assets/{hashed}" for name, hashed in asset_names().items()},
        "site_name": settings.site_name,
        "public_url": settings.public_url,
    }
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return templates().get_template(page.template).render(**site, **values)


def load() -> None:
    """Compile all templates and read the names of the bundle."""
    asset_names()
    for name in templates().list_templates():
        templates().get_template(name)


@functools.cache
def templates() -> Environment:
    """Return the templates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["max_guest_name"] = MAX_GUEST_NAME
    environment.filters |= {
        "local": _local,
        "rfc3339": to_rfc3339,
        "filesize": _filesize,
        "shown_address": _shown_address,
        "invitation": invitation,
        "uploads_sentence": uploads_sentence,
        "hidden_sentence": hidden_sentence,
        "whole_days": _whole_days,
        "shape_class": shape_class,
    }
    return environment


def _whole_days(event: Event) -> str:
    """Return the days of an event that lasts whole days; the title of a date names its own."""
    zone = ZoneInfo(event.time_zone)
    times = [moment.astimezone(zone).time() for moment in (event.starts_at, event.ends_at)]
    midnight = all(one == time(0) for one in times)
    return LANGUAGES["en"].dates(event) if midnight and not event.whole_day else ""


def _error_texts(status: HTTPStatus) -> tuple[str, str]:
    """Return the title of an error's page, and what to do next."""
    if status is HTTPStatus.NOT_FOUND:
        return "Page not found", "Check the address, or ask the person who sent you the link."
    if status is HTTPStatus.GONE:
        return (
            "This event is gone",
            "Its photos were deleted with it. The hosts could download them before.",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            "Something went wrong",
            "Please try again in a minute. If it keeps happening, tell the person who sent you "
            "the link.",
        )
    return "That did not work", "If you need help, ask the person who sent you the link."


def _local(moment: datetime, time_zone: str, form: str) -> str:
    return moment.astimezone(ZoneInfo(time_zone)).strftime(form)


def _shown_address(url: str) -> str:
    """Return an address as people type it."""
    return url.removeprefix("https://")


def _filesize(size: int) -> str:
    return f"{size // 1024 // 1024} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024)} KB"
