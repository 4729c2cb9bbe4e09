"""The pages that a guest's browser shows: templates, assets and the security headers that go with them."""

from __future__ import annotations

import functools
import json
import mimetypes
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lambdas.guests.device import Device
from lambdas.guests.settings import GuestsSettings
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import NotFound

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
BUILT = HERE / "static" / "dist"

# An asset's name holds the hash of its content.
FOREVER = "public, max-age=31536000, immutable"
# Whoever has sent nothing yet sees what everybody sees: an edge may hand it out for seconds, and once more while it asks for a newer one.
# Links to pictures in it live far longer than that. A browser itself always asks.
EVERYBODYS = "public, max-age=0, s-maxage=5, stale-while-revalidate=30"
# A device that has sent photos sees which are its own.
ONE_DEVICES = "private, no-cache"


@dataclass(frozen=True)
class Asset:
    """A file of the page's bundle."""

    body: str
    content_type: str


@functools.cache
def asset_names() -> dict[str, str]:
    """The hashed names of the bundle's entries: `{"page.js": "page-AB12.js", ...}`, as esbuild's metafile has them."""
    outputs = json.loads((BUILT / "build.json").read_text())["outputs"]
    return {
        Path(output["entryPoint"]).name: Path(name).name
        for name, output in outputs.items()
        if output.get("entryPoint")
    }


def read_asset(name: str) -> Asset:
    """A file of the bundle by its hashed name. Raises NotFound for any other name."""
    if name not in asset_names().values():
        raise NotFound("There is no such file.")
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset((BUILT / name).read_text(), f"{content_type}; charset=utf-8")


def page_headers(settings: GuestsSettings, bucket_origin: str) -> dict[str, str]:
    """The headers of every page: nothing runs or loads that is not ours, but for pictures and videos of the named origins."""
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
        "style-src": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items())
    }


def freshness(device: Device) -> dict[str, str]:
    """For how long, and for whom, an answer made for this device may be kept."""
    return {"Cache-Control": EVERYBODYS if device.is_new else ONE_DEVICES, "Vary": "Cookie"}


def render(template: str, settings: GuestsSettings, **values: Any) -> str:
    """A page; every value is escaped."""
    base = settings.base_path
    assets = {name: f"{base}/assets/{hashed}" for name, hashed in asset_names().items()}
    return (
        _templates()
        .get_template(template)
        .render(
            base=base,
            assets=assets,
            site_name=settings.site_name,
            public_url=settings.public_url,
            **values,
        )
    )


def load() -> None:
    """Compiles all templates and reads the names of the bundle."""
    asset_names()
    for name in _templates().list_templates():
        _templates().get_template(name)


def error_title(status: HTTPStatus) -> str:
    """The heading of an error's page."""
    if status is HTTPStatus.NOT_FOUND:
        return "Nothing to see here"
    return (
        "Something went wrong"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else "That did not work"
    )


def error_advice(status: HTTPStatus) -> str:
    """Return what the person who sees an error's page can do next."""
    if status is HTTPStatus.NOT_FOUND:
        return "Check the address, or ask the person who sent you the link."
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return (
            "Please try again in a minute. "
            "If it keeps happening, tell the person who sent you the link."
        )
    return "If you need help, ask the person who sent you the link."


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"local": _local, "rfc3339": to_rfc3339, "filesize": _filesize}
    return templates


def _local(moment: datetime, time_zone: str, form: str) -> str:
    return moment.astimezone(ZoneInfo(time_zone)).strftime(form)


def _filesize(size: int) -> str:
    return f"{size // 1024 // 1024} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024)} KB"
