"""The guest page in a real browser, on a really deployed site."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from local.deployment import ROOT
from local.uploads import upload_all
from tests.deployed import EVENT, Stack
from tests.e2e.conftest import DESKTOP, PHONE, SCREENSHOTS, OpenPage
from tests.pictures.drawing import draw_photo

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
IN_TIME = 30_000
NEWS_IN_TIME = 6_000


@pytest.fixture(params=["stack", "cdn_stack"], ids=["signed-links", "cdn"])
def site(request: pytest.FixtureRequest) -> Stack:
    """The site without its edge, and with it: the page is the same, and so are its tests."""
    found: Stack = request.getfixturevalue(request.param)
    return found


def choose(page: Page, files: list[Path]) -> None:
    page.set_input_files("input[type=file]", [str(path) for path in files])


def rows(page: Page) -> Any:
    return page.locator("[data-share-list] li")


def tiles(page: Page) -> Any:
    return page.locator(".tile")


def write_photos(folder: Path, count: int, seed: int) -> list[Path]:
    paths = [folder / f"{seed}-{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(draw_photo(size=(640, 480), seed=seed * 100 + number))
    return paths


def test_photos_of_every_kind_go_from_a_phone_to_the_page(
    site: Stack, open_page: OpenPage, picture_files: list[Path]
) -> None:
    page = open_page(site.event_url)
    before = tiles(page).count()

    choose(page, picture_files)

    expect(rows(page)).to_have_count(4)
    for row in rows(page).all():
        expect(row).to_have_attribute("data-status", re.compile("shown|duplicate"), timeout=IN_TIME)
    expect(tiles(page)).to_have_count(before + 4, timeout=IN_TIME)
    expect(page.locator("[data-share-summary]")).to_have_text("4 of 4 photos on the page")
    sizes = {
        (item["width"], item["height"])
        for item in site.photos()["items"]
        if item["source"] == "guest"
    }
    assert {(1200, 900), (900, 1200), (1280, 960), (1000, 1000)} <= sizes


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_the_page_looks_right_and_axe_finds_nothing(
    site: Stack, open_page: OpenPage, viewport: ViewportSize
) -> None:
    page = open_page(site.event_url, viewport)
    expect(page.locator(".tile-instagram")).to_have_count(5)
    page.wait_for_function(
        "[...document.images].every((image) => image.complete || image.loading === 'lazy')"
    )
    page.wait_for_timeout(300)
    page.screenshot(path=SCREENSHOTS / f"event-{viewport['width']}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than the window"
    )
    broken = page.evaluate(
        "[...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src)"
    )
    assert broken == []
    page.evaluate(AXE)
    violations = page.evaluate(
        "axe.run().then((result) => result.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    assert violations == []


def test_nothing_moves_while_the_page_loads(site: Stack, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries()) shift += e.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(site.event_url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)

    assert page.evaluate("shift") < 0.02


def test_a_photo_of_another_guest_appears_without_a_reload(
    site: Stack, open_page: OpenPage
) -> None:
    page = open_page(site.event_url)
    before = tiles(page).count()

    outcome = upload_all(site.outputs["guest_url"], EVENT, {"live.jpg": draw_photo(seed=300)})

    assert outcome == {"live.jpg": "shown"}
    expect(tiles(page)).to_have_count(before + 1, timeout=NEWS_IN_TIME)


def test_a_guest_deletes_an_own_photo_for_everybody(
    site: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    mine, other = open_page(site.event_url), open_page(site.event_url)
    choose(mine, write_photos(tmp_path, 1, 4))
    expect(mine.locator("[data-delete]")).to_have_count(1, timeout=IN_TIME)
    expect(other.locator("[data-delete]")).to_have_count(0)
    shown = tiles(mine).count()
    expect(tiles(other)).to_have_count(shown, timeout=NEWS_IN_TIME)

    mine.on("dialog", lambda dialog: dialog.accept())
    mine.locator("[data-delete]").click()

    expect(tiles(mine)).to_have_count(shown - 1)
    expect(tiles(other)).to_have_count(shown - 1, timeout=NEWS_IN_TIME)


def test_the_lightbox_shows_photos_posts_and_videos(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url, DESKTOP, quiet=False)

    page.locator(".tile-instagram", has_text="Three views").locator("a").first.click()

    expect(page.locator(".pswp__caption")).to_contain_text("Three views of the hall")
    expect(page.locator(".pswp__caption a")).to_have_attribute(
        "href", re.compile("^https://www.instagram.com/p/")
    )
    expect(page.locator(".pswp--open .pswp__caption")).to_be_visible()
    page.wait_for_timeout(600)
    page.screenshot(path=SCREENSHOTS / "lightbox.png")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".slide-video video[controls]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)


def test_a_photo_goes_without_javascript(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    [path] = write_photos(tmp_path, 1, 5)
    page = open_page(site.event_url, javascript=False)
    before = tiles(page).count()
    assert before > 4

    page.get_by_role("link", name="Add your photos").click()
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Send this photo").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you!")
    page.screenshot(path=SCREENSHOTS / "plain-form.png")
    wait_for(lambda: len(site.photos()["items"]) > before)
    page.get_by_role("link", name="Back to all photos").click()
    expect(tiles(page)).to_have_count(before + 1)


def test_a_network_that_breaks_in_the_middle_is_waited_for(
    site: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(site.event_url, quiet=False)
    page.context.set_offline(True)
    choose(page, write_photos(tmp_path, 3, 6))
    expect(rows(page)).to_have_count(3)
    page.wait_for_timeout(1500)
    assert all(
        row.get_attribute("data-status") in ("queued", "sending") for row in rows(page).all()
    )

    page.context.set_offline(False)

    for row in rows(page).all():
        expect(row).to_have_attribute("data-status", "shown", timeout=60_000)


@pytest.mark.parametrize("failure", ["cut", "403", "500"])
def test_a_post_that_fails_is_tried_again_with_a_new_grant(
    site: Stack, open_page: OpenPage, tmp_path: Path, failure: str
) -> None:
    page = open_page(site.event_url, quiet=False)
    tried: list[str] = []

    def fail_first(route: Route) -> None:
        tried.append(route.request.method)
        if len(tried) > 2:
            route.continue_()
        elif failure == "cut":
            route.abort("connectionreset")
        else:
            route.fulfill(
                status=int(failure), headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>"
            )

    page.route(lambda url: site.outputs["bucket"] in url and "?" not in url, fail_first)
    choose(page, write_photos(tmp_path, 1, {"cut": 7, "403": 8, "500": 9}[failure]))

    expect(rows(page).first).to_have_attribute("data-status", "shown", timeout=60_000)
    assert len(tried) >= 3


def test_a_refusal_that_is_not_the_sites_is_tried_again(
    site: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(site.event_url, quiet=False)
    tried: list[str] = []

    def block_first(route: Route) -> None:
        """What a firewall or a hotel's network answers."""
        tried.append(route.request.method)
        if len(tried) > 1 or route.request.method != "POST":
            route.continue_()
        else:
            route.fulfill(status=403, content_type="text/html", body="<html>Request blocked</html>")

    page.route("**/uploads", block_first)
    choose(page, write_photos(tmp_path, 1, 31))

    expect(rows(page).first).to_have_attribute("data-status", "shown", timeout=60_000)
    assert tried[:2] == ["POST", "POST"]


# When each post to the bucket began and ended, as the browser itself measured it: what Playwright hears of it comes late under load.
POSTS = """bucket => performance.getEntriesByType("resource")
    .filter((entry) => entry.initiatorType === "xmlhttprequest" && entry.name.includes(bucket) && !entry.name.includes("?"))
    .map((entry) => [entry.startTime, entry.responseEnd])"""


def test_no_more_than_three_photos_are_sent_at_once(
    site: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(site.event_url)

    def delay(route: Route) -> None:
        page.wait_for_timeout(150)
        route.continue_()

    page.route(lambda url: site.outputs["bucket"] in url and "?" not in url, delay)
    choose(page, write_photos(tmp_path, 8, 10))

    for row in rows(page).all():
        expect(row).to_have_attribute("data-status", "shown", timeout=60_000)
    posts: list[tuple[float, float]] = page.evaluate(POSTS, site.outputs["bucket"])
    assert len(posts) == 8
    reserved_concurrency = [
        sum(start <= moment < end for start, end in posts) for moment, _ in posts
    ]
    assert 2 <= max(reserved_concurrency) <= 3


def test_what_cannot_be_shown_is_told(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(site.event_url)
    (tmp_path / "broken.jpg").write_bytes(b"this is no picture")
    (tmp_path / "notes.txt").write_bytes(b"this is a text")
    (tmp_path / "empty.jpg").write_bytes(b"")

    choose(page, [tmp_path / "broken.jpg", tmp_path / "notes.txt", tmp_path / "empty.jpg"])

    expect(rows(page).nth(0)).to_contain_text(
        "We stored this file but cannot show it", timeout=IN_TIME
    )
    expect(rows(page).nth(1)).to_contain_text("Only photos can be added")
    expect(rows(page).nth(2)).to_contain_text("This file is empty")
    page.screenshot(path=SCREENSHOTS / "refused.png")


def test_an_unknown_event_has_a_page_of_its_own(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event("no-such-event"), quiet=False)

    expect(page.get_by_role("heading")).to_have_text("Nothing to see here")


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)
