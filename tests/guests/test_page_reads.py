"""What one view of a page costs."""

from __future__ import annotations

import pytest
from botocore.model import OperationModel

from lambdas.guests.page import MAX_RENDERED, ErrorPage
from tests.guests.conftest import EVENT, Guest, Site
from tests.pictures.drawing import draw_photo


@pytest.fixture
def calls(site: Site) -> list[str]:
    """Provide the calls of the table that the site makes from now on."""
    seen: list[str] = []

    def note(model: OperationModel, **_: object) -> None:
        seen.append(model.name)

    site.table.meta.client.meta.events.register("before-call.dynamodb", note)
    return seen


@pytest.mark.parametrize("path", ["", "/photos", "/tiles"])
@pytest.mark.parametrize("kind", ["date", "created"])
def test_a_view_reads_rarely(
    guest: Guest, site: Site, calls: list[str], kind: str, path: str
) -> None:
    event = EVENT if kind == "date" else site.create_event()
    guest.reading.get(f"/g/{event}{path}")
    calls.clear()

    assert guest.reading.get(f"/g/{event}{path}").status == 200

    # Before anything else, whether the event has a PIN; dates have none.
    asked = ["GetItem"] if kind == "created" else []
    assert sorted(calls) == ["BatchGetItem", *asked, "Query"]


def test_impossible_events_are_not_read(guest: Guest, calls: list[str]) -> None:
    for event in ("2026-02-30", "A", "x" * 70):
        assert guest.reading.get(f"/g/{event}").status == 404

    assert calls == []


def test_an_unchanged_page_is_rendered_once(site: Site) -> None:
    rendered = site.dependencies.rendered
    first = rendered.get(ErrorPage("Title", "Message", "Advice", "1"))

    assert rendered.get(ErrorPage("Title", "Message", "Advice", "1")) is first
    assert rendered.get(ErrorPage("Title", "Message", "Advice", "2")) != first


def test_rendered_pages_are_bounded(site: Site) -> None:
    rendered = site.dependencies.rendered
    first = rendered.get(ErrorPage("Title", "Message", "Advice", "first"))
    for number in range(MAX_RENDERED):
        rendered.get(ErrorPage("Title", "Message", "Advice", str(number)))

    assert rendered.get(ErrorPage("Title", "Message", "Advice", "first")) is not first


@pytest.mark.parametrize("path", ["", "/tiles"])
def test_a_changed_page_is_rendered_again(guest: Guest, site: Site, path: str) -> None:
    photo = guest.share(draw_photo())
    before = guest.reading.get(f"/g/{EVENT}{path}").text
    site.moderate(photo, "hidden")

    assert photo in before
    assert photo not in guest.reading.get(f"/g/{EVENT}{path}").text


def test_devices_see_pages_of_their_own(guest: Guest, site: Site) -> None:
    photo = guest.share(draw_photo())
    guest.reading.cookies = guest.sending.cookies
    for _ in range(2):
        assert "data-mine" in guest.reading.get(f"/g/{EVENT}").text
        page = Guest(site).reading.get(f"/g/{EVENT}").text
        assert photo in page
        assert "data-mine" not in page
