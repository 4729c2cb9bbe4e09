"""Fixtures of the end-to-end tests: a browser, and photos to upload."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from local.deployment import ROOT
from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.pictures.drawing import draw_photo

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
SCREENSHOTS = ROOT / ".cache" / "screenshots"
# Another process runs tests on the same two cores.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Provide one browser for the whole run."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Provide a function that opens a page as a new guest.

    A console message or script error of a page that is not `quiet=False` fails the test.
    """
    contexts: list[BrowserContext] = []
    messages: list[str] = []

    def open_page(
        url: str, viewport: ViewportSize = PHONE, *, javascript: bool = True, quiet: bool = True
    ) -> Page:
        context = chromium.new_context(viewport=viewport, java_script_enabled=javascript)
        contexts.append(context)
        page = context.new_page()
        if quiet:
            page.on(
                "console",
                lambda message: (
                    messages.append(message.text) if message.type in ("error", "warning") else None
                ),
            )
            page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert messages == []


@pytest.fixture(scope="session")
def picture_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Provide the files of four photos, one of them HEIC."""
    folder = tmp_path_factory.mktemp("pictures")
    files = {
        "first.jpg": draw_photo(size=(1200, 900), seed=101, taken="2026:04:29 15:00:00"),
        "second.png": draw_photo("PNG", (900, 1200), seed=102, taken="2026:04:29 15:10:00"),
        "third.heic": draw_photo("HEIF", (1280, 960), seed=103, taken="2026:04:29 15:20:00"),
        "fourth.webp": draw_photo("WEBP", (1000, 1000), seed=104, taken="2026:04:29 15:30:00"),
    }
    for name, body in files.items():
        (folder / name).write_bytes(body)
    assert pillow_heif.is_supported(io.BytesIO(files["third.heic"]))
    assert Image.open(io.BytesIO(files["second.png"])).size == (900, 1200)
    return [folder / name for name in files]
