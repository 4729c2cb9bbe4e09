"""What pages say of an event's limits before a guest chooses photos."""

from __future__ import annotations

import pytest

from lambdas.guests.capacity import FULL, Capacity
from lambdas.storage import keys
from lambdas.storage.events.usage import Quota, Usage
from tests.guests.conftest import Guest, Site, announced

MB = 1024 * 1024
QUOTA = Quota(files=3000, size=30_000 * MB, max_file=50 * MB)


def fill(site: Site, event: str, files: int, unsent: int = 0) -> None:
    """Let photos have arrived, and others be announced."""
    counts = {"files": files + unsent, "size": files, "unsent_files": unsent, "unsent_size": 0}
    site.table.put_item(Item={**keys.row_key(event, keys.USAGE_ROW), **counts})


@pytest.mark.parametrize(
    ("files", "megabytes", "words"),
    [
        (2699, 0, ""),
        (2703, 0, "This event is nearly full: about 290 more photos fit."),
        (2981, 0, "This event is nearly full: 19 more photos fit."),
        (2999, 0, "This event is nearly full: 1 more photo fits."),
        (3000, 0, FULL),
        (10, 29_655, "This event is nearly full: about 340 MB of photos fit."),
        (2800, 29_995, "This event is nearly full: about 5 MB of photos fit."),
        (10, 30_000, FULL),
    ],
)
def test_the_tightest_limit_is_named(files: int, megabytes: int, words: str) -> None:
    assert Capacity.of(Usage(files, megabytes * MB), QUOTA, photos_visible=True).sentence == words


def test_hidden_photos_are_not_counted() -> None:
    nearly, full = Usage(2999, 0), Usage(3000, 0)

    assert Capacity.of(nearly, QUOTA, photos_visible=False) == Capacity()
    assert Capacity.of(full, QUOTA, photos_visible=False).full


def test_pages_say_what_fits(guest: Guest, site: Site) -> None:
    event = site.made_event()
    fill(site, event, files=18)

    texts = [guest.reading.get(f"/g/{event}{path}").text for path in ("", "/tiles", "/photos")]
    form = guest.sending.get(f"/g/{event}/upload", accept="text/html").text

    assert ["2 more photos fit" in text for text in (*texts, form)] == [True] * 4


def test_full_events_take_no_choice(guest: Guest, site: Site) -> None:
    event = site.made_event()
    before = guest.reading.get(f"/g/{event}/tiles").headers["etag"]
    fill(site, event, files=20)

    page = guest.reading.get(f"/g/{event}").text
    form = guest.sending.get(f"/g/{event}/upload", accept="text/html").text

    assert "share-full" in page
    assert FULL in page
    assert 'type="file"' not in form
    assert guest.reading.get(f"/g/{event}/tiles").headers["etag"] != before
    assert guest.reading.get(f"/g/{event}/photos").json["event"]["full"]


def test_announcements_fill_no_page(guest: Guest, stranger: Guest, site: Site) -> None:
    event = site.made_event()
    files = [announced(f"{number}".encode()) for number in range(20)]
    stranger.announce(*files, event=event)

    assert guest.reading.get(f"/g/{event}/photos").json["event"]["capacity"] is None
