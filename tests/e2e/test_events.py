"""An operator's event, from its creation to its deletion, as a guest's browser sees it."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
import requests
import segno
from playwright.sync_api import Page, expect

from lambdas.storage import keys, object_keys
from tests.deployed import Stack, wait_until
from tests.e2e.conftest import SCREENSHOTS, OpenPage
from tests.json_types import JsonObject

IN_TIME = 30_000
ACCENT, ACCENT_RGB = "#2f6b8c", "rgb(47, 107, 140)"
# A pixel for each module, from the picture that the browser makes of the code.
DARK_MODULES = """async (size) => {
  const code = document.querySelector("svg.qr").cloneNode(true);
  code.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  code.setAttribute("width", size * 4);
  code.setAttribute("height", size * 4);
  const image = new Image();
  image.src = "data:image/svg+xml," + encodeURIComponent(code.outerHTML);
  await image.decode();
  const edge = size * 4, canvas = document.createElement("canvas");
  Object.assign(canvas, { width: edge, height: edge });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const isDark = (x, y) => context.getImageData(x * 4 + 2, y * 4 + 2, 1, 1).data[0] < 128;
  const line = Array.from({ length: size }, (_, index) => index);
  return line.map((y) => line.map((x) => isDark(x, y)));
}"""


@pytest.fixture
def party(stack: Stack) -> JsonObject:
    """Provide an event of an operator."""
    body = {
        "id": f"party-{random.randrange(10**9)}",
        "title": "Emma & Jan <3",
        "date": "2026-04-29",
        "accent": ACCENT,
        "welcome": "Welcome!",
        "languages": ["en", "de"],
    }
    created = stack.operate("POST", "/events", body)
    assert created.status_code == 201, created.text
    event: JsonObject = created.json()
    return event


def change(stack: Stack, event: JsonObject, **fields: object) -> None:
    """Change an event; it gets its new version."""
    headers = {
        "Authorization": f"Bearer {stack.operator_token}",
        "If-Match": f'"{event["version"]}"',
    }
    url = f"{stack.outputs['api_url']}/events/{event['id']}"
    answer = requests.patch(url, headers=headers, json=fields, timeout=60)
    assert answer.status_code == 200, answer.text
    event |= answer.json()


def colour_of(page: Page, selector: str) -> object:
    return page.locator(selector).first.evaluate("one => getComputedStyle(one).backgroundColor")


def test_events_run_from_secret_to_gallery(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    change(stack, party, mode="upload_only")
    page = open_page(party["url"])
    expect(page.locator("h1")).to_have_text("Emma & Jan <3")
    assert colour_of(page, "label.button") == ACCENT_RGB
    expect(page.locator(".empty")).to_have_text("Only the host sees the photos of this event.")

    page.set_input_files("input[type=file]", str(picture_files[0]))
    expect(page.locator(".own-photo")).to_contain_text("We have your photo.", timeout=IN_TIME)
    assert stack.photos(party["id"])["items"] == []

    page.screenshot(path=str(SCREENSHOTS / "event-upload-only.png"))
    change(stack, party, mode="gallery")
    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    expect(page.locator(".own-photo")).to_have_count(0, timeout=IN_TIME)


def test_events_are_listed_and_checked(stack: Stack, party: JsonObject) -> None:
    listed = stack.operate("GET", "/events?limit=100").json()["events"]
    other = {"title": "Other", "date": "2026-04-29", "account": "1", "pin": "12"}
    refused = stack.operate("POST", "/events", other)

    assert party["id"] in [event["id"] for event in listed]
    codes = [problem["code"] for problem in refused.json()["problems"]]
    assert (refused.status_code, codes) == (400, ["unknown_account", "invalid_pin"])


def test_posters_print_one_sheet(open_page: OpenPage, party: JsonObject) -> None:
    page = open_page(party["poster_url"])
    expected = segno.make_qr(party["url"], error="q", boost_error=False)
    size = len(expected.matrix) + 8

    found = page.evaluate(DARK_MODULES, size)
    page.screenshot(path=str(SCREENSHOTS / "poster-a4.png"), full_page=True)
    poster = printed(page, "a4", "poster")
    page.get_by_role("link", name="Table card (A6)").click()
    page.wait_for_url("**/poster?size=a6")
    card = printed(page, "a6", "card")

    assert [row[4:-4] for row in found[4:-4]] == [list(map(bool, row)) for row in expected.matrix]
    assert not any(map(any, (*found[:4], *found[-4:])))
    [a4], [a6] = sheets(poster), sheets(card)
    assert a4 == pytest.approx((595, 842), abs=1)
    assert a6 == pytest.approx((298, 420), abs=1)


def printed(page: Page, size: str, name: str) -> bytes:
    """Print a page once its stylesheet, which gives the sheet its size, is in effect."""
    expect(page.locator(f".sheet-{size}")).to_have_css("page", name)
    return page.pdf(prefer_css_page_size=True)


def sheets(document: bytes) -> list[tuple[float, float]]:
    """Return width and height of a document's pages, in points."""
    boxes = [part.split(b"]")[0].split() for part in document.split(b"/MediaBox [")[1:]]
    return [(float(box[2]), float(box[3])) for box in boxes]


def test_deleted_events_are_gone(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    page = open_page(party["url"])
    page.set_input_files("input[type=file]", str(picture_files[1]))
    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    page.close()

    assert stack.operate("DELETE", f"/events/{party['id']}").status_code == 204

    gone = open_page(party["url"], quiet=False)
    expect(gone.locator("h1")).to_have_text("This event is gone")

    def nothing_is_left() -> bool:
        # A photo that has just changed is left to the next round.
        stack.send("Guests.TidyQueue", {"tidy": "photos"})
        return objects(stack, party["id"]) == []

    wait_until(nothing_is_left, seconds=60)


def test_pins_open_events_on_phones(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    change(stack, party, pin="482116")
    page = open_page(party["url"], quiet=False)
    expect(page.locator("h1")).to_have_text("Emma & Jan <3")
    page.get_by_label("Enter the PIN of this event").fill("4821")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the PIN. You have 4 more")
    page.screenshot(path=str(SCREENSHOTS / "event-pin.png"))

    page.get_by_label("Enter the PIN of this event").fill("482116")
    page.get_by_role("button", name="Continue").click()

    page.set_input_files("input[type=file]", str(picture_files[0]))
    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    assert requests.get(party["url"], timeout=60).status_code == 401


def test_sections_have_pages(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    change(stack, party, sections=[{"title": "Ceremony"}, {"title": "Party"}])
    page = open_page(party["url"])
    page.get_by_role("link", name="Party").click()
    page.set_input_files("input[type=file]", str(picture_files[0]))
    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    page.screenshot(path=str(SCREENSHOTS / "event-section.png"))

    page.get_by_role("link", name="Ceremony").click()
    expect(page.locator(".empty")).to_be_visible()
    page.get_by_role("link", name="All").click()

    expect(page.locator(".tile-guest")).to_have_count(1)
    listed = stack.photos(party["id"])["items"]
    assert [one["section"] for one in listed if one["source"] == "guest"] == ["party"]


def test_guests_take_photos_home(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    page = open_page(party["url"])
    page.set_input_files("input[type=file]", str(picture_files[0]))
    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    expect(page.get_by_role("button", name="Download all photos")).to_have_count(0)
    change(stack, party, guest_downloads=True)
    page.reload()

    page.get_by_role("button", name="Download all photos").click()
    saving = page.get_by_role("link", name="Save Emma & Jan")
    expect(saving).to_be_visible(timeout=2 * IN_TIME)
    with page.expect_download() as saved:
        saving.click()

    with zipfile.ZipFile(saved.value.path()) as archive:
        assert [name for name in archive.namelist() if " Guest.webp" in name]
    assert page.url == party["url"]


def test_limits_speak_before_choosing(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    fill(stack, party["id"], 39)
    page = open_page(party["url"], quiet=False)
    said = page.locator("[data-share-capacity]")
    expect(said).to_have_text("This event is nearly full: 1 more photo fits.")

    page.set_input_files("input[type=file]", [str(file) for file in picture_files[:2]])

    expect(said).to_contain_text("This event is full", timeout=IN_TIME)
    expect(page.locator("label.button")).to_be_hidden()
    expect(page.locator(".share-list")).to_contain_text("This event cannot take any more photos.")
    page.screenshot(path=str(SCREENSHOTS / "event-full.png"))


def fill(stack: Stack, event_id: str, files: int) -> None:
    """Let an event have taken so many photos."""
    usage = {"files": files, "size": files, "unsent_files": 0, "unsent_size": 0}
    row = {**keys.row_key(event_id, keys.USAGE_ROW), **usage}
    stack.table("EventsTable").put_item(Item=row)


def test_hosts_have_doors_and_sections_of_their_own(
    stack: Stack, open_page: OpenPage, party: JsonObject, picture_files: list[Path]
) -> None:
    photographer = {"title": "Photographer", "hosts_only": True}
    change(stack, party, pin="482116", sections=[photographer])
    body = {"label": "Anna", "role": "moderator"}
    link = stack.operate("POST", f"/events/{party['id']}/host-links", body).json()["url"]
    page = open_page(link)
    expect(page.locator("#panel-title")).to_be_visible(timeout=IN_TIME)

    page.goto(f"{party['url']}?section=photographer")
    page.set_input_files("input[type=file]", str(picture_files[0]))

    expect(page.locator(".tile-guest")).to_have_count(1, timeout=IN_TIME)
    guest = open_page(f"{party['url']}?section=photographer", quiet=False)
    guest.get_by_label("Enter the PIN of this event").fill("482116")
    guest.get_by_role("button", name="Continue").click()
    expect(guest.locator("main")).to_contain_text("Only the hosts add photos to this section.")
    expect(guest.locator(".tile-guest")).to_have_count(1)
    expect(guest.locator("input[type=file]")).to_have_count(0)


def objects(stack: Stack, event_id: str) -> list[str]:
    """Return the keys of an event's originals and sizes."""
    prefixes = (object_keys.ORIGINALS_PREFIX, object_keys.SHOWN_PREFIX, object_keys.PENDING_PREFIX)
    s3, bucket = stack.client("s3"), stack.outputs["bucket"]
    return [
        entry["Key"]
        for prefix in prefixes
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}{event_id}/").get(
            "Contents", []
        )
    ]
