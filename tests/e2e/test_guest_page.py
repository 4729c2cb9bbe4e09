"""Test the guest page in a real browser against a deployed site."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from lambdas.storage import keys
from local.deployment import ROOT
from local.uploads import upload_all
from tests.deployed import EVENT, Stack, wait_until
from tests.e2e.conftest import DESKTOP, PHONE, SCREENSHOTS, OpenPage
from tests.pictures.drawing import draw_photo

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
IN_TIME = 30_000
# A page asks every four seconds; a machine that is busy with other tests answers late.
NEWS_IN_TIME = 20_000


@pytest.fixture(params=["stack", "cdn_stack"], ids=["signed-links", "cdn"])
def site(request: pytest.FixtureRequest) -> Stack:
    """Return the site without a CDN, then with one: guests see the same page."""
    found: Stack = request.getfixturevalue(request.param)
    return found


def choose(page: Page, files: list[Path]) -> None:
    page.set_input_files("input[type=file]", [str(path) for path in files])


def rows(page: Page) -> Locator:
    return page.locator("[data-share-list] li")


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


def write_photos(folder: Path, count: int, seed: int) -> list[Path]:
    paths = [folder / f"{seed}-{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(draw_photo(size=(640, 480), seed=seed * 100 + number))
    return paths


def reviewed_event(site: Stack) -> str:
    """Create an event whose photos need the host's approval. Returns its address."""
    return site.event(created_event(site, "review"))


def created_event(site: Stack, flag: str) -> str:
    """Create an event with a column that is true. Returns its id."""
    event = f"party-{random.randrange(10**9)}"
    row = {
        "title": "Summer party",
        "starts_at": "2026-06-01T12:00:00Z",
        "ends_at": "2026-06-01T22:00:00Z",
        "time_zone": "Europe/Berlin",
        **keys.row_key(event, keys.EVENT_ROW),
    }
    item = {name: {"S": value} for name, value in row.items()} | {flag: {"BOOL": True}}
    table = site.outputs["tables"]["Storage.EventsTable"]
    site.client("dynamodb").put_item(TableName=table, Item=item)
    return event


def open_photo(page: Page, link: Locator) -> None:
    """Open a photo in the lightbox and wait for its animation: keys count from then on."""
    link.click()
    wait_for(lambda: page.evaluate("!!window.pswp?.opener.isOpen"))


def accessibility_violations(page: Page) -> Any:
    page.evaluate(AXE)
    return page.evaluate(
        "axe.run().then(({ violations }) =>"
        " violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )


def test_photos_of_every_type_reach_page(
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
def test_page_is_accessible_and_fits(
    site: Stack, open_page: OpenPage, viewport: ViewportSize
) -> None:
    page = open_page(site.event_url, viewport)
    expect(page.locator(".tile-instagram")).to_have_count(5)
    # The page's policy forbids the repeated evaluation of wait_for_function.
    loaded = "[...document.images].every((image) => image.complete || image.loading === 'lazy')"
    wait_until(lambda: page.evaluate(loaded))
    page.wait_for_timeout(300)
    page.screenshot(path=SCREENSHOTS / f"event-{viewport['width']}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page is wider than the window"
    )
    broken = page.evaluate(
        "[...document.images].filter((image) => image.complete && !image.naturalWidth)"
        ".map((image) => image.src)"
    )
    assert broken == []
    assert accessibility_violations(page) == []


def test_page_can_be_printed(stack: Stack, open_page: OpenPage) -> None:
    page = open_page(stack.event_url)
    page.emulate_media(media="print", color_scheme="dark")

    expect(page.locator("[data-share]")).to_be_hidden()
    expect(tiles(page).first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_css("color", "rgb(38, 33, 28)")


def test_layout_is_stable_while_loading(site: Stack, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "window.shift = 0;"
        " new PerformanceObserver((list) => {"
        " for (const e of list.getEntries()) shift += e.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(site.event_url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)

    assert page.evaluate("shift") < 0.02


def test_other_guests_photo_appears_live(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url)
    before = tiles(page).count()

    outcome = upload_all(site.outputs["guest_url"], EVENT, {"live.jpg": draw_photo(seed=300)})

    assert outcome == {"live.jpg": "shown"}
    expect(tiles(page)).to_have_count(before + 1, timeout=NEWS_IN_TIME)


def test_guest_deletes_own_photo(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
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


def test_lightbox_shows_posts_and_videos(site: Stack, open_page: OpenPage) -> None:
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


def test_upload_works_without_javascript(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
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


def consents(stack: Stack, event: str) -> list[bool]:
    """Return for each photo of an event whether operators may post it."""
    answer = stack.operate("GET", f"/events/{event}/photos?state=shown").json()
    return [photo["may_post"] for photo in answer["photos"]]


def test_box_allows_posting(stack: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    event = created_event(stack, "asks_to_post")
    page = open_page(stack.event(event))
    box = page.get_by_label("The host may post my photos on Instagram")
    expect(box).not_to_be_checked()
    assert accessibility_violations(page) == []

    for number in (50, 51):
        choose(page, write_photos(tmp_path, 1, number))
        expect(rows(page).last).to_have_attribute("data-status", "shown", timeout=IN_TIME)
        box.check()

    assert sorted(consents(stack, event)) == [False, True]


@pytest.mark.parametrize("answer", ["No", "Yes, the host may post my photo on Instagram"])
def test_plain_form_asks_for_consent(
    stack: Stack, open_page: OpenPage, tmp_path: Path, answer: str
) -> None:
    event = created_event(stack, "asks_to_post")
    page = open_page(f"{stack.event(event)}/upload", javascript=False)
    expect(page.get_by_label("No", exact=True)).to_be_checked()

    page.get_by_label(answer, exact=True).check()
    page.set_input_files("input[type=file]", str(write_photos(tmp_path, 1, len(answer))[0]))
    page.get_by_role("button", name="Send this photo").click()

    wait_for(lambda: consents(stack, event) == [answer != "No"])


def test_uploads_wait_for_network(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
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
def test_failed_post_is_retried(
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


def test_silent_post_is_retried(stack: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(stack.event_url, quiet=False)
    page.clock.install()
    page.reload()
    silent: list[Route] = []

    def swallow_first(route: Route) -> None:
        if silent:
            route.continue_()
        else:
            silent.append(route)

    page.route(lambda url: stack.outputs["bucket"] in url and "?" not in url, swallow_first)
    choose(page, write_photos(tmp_path, 1, random.randrange(10**6)))
    wait_for(lambda: bool(page.evaluate("true")) and bool(silent))
    page.clock.fast_forward(31_000)

    expect(rows(page).first).to_have_attribute("data-status", "shown", timeout=60_000)


def test_files_chosen_before_the_script_is_there_are_sent(
    stack: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/page-*.js", lambda route: held.append(route))
    page.goto(stack.event_url, wait_until="commit")
    choose(page, write_photos(tmp_path, 1, 32))
    expect(page.locator("[data-share-list]")).to_be_attached()
    page.wait_for_timeout(300)
    assert (len(held), rows(page).count()) == (1, 0)

    held[0].continue_()

    expect(rows(page).first).to_have_attribute("data-status", "shown", timeout=60_000)


def test_page_without_tls_takes_photos(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(site.event_url)
    # As on a phone that opens a page of local mode by the machine's address.
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.reload()

    choose(page, write_photos(tmp_path, count=1, seed=random.randrange(10**6)))

    expect(rows(page)).to_have_attribute("data-status", "shown", timeout=IN_TIME)


def test_foreign_refusal_is_retried(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(site.event_url, quiet=False)
    tried: list[str] = []

    def block_first(route: Route) -> None:
        """Answer once as a firewall or a hotel's network does."""
        tried.append(route.request.method)
        if len(tried) > 1 or route.request.method != "POST":
            route.continue_()
        else:
            route.fulfill(status=403, content_type="text/html", body="<html>Request blocked</html>")

    page.route("**/uploads", block_first)
    choose(page, write_photos(tmp_path, 1, 31))

    expect(rows(page).first).to_have_attribute("data-status", "shown", timeout=60_000)
    assert tried[:2] == ["POST", "POST"]


# When each post to the bucket started and ended, measured by the browser: Playwright's events
# arrive late under load.
POSTS = """bucket => performance.getEntriesByType("resource")
    .filter((entry) => entry.initiatorType === "xmlhttprequest")
    .filter((entry) => entry.name.includes(bucket) && !entry.name.includes("?"))
    .map((entry) => [entry.startTime, entry.responseEnd])"""


def test_three_uploads_run_in_parallel(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
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
    parallel = [sum(start <= moment < end for start, end in posts) for moment, _ in posts]
    assert 2 <= max(parallel) <= 3


def test_failures_name_file_and_reason(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
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


@pytest.mark.parametrize("width", [320, 390])
def test_refusals_are_readable_on_phones(
    site: Stack, open_page: OpenPage, tmp_path: Path, width: int
) -> None:
    page = open_page(site.event_url, {"width": width, "height": 800})
    names = ["notes.txt", "empty.jpg", f"{'a-long-name-' * 12}.doc"]
    for name in names:
        (tmp_path / name).write_bytes(b"" if name == "empty.jpg" else b"text")

    choose(page, [*write_photos(tmp_path, 2, width), *(tmp_path / name for name in names)])

    summary = page.locator("[data-share-summary]")
    expect(summary).to_have_text("2 added, 3 not added: see below", timeout=IN_TIME)
    for row in rows(page).all():
        label = row.locator(".share-name")
        assert label.evaluate("(e) => Math.min(e.clientWidth, e.scrollWidth)") >= 100
        assert label.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        expect(row.locator(".share-state")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_violations(page) == []


def test_own_waiting_photos_survive_reload(
    site: Stack, open_page: OpenPage, tmp_path: Path
) -> None:
    url = reviewed_event(site)
    page, stranger = open_page(url), open_page(url)
    choose(page, write_photos(tmp_path, 2, 41))
    for row in rows(page).all():
        expect(row).to_have_attribute("data-status", "in_review", timeout=IN_TIME)

    page.reload()

    own = page.locator("[data-own] li")
    expect(own).to_have_count(2)
    expect(own.first).to_contain_text("Waiting for the host’s approval")
    expect(own.first.locator("img")).to_have_js_property("naturalWidth", 480)
    expect(page.locator(".empty")).to_be_hidden()
    assert accessibility_violations(page) == []
    page.screenshot(path=SCREENSHOTS / "own-photos.png")
    stranger.reload()
    expect(stranger.locator(".empty")).to_be_visible()
    expect(stranger.locator("[data-own] li")).to_have_count(0)


def test_guest_deletes_waiting_photo(site: Stack, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(reviewed_event(site))
    choose(page, write_photos(tmp_path, 1, 42))
    expect(page.locator("[data-own] li")).to_have_count(1, timeout=IN_TIME)

    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-own] button").click()

    expect(page.locator("[data-own]")).to_be_hidden()
    page.reload()
    expect(page.locator(".empty")).to_be_visible()


@pytest.mark.parametrize("leave", ["back", "escape", "button"])
def test_lightbox_has_own_history_entry(site: Stack, open_page: OpenPage, leave: str) -> None:
    page = open_page("about:blank")
    page.goto(site.event_url)
    link = page.locator(".tile-link").nth(1)
    open_photo(page, link)

    if leave == "back":
        page.go_back()
    elif leave == "escape":
        page.keyboard.press("Escape")
    else:
        page.get_by_role("button", name="Close").click()

    expect(page.locator(".pswp")).to_have_count(0)
    expect(link).to_be_focused()
    assert page.url == site.event_url
    assert page.evaluate("history.state") is None
    page.go_back()
    assert page.url == "about:blank"


def test_long_caption_can_be_read(stack: Stack, open_page: OpenPage) -> None:
    page = open_page(stack.event_url)
    link = page.locator("a[data-slide]").first
    link.evaluate("(link) => { link.dataset.caption = 'A long story. '.repeat(200); }")
    open_photo(page, page.locator(".tile-link").first)
    caption = page.get_by_role("group", name="Caption")
    caption.hover()
    page.mouse.wheel(0, 200)

    wait_for(lambda: bool(caption.evaluate("(caption) => caption.scrollTop > 0")))
    expect(caption).to_have_attribute("tabindex", "0")
    assert accessibility_violations(page) == []


def test_back_during_opening_closes(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url)
    page.locator(".tile-link").first.click()
    expect(page.locator(".pswp--open")).to_be_visible()

    page.go_back()

    expect(page.locator(".pswp")).to_have_count(0)
    assert page.url == site.event_url


def test_reload_keeps_photo_open(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url, DESKTOP)
    open_photo(page, page.locator(".tile-link").first)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pswp__counter")).to_contain_text("2 /")

    page.reload()

    expect(page.locator(".pswp__counter")).to_contain_text("2 /")
    page.go_back()
    expect(page.locator(".pswp")).to_have_count(0)
    assert page.url == site.event_url


def test_lightbox_is_accessible_dialog(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url, DESKTOP, quiet=False)
    open_photo(page, page.locator(".tile-instagram", has_text="Three views").locator("a").first)

    dialog = page.get_by_role("dialog", name="Photo viewer")
    expect(dialog).to_have_attribute("aria-modal", "true")
    expect(page.locator("main")).to_have_js_property("inert", True)
    assert accessibility_violations(page) == []
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('.pswp')"
        )


# For each of the first pictures: the width fetched, the width drawn (both in device pixels), and
# the widths on offer. An empty list until all of them are there.
FETCHED = """() => {
    const images = [...document.querySelectorAll(".tile img[srcset]")].slice(0, 12);
    if (!images.every((image) => image.complete)) return [];
    return images.map((image) => {
        const offers = image.srcset.split(", ").map((offer) => offer.split(" "));
        const shown = ([url]) => new URL(url, location).href === image.currentSrc;
        const [, fetched] = offers.find(shown);
        const box = image.getBoundingClientRect();
        const shape = image.getAttribute("width") / image.getAttribute("height");
        const drawn = Math.max(box.width, box.height * shape) * devicePixelRatio;
        return [parseInt(fetched), drawn, offers.map(([, width]) => parseInt(width))];
    });
}"""


@pytest.mark.parametrize("density", [1, 2, 3])
@pytest.mark.parametrize("width", [320, 390, 430, 820, 1440])
def test_browsers_fetch_fitting_sizes(
    stack: Stack, chromium: Browser, width: int, density: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 2000}, device_scale_factor=density)
    page.goto(stack.event_url)
    page.wait_for_load_state("networkidle")
    wait_for(lambda: bool(page.evaluate(FETCHED)))
    pictures = page.evaluate(FETCHED)
    page.close()

    for fetched, drawn, widths in pictures:
        assert fetched < 2 * drawn or fetched == min(widths), (fetched, drawn, widths)
        assert fetched > 0.6 * drawn or fetched == max(widths), (fetched, drawn, widths)


@pytest.mark.parametrize("size", [(1600, 1600), (1920, 1080), (2000, 800)])
def test_photo_alone_in_its_row_is_sharp(
    stack: Stack, chromium: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    url = stack.event(created_event(stack, "asks_to_post"))
    path = tmp_path / "alone.jpg"
    path.write_bytes(draw_photo(size=size, seed=random.randrange(10**6)))
    page = chromium.new_page(viewport=PHONE, device_scale_factor=3)
    page.goto(url)
    choose(page, [path])
    expect(rows(page)).to_have_attribute("data-status", "shown", timeout=IN_TIME)
    page.reload()

    def fits() -> bool:
        found = page.evaluate(FETCHED)
        return len(found) == 1 and all(
            0.8 * drawn < fetched < 2 * drawn for fetched, drawn, _ in found
        )

    wait_for(fits)
    page.close()


def test_unknown_event_has_error_page(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event("no-such-event"), quiet=False)

    expect(page.get_by_role("heading")).to_have_text("Page not found")
    expect(page.locator("main")).to_contain_text("ask the person who sent you the link")
    assert accessibility_violations(page) == []


def test_home_page_explains_site(site: Stack, open_page: OpenPage) -> None:
    page = open_page(f"{site.outputs['guest_url']}/")

    expect(page.get_by_role("heading")).to_have_text("daybook")
    expect(page.locator("main")).to_contain_text("use the link or QR code from the host")
    assert accessibility_violations(page) == []


@pytest.mark.parametrize("path", ["/nothing", "/g/", "/g", "/a/b/c"])
def test_unknown_paths_suit_their_client(site: Stack, path: str) -> None:
    url = site.outputs["guest_url"] + path

    page = requests.get(url, headers={"Accept": "text/html,*/*;q=0.8"}, timeout=30)
    program = requests.get(url, headers={"Accept": "application/json"}, timeout=30)

    assert (page.status_code, program.status_code) == (404, 404)
    assert "ask the person who sent you the link" in page.text
    assert program.json()["error"]["code"] == "not_found"


def test_link_preview_reveals_nothing_private(site: Stack, open_page: OpenPage) -> None:
    page = open_page(site.event_url)

    tags = dict(
        page.eval_on_selector_all(
            "meta[property^='og:'], meta[name^='twitter:']",
            "(tags) => tags.map((e) => [e.getAttribute('property') ?? e.name, e.content])",
        )
    )

    assert tags == {
        "og:type": "website",
        "og:site_name": "daybook",
        "og:title": "Wednesday, 29 April 2026",
        "og:description": "See the photos of this event and add your own.",
        "og:url": site.event_url,
        "twitter:card": "summary",
    }


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true in time"
        time.sleep(0.3)
