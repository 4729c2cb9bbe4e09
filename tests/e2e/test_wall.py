"""The live wall in a real browser, beside a deployed site."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Page, ViewportSize, expect

from lambdas.guests.walls.wall import MAX_ITEMS
from lambdas.storage.events.photo import Photo, PhotoState
from local.uploads import upload_all
from tests.deployed import EVENT, Stack
from tests.e2e.conftest import PHONE, SCREENSHOTS, OpenPage
from tests.e2e.test_guest_page import accessibility_violations
from tests.pictures.drawing import draw_photo

FULL_HD: ViewportSize = {"width": 1920, "height": 1080}
OLD_PROJECTOR: ViewportSize = {"width": 1024, "height": 768}
# A wall asks every two seconds; a machine that is busy with other tests answers late.
NEWS_IN_TIME = 20_000
TITLE = "Emma & يوسف 💍"
SEED = random.randrange(10**6)


@pytest.fixture
def event(stack: Stack) -> str:
    """Provide an event; return its id."""
    body = {
        "id": f"wall-{random.randrange(10**9)}",
        "title": TITLE,
        "date": "2011-05-02",
        "accent": "#2f6b8c",
    }
    created = stack.operate("POST", "/events", body)
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


def upload(stack: Stack, event: str, number: int, size: tuple[int, int] = (1600, 1200)) -> str:
    """Send a photo as a guest; return its id once the site shows it."""
    before = {item["id"] for item in stack.photos(event)["items"]}
    pictures = {f"{number}.jpg": draw_photo(size=size, seed=SEED + number)}
    assert set(upload_all(stack.outputs["guest_url"], event, pictures).values()) == {"shown"}
    [photo] = {item["id"] for item in stack.photos(event)["items"]} - before
    return str(photo)


def on_display(page: Page, photo: str) -> None:
    """Expect a photo to be what the wall shows."""
    layer = page.locator(f".layer.on[data-item='{photo}']")
    expect(layer.locator(".photo img")).to_be_visible(timeout=NEWS_IN_TIME)


def left(page: Page, photo: str) -> Callable[[], bool]:
    """Return whether nothing of a photo is in the page."""
    return lambda: photo not in page.content()


def wait_until_true(page: Page, condition: Callable[[], bool], milliseconds: int) -> None:
    deadline = time.monotonic() + milliseconds / 1000
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_walls_follow_what_happens(stack: Stack, open_page: OpenPage, event: str) -> None:
    page = open_page(f"{stack.event(event)}/wall", FULL_HD, quiet=False)
    expect(page.locator(".sentence")).to_contain_text("No photos yet.")
    page.screenshot(path=SCREENSHOTS / "wall-empty.png")
    assert accessibility_violations(page) == []

    upload(stack, event, 1)
    on_display(page, upload(stack, event, 2, (900, 1600)))
    page.evaluate("window.kept = true")
    third = upload(stack, event, 3)
    on_display(page, third)
    stack.operate("PATCH", f"/events/{event}/photos/{third}", {"state": "hidden"})
    wait_until_true(page, left(page, third), NEWS_IN_TIME)

    for number in (4, 5):
        page.context.set_offline(True)
        expect(page.locator("[data-network]")).to_have_text("Waiting for the network")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".layer.on .photo img")).to_be_visible()
        arrived = upload(stack, event, number)
        page.context.set_offline(False)
        on_display(page, arrived)
        expect(page.locator("[data-network]")).to_have_text("")

    assert page.evaluate("window.kept")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".layer.on")).not_to_have_attribute("data-item", arrived)


@pytest.mark.parametrize("viewport", [FULL_HD, PHONE, OLD_PROJECTOR])
def test_walls_fit_every_screen(stack: Stack, open_page: OpenPage, viewport: ViewportSize) -> None:
    page = open_page(f"{stack.event(EVENT)}/wall", viewport)
    page.emulate_media(reduced_motion="reduce")
    expect(page.locator(".layer.on .photo img")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.locator(".layer.on .backdrop")).to_be_visible()
    page.wait_for_timeout(300)
    page.screenshot(path=SCREENSHOTS / f"wall-{viewport['width']}.png")

    assert accessibility_violations(page) == []
    code, window = page.locator(".code").bounding_box(), page.viewport_size
    assert code
    assert window
    assert code["x"] + code["width"] <= window["width"]
    assert code["y"] + code["height"] <= window["height"]
    # What ran when motion was reduced has ended with the next frame.
    wait_until_true(page, lambda: page.evaluate("document.getAnimations().length") == 0, 2000)


def test_walls_work_without_javascript(stack: Stack, open_page: OpenPage) -> None:
    page = open_page(f"{stack.event(EVENT)}/wall", OLD_PROJECTOR, javascript=False)
    page.screenshot(path=SCREENSHOTS / "wall-plain.png")

    expect(page.locator(".plain img").first).to_be_visible()
    expect(page.locator(".qr")).to_be_visible()


def crowd(stack: Stack, event: str) -> None:
    """Give an event as many shown photos of the evening as its wall lists."""
    evening = datetime(2011, 5, 2, 20, tzinfo=UTC)
    with stack.table("EventsTable").batch_writer() as batch:
        for number in range(MAX_ITEMS):
            photo = Photo(
                event_id=event,
                id=f"crowd-{number}",
                state=PhotoState.SHOWN,
                device="crowd",
                name="",
                size=1,
                granted_until=evening,
                taken_at=evening + timedelta(seconds=number),
                width=4,
                height=3,
            )
            batch.put_item(Item=photo.to_row())


def test_old_photos_appear_on_full_walls(stack: Stack, event: str) -> None:
    crowd(stack, event)
    picture = draw_photo(seed=SEED + 70, taken="2011:05:02 08:00:00")
    upload_all(stack.outputs["guest_url"], event, {"morning.jpg": picture})

    listed = requests.get(f"{stack.event(event)}/wall/items", timeout=30).json()["items"]

    assert [one["id"] for one in listed if not one["id"].startswith("crowd-")] == [listed[-1]["id"]]
    assert (listed[-1]["late"], len(listed)) == (True, MAX_ITEMS + 1)
