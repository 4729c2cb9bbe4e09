"""What guests may see and send: by mode, time of reveal, upload window and deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.api.routing import Auth, Method
from lambdas.guests import handlers
from lambdas.guests.routes import ROUTES
from lambdas.kit.clock import to_rfc3339
from lambdas.storage.events.post import MediaKind, Post, PostPicture, PostStore
from tests.conftest import NOW
from tests.guests.conftest import Guest, Site, announced
from tests.json_types import JsonObject
from tests.lambda_events import Browser
from tests.pictures.drawing import draw_photo

HOUR = timedelta(hours=1)
HIDING: dict[str, JsonObject] = {
    "upload_only": {"mode": "upload_only"},
    "not revealed": {"reveal_at": to_rfc3339(NOW + HOUR)},
}
READ = [
    route
    for route in ROUTES
    if route.auth is Auth.NONE and "{event_id}" in route.path and route.method is Method.GET
]


def add_post(site: Site, event: str) -> str:
    """Store a post with a copied picture; return its id."""
    picture = PostPicture("picture1", MediaKind.IMAGE, 1080, 1350)
    post = Post(event, "post1", MediaKind.IMAGE, NOW, (picture,), caption="Secret words")
    PostStore(site.table).put(post)
    site.dependencies.objects.write_shown(event, picture.id, {"thumb": b"copy"})
    return post.id


def answers(site: Site, event: str, browser_of: Guest | None = None) -> dict[str, str]:
    """Return what every public GET route answers, by route."""
    found = {}
    for route in READ:
        browser = Browser(getattr(handlers, route.function).using(site.dependencies))
        if browser_of:
            browser.cookies = browser_of.sending.cookies
        query = {"ids": "a" * 26} if route.handler == "list_uploads" else None
        path = route.path.format(event_id=event, download_id="d" * 26, number="1")
        answer = browser.get(path, query, accept="text/html")
        found[route.handler] = answer.text if route.handler != "show_form" else ""
    return found


@pytest.mark.parametrize("hiding", HIDING)
def test_hidden_photos_change_no_byte(guest: Guest, site: Site, hiding: str) -> None:
    event = site.made_event(**HIDING[hiding])
    before = answers(site, event)
    guest.share(draw_photo(), event=event)
    add_post(site, event)

    assert answers(site, event) == before


@pytest.mark.parametrize("hiding", HIDING)
def test_senders_see_no_list_either(guest: Guest, site: Site, hiding: str) -> None:
    event = site.made_event(**HIDING[hiding])
    photo_id, post_id = guest.share(draw_photo(), event=event), add_post(site, event)

    texts = answers(site, event, guest)

    assert [name for name, text in texts.items() if photo_id in text or post_id in text] == []
    [status] = guest.status(photo_id, event=event)
    assert status["status"] == "in_review"
    assert status["message"].startswith("We have your photo.")


@pytest.mark.parametrize("hiding", HIDING)
def test_hidden_photos_cannot_be_probed(
    guest: Guest, stranger: Guest, site: Site, hiding: str
) -> None:
    event, body = site.made_event(**HIDING[hiding]), draw_photo()
    photo_id = guest.share(body, event=event)

    assert stranger.sending.delete(f"/g/{event}/photos/{photo_id}").status == 404
    [upload] = stranger.announce(announced(body), event=event).json["uploads"]
    assert upload == {"id": None, "status": "duplicate"}
    assert guest.sending.delete(f"/g/{event}/photos/{photo_id}").status == 204


@pytest.mark.parametrize("hiding", HIDING)
def test_covers_are_hidden_too(guest: Guest, site: Site, hiding: str) -> None:
    event = site.made_event()
    photo_id = guest.share(draw_photo(), event=event)
    site.host("PATCH", f"/events/{event}", {"cover": photo_id}, version=1)
    assert 'class="head-cover"' in guest.reading.get(f"/g/{event}").text
    assert set(guest.reading.get(f"/g/{event}/photos").json["event"]["cover"]) > {"large"}

    site.host("PATCH", f"/events/{event}", HIDING[hiding], version=2)

    assert photo_id not in "".join(answers(site, event).values())


def test_moderated_covers_disappear(guest: Guest, site: Site) -> None:
    event = site.made_event()
    photo_id = guest.share(draw_photo(), event=event)
    site.host("PATCH", f"/events/{event}", {"cover": photo_id}, version=1)

    site.moderate(photo_id, "hidden", event)

    assert photo_id not in "".join(answers(site, event).values())


def test_reveals_come_by_time(guest: Guest, site: Site) -> None:
    event = site.made_event(**HIDING["not revealed"], time_zone="Europe/Berlin")
    photo_id = guest.share(draw_photo(), event=event)
    before = guest.reading.get(f"/g/{event}")
    assert "can be seen from 29 April 2026, 21:00." in before.text

    site.clock.advance(HOUR)

    assert [item["id"] for item in guest.photos(event)] == [photo_id]
    assert photo_id in guest.reading.get(f"/g/{event}").text
    assert guest.status(photo_id, event=event)[0]["status"] == "shown"


def test_hidden_feeds_are_not_read(guest: Guest, site: Site) -> None:
    event = site.made_event(mode="upload_only")

    guest.reading.get(f"/g/{event}")

    assert site.bus.published == []


CLOSED: list[tuple[JsonObject, str]] = [
    ({"closed": True}, "uploads_closed"),
    ({"mode": "view_only"}, "view_only"),
    ({"upload_opens_at": to_rfc3339(NOW + HOUR)}, "uploads_not_open"),
    ({"upload_closes_at": to_rfc3339(NOW)}, "uploads_over"),
]


@pytest.mark.parametrize(("fields", "code"), CLOSED)
def test_closed_events_take_nothing(
    guest: Guest, site: Site, fields: JsonObject, code: str
) -> None:
    event = site.made_event(**fields)

    refused = guest.announce(announced(draw_photo()), event=event)
    form = guest.sending.get(f"/g/{event}/upload")

    assert (refused.status, refused.json["error"]["code"]) == (403, code)
    assert (form.status, form.json["error"]["code"]) == (403, code)
    assert 'type="file"' not in guest.reading.get(f"/g/{event}").text
    assert not guest.reading.get(f"/g/{event}/photos").json["event"]["accepting_uploads"]


def test_windows_open_by_time(guest: Guest, site: Site) -> None:
    opens, closes = to_rfc3339(NOW + HOUR), to_rfc3339(NOW + 2 * HOUR)
    event = site.made_event(upload_opens_at=opens, upload_closes_at=closes)
    statuses = []
    for _ in range(3):
        statuses.append(guest.announce(announced(draw_photo()), event=event).status)
        site.clock.advance(HOUR)

    assert statuses == [403, 200, 403]


def test_closed_events_open_again(guest: Guest, site: Site) -> None:
    event = site.made_event(closed=True)

    site.host("PATCH", f"/events/{event}", {"closed": False}, version=1)

    assert guest.announce(announced(draw_photo()), event=event).status == 200


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, False),
        ({"guest_downloads": True}, True),
        *(({"guest_downloads": True, **hiding}, False) for hiding in HIDING.values()),
    ],
)
def test_downloads_are_offered_where_allowed(
    guest: Guest, site: Site, fields: JsonObject, offered: bool
) -> None:
    event = site.made_event(**fields)

    assert ("Download all photos" in guest.reading.get(f"/g/{event}").text) is offered
