"""The host's page on a phone and on a desktop, with a host link, beside a deployed site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from local.uploads import upload_all
from tests.deployed import Stack, wait_until
from tests.e2e.conftest import PHONE, SCREENSHOTS
from tests.e2e.test_guest_page import accessibility_violations, open_photo
from tests.json_types import JsonObject
from tests.pictures.drawing import draw_photo

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
IN_TIME = 15_000
TITLE = "Emma & <i>Jan</i> יוסף 💍"
TOUCH_TARGETS = """() => [...document.querySelectorAll("button, a.act, select, input")]
  .filter((one) => one.checkVisibility() && !one.closest("label"))
  .map((one) => [one.outerHTML, one.getBoundingClientRect().height])
  .filter(([, height]) => height > 0 && height < 43.5)"""


@dataclass(frozen=True)
class Party:
    """An event whose photos wait for its hosts."""

    stack: Stack
    id: str

    def link(self, role: str, label: str = "Anna") -> JsonObject:
        """Give a host a link."""
        body = {"label": label, "role": role}
        answer = self.stack.operate("POST", f"/events/{self.id}/host-links", body)
        assert answer.status_code == 201, answer.text
        link: JsonObject = answer.json()
        return link

    def photos(self, state: str) -> list[str]:
        """Return the ids of the photos in a state."""
        answer = self.stack.operate("GET", f"/events/{self.id}/photos?state={state}")
        return [photo["id"] for photo in answer.json()["photos"]]

    def send(self, count: int, seed: int) -> None:
        """Send photos as guests."""
        pictures = {
            f"{seed}-{number}.jpg": draw_photo(
                size=((800, 600), (600, 800))[number % 2], seed=seed + number
            )
            for number in range(count)
        }
        outcomes = upload_all(self.stack.outputs["guest_url"], self.id, pictures)
        assert not [one for one in outcomes.values() if one.startswith("refused")], outcomes

    def has(self, state: str, count: int) -> None:
        """Wait until so many photos are in a state."""
        wait_until(lambda: len(self.photos(state)) == count, seconds=15)


@pytest.fixture
def party(stack: Stack) -> Party:
    """Provide an event with review, and its photos."""
    body = {"title": TITLE, "date": "2026-04-29", "review": True, "accent": "#2f6b8c"}
    created = stack.operate("POST", "/events", body)
    assert created.status_code == 201, created.text
    return Party(stack, created.json()["id"])


OpenHost = Callable[..., Page]


@pytest.fixture
def open_host(chromium: Browser) -> Iterator[OpenHost]:
    """Provide a function that opens a page on a device of its own; errors of scripts fail."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_host(url: str, viewport: ViewportSize = PHONE) -> Page:
        phone = viewport is PHONE
        context = chromium.new_context(viewport=viewport, has_touch=phone, is_mobile=phone)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_host
    for context in contexts:
        context.close()
    assert errors == []


def tab(page: Page, name: str) -> None:
    """Open a tab, which may be behind More on a phone."""
    # There are no tabs until the link is open.
    expect(page.locator("#panel-title")).to_be_visible(timeout=IN_TIME)
    wanted = page.locator(".tab").filter(has_text=re.compile(rf"^{name}\d*$"))
    if not wanted.is_visible():
        page.get_by_role("button", name="More").click()
    wanted.click()
    expect(page.locator("#panel-title")).to_have_text(name)
    expect(page.locator(".loading")).to_have_count(0)


def swipe(page: Page, distance: int) -> None:
    """Move a thumb over the picture."""
    touch = page.context.new_cdp_session(page)
    x, y = 195, 380

    def send(kind: str, *points: dict[str, int]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    for step in range(1, 6):
        send("touchMove", {"x": x + distance * step // 5, "y": y})
    send("touchEnd")


def tiles(page: Page, count: int) -> None:
    expect(page.locator(".shot")).to_have_count(count, timeout=IN_TIME)


def says(page: Page, text: str) -> None:
    expect(page.locator(".snack")).to_contain_text(text, timeout=IN_TIME)


def test_hosts_decide_by_thumb_and_key(party: Party, open_host: OpenHost) -> None:
    party.send(4, seed=31_000)
    page = open_host(party.link("moderator")["url"])
    tiles(page, 4)
    assert "#" not in page.url
    page.get_by_role("button", name="Look through one by one").click()

    swipe(page, 200)
    says(page, "Photo on the page.")
    party.has("shown", 1)
    swipe(page, -200)
    says(page, "Photo hidden.")
    party.has("hidden", 1)
    page.keyboard.press("z")
    says(page, "Undone")
    party.has("in_review", 3)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    page.keyboard.press("h")
    expect(page.locator(".big-note")).to_contain_text("All done.")
    page.keyboard.press("Control+z")

    expect(page.locator(".big-count")).to_have_text("1 to decide")
    states = {"shown": 2, "deleted": 1, "in_review": 1, "hidden": 0}
    for state, count in states.items():
        party.has(state, count)


def test_deleted_photos_come_back(party: Party, open_host: OpenHost) -> None:
    party.send(1, seed=32_000)
    page = open_host(party.link("moderator")["url"])
    tiles(page, 1)
    page.locator(".shot button").tap()
    page.get_by_role("button", name="Delete").tap()
    says(page, "Photo deleted.")
    page.go_back()

    tab(page, "Deleted")
    tiles(page, 1)
    expect(page.locator(".shot-note")).to_contain_text("until ")
    page.locator(".shot button").tap()
    page.get_by_role("button", name="Restore").tap()

    says(page, "Photo waiting again.")
    party.has("in_review", 1)
    page.go_back()
    tab(page, "History")
    expect(page.locator(".history")).to_contain_text("Anna restored a photo, ")


def test_five_are_decided_at_once(party: Party, open_host: OpenHost) -> None:
    party.send(6, seed=33_000)
    page = open_host(party.link("owner")["url"], DESKTOP)
    tiles(page, 6)
    page.get_by_role("button", name="Select", exact=True).click()
    photos = page.locator(".shot button")
    photos.nth(0).click()
    photos.nth(4).click(modifiers=["Shift"])
    expect(page.locator(".selection-count")).to_have_text("5 selected")

    page.locator(".selection").get_by_role("button", name="Show").click()

    says(page, "5 photos on the page.")
    tiles(page, 1)
    party.has("shown", 5)
    page.keyboard.press("z")
    tiles(page, 6)
    party.has("in_review", 6)


def test_hosts_who_differ_are_informed(party: Party, open_host: OpenHost) -> None:
    party.send(2, seed=34_000)
    one, other = (open_host(party.link("moderator", name)["url"]) for name in ("Anna", "Ben"))
    for page in (one, other):
        tiles(page, 2)
        page.locator(".shot button").first.tap()
    one.keyboard.press("a")
    party.has("shown", 1)

    other.keyboard.press("h")

    says(other, "This photo has been changed in the meantime: it is shown now.")
    assert party.photos("hidden") == []


def test_decisions_wait_for_the_network(party: Party, open_host: OpenHost) -> None:
    party.send(2, seed=35_000)
    page = open_host(party.link("moderator")["url"])
    tiles(page, 2)
    page.locator(".shot button").first.tap()
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("h")
    expect(page.locator(".queue")).to_contain_text("Not saved yet: 2 decisions.", timeout=IN_TIME)
    expect(page.locator(".trouble")).to_contain_text("no connection")
    page.screenshot(path=SCREENSHOTS / "host-offline.png")

    page.context.set_offline(False)

    expect(page.locator(".queue")).to_be_hidden(timeout=IN_TIME)
    party.has("shown", 1)
    party.has("hidden", 1)


def test_new_photos_move_nothing(party: Party, open_host: OpenHost) -> None:
    party.send(2, seed=36_000)
    page = open_host(party.link("moderator")["url"])
    tiles(page, 2)
    first = page.locator(".shot").first.get_attribute("data-photo")
    page.locator(".shot button").first.tap()
    before = page.locator(".big-image").get_attribute("src")

    party.send(3, seed=36_100)

    expect(page.locator(".big-count")).to_have_text("5 to decide", timeout=IN_TIME)
    assert page.locator(".big-image").get_attribute("src") == before
    assert page.locator(".shot").first.get_attribute("data-photo") == first


def test_links_open_what_they_are_for(party: Party, open_host: OpenHost) -> None:
    link = party.link("viewer")
    page = open_host(link["url"])
    expect(page.locator("#panel-title")).to_have_text("On the page")
    names = page.locator(".tab").all_inner_texts()
    assert not {"Waiting", "Hidden", "Deleted", "Settings", "Hosts"} & set(names)

    party.stack.operate("DELETE", f"/events/{party.id}/host-links/{link['id']}")
    page.reload()

    expect(page.locator("main")).to_contain_text(
        "This device has no host link of this event that works."
    )
    assert link["url"].split("#")[1].split(".")[1] not in party.stack.logs()


def test_guests_report_and_hosts_see_why(party: Party, open_host: OpenHost) -> None:
    party.send(1, seed=37_000)
    [photo] = party.photos("in_review")
    party.stack.operate("PATCH", f"/events/{party.id}/photos/{photo}", {"state": "shown"})
    guest = open_host(party.stack.event(party.id))
    open_photo(guest, guest.locator(".tile-link"))
    guest.get_by_role("button", name="Report this photo to the host").press("Enter")
    guest.get_by_label("It shows me").check()
    guest.get_by_label("Words for the host").fill("Not <b>this</b> one")
    guest.screenshot(path=SCREENSHOTS / "guest-report.png")
    assert accessibility_violations(guest) == []

    guest.get_by_role("button", name="Report", exact=True).click()

    expect(guest.get_by_text("Thank you. The photo is hidden now")).to_be_visible()
    guest.get_by_role("button", name="Close", exact=True).last.click()
    expect(guest.locator(".tile")).to_have_count(0)
    page = open_host(party.link("moderator")["url"])
    expect(page.locator(".shot-note")).to_have_text("Reported: It shows me")
    page.locator(".shot button").tap()
    expect(page.locator(".big-report")).to_contain_text("Not <b>this</b> one")


def test_owners_run_the_event(party: Party, open_host: OpenHost) -> None:
    page = open_host(party.link("owner")["url"])
    tab(page, "Settings")
    page.get_by_label("Title").fill(" ")
    page.get_by_label("The event ends").fill("2026-04-01T10:00")
    page.get_by_role("button", name="Save").tap()
    expect(page.locator(".problem:not([hidden])")).to_have_count(2)
    page.screenshot(path=SCREENSHOTS / "host-problems.png")
    page.get_by_label("Title").fill("Emma & Jan")
    page.get_by_label("The event ends").fill("2026-04-30T10:00")
    page.get_by_role("button", name="Save").tap()
    says(page, "Saved.")
    expect(page.locator("h1")).to_have_text("Emma & Jan")

    tab(page, "Hosts")
    page.get_by_label("Name of the host").fill("Ben")
    page.get_by_role("button", name="Create the link").tap()
    expect(page.locator(".new-link input")).to_have_value(re.compile(rf"/h/{party.id}#\w+\."))
    page.screenshot(path=SCREENSHOTS / "host-new-link.png")
    page.get_by_role("button", name="Revoke the link of Ben").tap()
    page.get_by_role("button", name="Revoke", exact=True).last.tap()
    says(page, "The link of Ben is revoked.")


def test_changes_of_others_are_named(party: Party, open_host: OpenHost) -> None:
    pages = [open_host(party.link("owner", name)["url"], DESKTOP) for name in ("Anna", "Ben")]
    for page in pages:
        tab(page, "Settings")
    pages[0].get_by_label("Title").fill("Another title")
    pages[0].get_by_role("button", name="Save").click()
    says(pages[0], "Saved.")
    pages[1].get_by_label("Words of welcome").fill("Hello")
    pages[1].get_by_role("button", name="Save").click()

    summary = pages[1].locator(".summary")
    expect(summary).to_contain_text("Anna has changed the event in the meantime:")
    expect(summary).to_contain_text("the title: Another title")
    pages[1].get_by_role("button", name="Save").click()
    says(pages[1], "Saved.")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_all_tabs_are_accessible(party: Party, open_host: OpenHost, viewport: ViewportSize) -> None:
    party.send(3, seed=38_000 + viewport["width"])
    photos = party.photos("in_review")
    for photo, state in zip(photos, ("shown", "hidden"), strict=False):
        party.stack.operate("PATCH", f"/events/{party.id}/photos/{photo}", {"state": state})
    page = open_host(party.link("owner")["url"], viewport)
    names = page.locator(".tab:not(.tab-more)")
    expect(names.first).to_be_visible()
    labels = names.evaluate_all(
        "all => all.filter((one) => !one.hidden).map((one) => one.firstChild.textContent)"
    )
    for name in (label for label in labels if label != "Download"):
        tab(page, name)
        page.wait_for_timeout(250)
        page.screenshot(path=SCREENSHOTS / f"host-{viewport['width']}-{name}.png")
        assert accessibility_violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate(TOUCH_TARGETS) == [], name
