"""The live wall in Chromium over eight hours of its own clock, while 2,400 photos arrive.

Its timers run faster by a factor, against the real page, script and list; everything is served on
this machine. Measured after a garbage collection, at the start, each hour and the end.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
from playwright.sync_api import CDPSession, Page, sync_playwright

from lambdas.guests import page as guests_page
from lambdas.guests.item import Item, Picture
from lambdas.guests.timeline_view import UNREAD, TimelineView, limits_of
from lambdas.guests.views import ItemSource
from lambdas.guests.walls.wall import MAX_ITEMS, Wall, WallPage
from lambdas.pictures.sizes import SIZES
from lambdas.storage.events.event import Event, Uploads
from lambdas.storage.events.post import MediaKind
from tests.bench.row import Row
from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.guests.site import small_site
from tests.pictures.drawing import draw_photo

HOURS, PHOTOS = 8, 2400
# At this pace eight hours take about two minutes.
FASTER = 240
STARTS_AT = datetime(2026, 5, 2, 12, tzinfo=UTC)
PHOTOS_A_MINUTE = PHOTOS // (HOURS * 60)
# Timers and time, faster. The network is as it is, and so is the time that requests have for it.
FASTER_CLOCK = """
const [later, now, begin] = [window.setTimeout.bind(window), Date.now.bind(Date), Date.now()];
window.setTimeout = (work, time = 0, ...rest) =>
  later(work, time < 10000 ? time / FASTER : time, ...rest);
Date.now = () => begin + (now() - begin) * FASTER;
window.shown = 0;
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  window.shown += changes.filter((one) => one.target.classList.contains("on")).length;
}).observe(document.querySelector("[data-stage]"), { attributeFilter: ["class"], subtree: true }));
""".replace("FASTER", str(FASTER))


class Party:
    """An event whose photos arrive evenly; every tenth is hidden after a while."""

    def __init__(self) -> None:
        self.settings = small_site("events", "photos", "secret")
        self.event = Event("party", "Party", STARTS_AT, STARTS_AT + timedelta(days=1), "UTC")
        self.begun = time.monotonic()
        self.polls = 0
        self.pictures = [draw_photo("WEBP", (640, 480), seed=seed) for seed in range(12)]

    @property
    def minutes(self) -> float:
        """Return how long the party has lasted by the wall's clock."""
        return (time.monotonic() - self.begun) * FASTER / 60

    @property
    def arrived(self) -> int:
        """Return how many photos have arrived: some each minute."""
        return min(PHOTOS, 1 + int(self.minutes) * PHOTOS_A_MINUTE)

    @functools.lru_cache(maxsize=1)  # noqa: B019
    def list_of(self, arrived: int) -> tuple[bytes, str]:
        """Return the list as JSON, and its ETag."""
        found = self.wall(arrived).to_json()
        return msgspec.json.encode(found), found.changed

    def wall(self, arrived: int) -> Wall:
        """Return what the wall shows after so many photos."""
        kept = (one for one in range(arrived - 1, -1, -1) if one % 10 or arrived - one < 100)
        items = tuple(_item(number) for number in itertools.islice(kept, MAX_ITEMS))
        shown = (UNREAD, limits_of(self.settings), True, Uploads.OPEN)
        return Wall(TimelineView(self.event, items, None, *shown))

    def answer(self, path: str, known: str) -> tuple[int, str, bytes, str]:
        """Return status, type, body and ETag of an address."""
        if path.endswith("/wall/items"):
            self.polls += 1
            body, changed = self.list_of(self.arrived)
            if known == changed:
                return 304, "application/json", b"", known
            return 200, "application/json", body, changed
        if path.endswith("/wall"):
            page = WallPage.of(self.wall(self.arrived), "https://photos.example.com/g/party")
            text = guests_page.render(page, self.settings)
            return 200, "text/html; charset=utf-8", text.encode(), ""
        if path.startswith("/assets/"):
            asset = guests_page.read_asset(path.removeprefix("/assets/"))
            return 200, asset.content_type, asset.body.encode(), ""
        number = int(Path(path).stem.split("-")[0])
        return 200, "image/webp", self.pictures[number % len(self.pictures)], ""


def _item(number: int) -> Item:
    urls = {size: f"/shown/{number}-{size}.webp" for size in SIZES}
    return Item(
        id=f"{number:026}",
        source=ItemSource.GUEST,
        kind=MediaKind.IMAGE,
        taken_at=STARTS_AT + timedelta(seconds=number),
        pictures=(Picture(MediaKind.IMAGE, 1600, 1200, urls),),
    )


def serve(party: Party) -> ThreadingHTTPServer:
    """Serve a party's wall on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = (self.headers.get("If-None-Match") or "").strip('"')
            status, kind, body, tag = party.answer(self.path, known)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{tag}"')
            self.send_header("Cache-Control", "public, max-age=86400")
            self.end_headers()
            # The wall asks no longer: its own time has passed.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing: the browser closes connections when it ends."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure() -> list[Row]:
    """Return heap and nodes at the start, each hour and the end, beside those after an hour."""
    party = Party()
    server = serve(party)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.add_init_script(FASTER_CLOCK)
            party.begun = time.monotonic()
            page.goto(f"http://127.0.0.1:{server.server_port}/g/party/wall")
            page.locator(".layer.on .photo img").wait_for()
            rows = list(_hours(party, page))
            browser.close()
            return rows
    finally:
        server.shutdown()


def _hours(party: Party, page: Page) -> Iterator[Row]:
    session = page.context.new_cdp_session(page)
    first: tuple[float, float] | None = None
    for hour in range(HOURS + 1):
        page.wait_for_timeout(max(0.0, (hour * 60 - party.minutes) * 60_000 / FASTER))
        heap, nodes = _cost(session)
        # The list is full after an hour and a half; what is before it is smaller.
        at = "at the start" if hour == 0 else f"after {hour} h"
        beside = first if hour > 2 else None
        words = "after 2 h" if beside else ""
        yield Row(f"wall, JS heap {at}", heap, "MB", beside and beside[0], words)
        yield Row(f"wall, DOM nodes {at}", nodes, "nodes", beside and beside[1], words)
        if hour == 2:
            first = heap, nodes
    elements = page.evaluate("document.images.length")
    yield Row("wall, image elements in the page", float(elements), "images")
    yield Row("wall, photos shown", float(page.evaluate("window.shown")) / 2, "photos")
    yield Row("wall, polls", float(party.polls), "polls")


def _cost(session: CDPSession) -> tuple[float, float]:
    """Return the JS heap in megabytes and the count of DOM nodes, detached ones included."""
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = session.send("Performance.getMetrics")["metrics"]
    values = {metric["name"]: metric["value"] for metric in metrics}
    return values["JSHeapUsedSize"] / 1e6, float(values["Nodes"])
