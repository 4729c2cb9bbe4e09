"""The QR code, and the page to print."""

from __future__ import annotations

import re

import pytest
import segno

from lambdas.guests.accent import MIN_CONTRAST, Accent, contrast
from lambdas.guests.poster_words import LANGUAGES
from lambdas.storage.events.event import Mode
from tests.guests.conftest import EVENT, Guest, Site
from tests.guests.hosts import Host

QUIET = 4


def dark_modules(svg: str) -> tuple[int, set[tuple[int, int]]]:
    """Return the size of a code with its border, and its dark modules as (column, row)."""
    [size] = {int(one) for one in re.findall(r'viewBox="0 0 (\d+) \d+"', svg)}
    [path] = re.findall(r'stroke="#000"[^>]* d="([^"]+)"|d="(M[^"]+)"', svg)[-1:]
    found, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", "".join(path)):
        values = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            found |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return size, found


@pytest.mark.parametrize("event", [EVENT, "emma-and-jan"])
def test_codes_hold_the_address(guest: Guest, site: Site, event: str) -> None:
    if event != EVENT:
        site.made_event(event)
    answer = guest.reading.get(f"/g/{event}/qr.svg")
    expected = segno.make_qr(f"https://photos.example.com/g/{event}", error="q", boost_error=False)

    size, dark = dark_modules(answer.text)

    assert answer.headers["content-type"] == "image/svg+xml"
    assert (expected.error, size) == ("Q", len(expected.matrix) + 2 * QUIET)
    assert dark == {
        (column + QUIET, row + QUIET)
        for row, line in enumerate(expected.matrix)
        for column, is_dark in enumerate(line)
        if is_dark
    }


def test_codes_cannot_run_code(guest: Guest) -> None:
    answer = guest.reading.get(f"/g/{EVENT}/qr.svg")

    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert not re.search(r"<script|style=|href", answer.text)


@pytest.mark.parametrize("path", ["qr.svg", "poster"])
def test_unknown_events_have_none(guest: Guest, path: str) -> None:
    assert guest.reading.get(f"/g/no-such-event/{path}").status == 404


def test_posters_speak_the_events_languages(guest: Guest, site: Site) -> None:
    event = site.made_event(languages=["de", "en"], title="<Emma> & يوسف 💍", date="2026-05-02")

    page = guest.reading.get(f"/g/{event}/poster", accept="text/html").text

    assert '<html lang="de">' in page
    assert "&lt;Emma&gt; &amp; يوسف 💍" in page
    assert page.index("2. Mai 2026") < page.index("2 May 2026")
    assert "Teilt eure Fotos" in page
    assert "photos.example.com/g/emma-and-jan" in page


def test_longer_events_print_both_days(guest: Guest, site: Site) -> None:
    window = {"starts_at": "2026-05-02T10:00:00Z", "ends_at": "2026-05-04T07:00:00Z"}
    body = {"id": "long-party", "title": "Long", **window}
    assert site.host("POST", body=body).status == 201

    assert "2 May 2026 to 3 May 2026" in guest.reading.get("/g/long-party/poster").text


@pytest.mark.parametrize("mode", list(Mode))
def test_posters_say_what_to_do(guest: Guest, site: Site, mode: Mode) -> None:
    event = site.made_event(mode=mode.value)

    assert LANGUAGES["en"].heading[mode] in guest.reading.get(f"/g/{event}/poster").text


def test_cards_are_small(guest: Guest, site: Site) -> None:
    event = site.made_event(welcome="Hello")

    card = guest.reading.get(f"/g/{event}/poster", {"size": "a6"}).text
    strange = guest.reading.get(f"/g/{event}/poster", {"size": "a0"})

    assert "sheet-a6" in card
    assert "Hello" not in card
    assert (strange.status, strange.json["error"]["code"]) == (400, "invalid_size")


def test_posters_load_nothing_foreign(guest: Guest, site: Site) -> None:
    event = site.made_event(accent="#ff8800")

    answer = guest.reading.get(f"/g/{event}/poster", accept="text/html")

    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert Accent.of("#ff8800").on_paper.digest in policy
    assert Accent.of("#ff8800").dark not in answer.text
    assert re.findall(r'(?:src|href)="(http[^"]*)"', answer.text) == []


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ffff00", "#0000ff", "#ff0000", "#777777", "#9c3d1f"]
)
def test_accents_can_be_read(colour: str) -> None:
    accent = Accent.of(colour)

    assert contrast(accent.light, "#faf7f2") >= MIN_CONTRAST
    assert contrast(accent.dark, "#161412") >= MIN_CONTRAST
    assert contrast(accent.on_light, accent.light) >= MIN_CONTRAST
    assert contrast(accent.on_dark, accent.dark) >= MIN_CONTRAST


def test_readable_accents_stay(guest: Guest, site: Site) -> None:
    event = site.made_event(accent="#9C3D1F")

    page = guest.reading.get(f"/g/{event}", accept="text/html")

    assert "--accent:#9c3d1f" in page.text
    assert Accent.of("#9c3d1f").digest in page.headers["content-security-policy"]


def test_posters_of_events_with_a_pin_have_a_place_for_it(guest: Guest, site: Site) -> None:
    site.made_event("open-party")
    site.made_event("pin-party", pin="482116")
    host = Host(site, "pin-party")
    guest.reading.cookies = host.browser.cookies

    assert "pin-blank" not in guest.reading.get("/g/open-party/poster").text
    assert "pin-blank" in guest.reading.get("/g/pin-party/poster").text
