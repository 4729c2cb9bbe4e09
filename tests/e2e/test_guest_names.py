"""Guests say their name in a real browser: on the page, in the plain form, on the wall."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.deployed import Stack
from tests.e2e.conftest import DESKTOP, PHONE, SCREENSHOTS, OpenPage
from tests.e2e.test_guest_page import (
    IN_TIME,
    NEWS_IN_TIME,
    accessibility_violations,
    choose,
    open_photo,
    rows,
    tiles,
    wait_for,
    write_photos,
)
from tests.e2e.test_hosts import tab

ANNA, YUSUF = "Anna <b>&", "Zoë يوسف 💍"


@pytest.fixture
def event(stack: Stack) -> str:
    """Provide an event; return its id."""
    return made_event(stack)


def made_event(stack: Stack) -> str:
    body = {"id": f"names-{random.randrange(10**9)}", "title": "Our party", "date": "2011-05-02"}
    created = stack.operate("POST", "/events", body)
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


def field(page: Page) -> Locator:
    return page.get_by_label("Your name (optional)")


def share(page: Page, folder: Path, number: int) -> None:
    """Choose a photo on the page and wait until it is shown."""
    choose(page, write_photos(folder, 1, number))
    expect(rows(page).last).to_have_attribute("data-status", "shown", timeout=IN_TIME)


def names(stack: Stack, event: str) -> list[str]:
    """Return the names of an event's photos; an empty text for one without."""
    return sorted(item.get("guest_name", "") for item in stack.photos(event)["items"])


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_names_stand_beside_photos(
    stack: Stack, open_page: OpenPage, event: str, tmp_path: Path, viewport: ViewportSize
) -> None:
    page, wall = open_page(stack.event(event), viewport), open_page(f"{stack.event(event)}/wall")
    share(page, tmp_path, random.randrange(10**6))
    field(page).fill(YUSUF)
    share(page, tmp_path, random.randrange(10**6))

    expect(page.locator(".tile-name")).to_have_text(YUSUF)
    expect(tiles(page)).to_have_count(2)
    expect(wall.locator(".about-name", has_text=YUSUF)).to_be_visible(timeout=NEWS_IN_TIME)
    page.screenshot(path=SCREENSHOTS / f"names-{viewport['width']}.png", full_page=True)
    assert names(stack, event) == ["", YUSUF]
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    open_photo(page, page.locator(".tile", has=page.locator(".tile-name")).locator("a"))
    expect(page.locator(".pswp__caption")).to_have_text(f"Photo by {YUSUF}")
    page.screenshot(path=SCREENSHOTS / f"names-open-{viewport['width']}.png")


def test_names_are_remembered(
    stack: Stack, open_page: OpenPage, event: str, tmp_path: Path
) -> None:
    page = open_page(stack.event(event))
    field(page).fill(ANNA)
    field(page).press("Enter")
    expect(field(page)).not_to_be_focused()
    expect(page).to_have_url(stack.event(event))

    other = made_event(stack)
    page.goto(stack.event(other))
    expect(field(page)).to_have_value(ANNA)
    share(page, tmp_path, random.randrange(10**6))
    field(page).fill("")
    share(page, tmp_path, random.randrange(10**6))

    assert names(stack, other) == ["", ANNA]
    page.reload()
    expect(field(page)).to_have_value("")


def test_files_keep_the_name_they_were_chosen_under(
    stack: Stack, open_page: OpenPage, event: str, tmp_path: Path
) -> None:
    page = open_page(stack.event(event))
    paths = write_photos(tmp_path, 10, random.randrange(10**6))
    for name, part in ((ANNA, paths[:8]), (YUSUF, paths[8:])):
        field(page).fill(name)
        choose(page, part)

    for row in rows(page).all():
        expect(row).to_have_attribute("data-status", "shown", timeout=IN_TIME)
    assert names(stack, event) == [ANNA] * 8 + [YUSUF] * 2


@pytest.mark.parametrize("name", ["", YUSUF])
def test_plain_form_takes_a_name(
    stack: Stack, open_page: OpenPage, event: str, tmp_path: Path, name: str
) -> None:
    [path] = write_photos(tmp_path, 1, random.randrange(10**6))
    page = open_page(f"{stack.event(event)}/upload", javascript=False)
    field(page).fill(name)
    page.set_input_files("input[type=file]", str(path))
    page.screenshot(path=SCREENSHOTS / "names-plain-form.png")
    page.get_by_role("button", name="Send this photo").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you!")
    wait_for(lambda: names(stack, event) == [name])


def test_hosts_see_names(stack: Stack, open_page: OpenPage, event: str, tmp_path: Path) -> None:
    page = open_page(stack.event(event))
    field(page).fill(YUSUF)
    share(page, tmp_path, random.randrange(10**6))
    link = stack.operate("POST", f"/events/{event}/host-links", {"label": "Emma"}).json()["url"]

    host = open_page(link)
    tab(host, "On the page")
    host.get_by_role("button", name=f"from {YUSUF}").click()

    expect(host.locator(".big-facts")).to_contain_text(f"From {YUSUF} · ")
    host.screenshot(path=SCREENSHOTS / "names-host.png")
