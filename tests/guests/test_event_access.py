"""What guests may see and send: by mode, time of reveal, upload window and deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.api.routing import Auth, Method, Route
from lambdas.guests import handlers
from lambdas.guests.routes import ROUTES
from lambdas.kit.clock import to_rfc3339
from lambdas.storage import keys
from lambdas.storage.events.event_writes import EventWriter
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
        path = route.path.format(event_id=event)
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


class TestDeletion:
    """A deleted event is gone at once; what it leaves follows."""

    def test_every_route_is_gone(self, guest: Guest, site: Site) -> None:
        event = site.made_event()
        photo_id = guest.share(draw_photo(), event=event)
        assert site.host("DELETE", f"/events/{event}").status == 204

        for route in ROUTES:
            if "{event_id}" in route.path:
                assert status_of(site, route, event, photo_id) == 410, route.key
        page = guest.reading.get(f"/g/{event}", accept="text/html")
        assert "This event is gone" in page.text
        assert site.host("GET").json["events"] == []

    def test_ids_stay_taken(self, site: Site) -> None:
        event = site.made_event()
        site.host("DELETE", f"/events/{event}")

        again = {"id": event, "title": "Again", "date": "2026-04-29"}
        assert site.host("POST", body=again).json["error"]["code"] == "id_taken"

    def test_nothing_is_left(self, guest: Guest, stranger: Guest, site: Site) -> None:
        event = site.made_event()
        guest.share(draw_photo(seed=1), event=event)
        stranger.share(b"no picture", event=event)
        stranger.send(draw_photo(seed=2), event=event)
        add_post(site, event)
        guest.reading.get(f"/g/{event}")
        site.host("DELETE", f"/events/{event}")

        assert (remove(site), remove(site)) == (4, 0)
        assert site.objects() == set()
        site.clock.advance(timedelta(hours=4))
        remove(site)

        left = {str(row[keys.SORT]).split("#")[0] for row in rows(site, event)}
        assert left <= {"EVENT", "PHOTO"}
        assert {row["state"] for row in rows(site, event) if "state" in row} == {"deleted"}
        assert list(EventWriter(site.table).deleted()) == []
        assert guest.reading.get(f"/g/{event}").status == 410

    def test_late_photos_follow(self, guest: Guest, site: Site) -> None:
        event, body = site.made_event(), draw_photo()
        form = guest.form(event)
        site.host("DELETE", f"/events/{event}")
        remove(site)
        site.process(guest.send_form(form, body), event)
        assert site.objects() != set()

        remove(site)

        assert site.objects() == set()

    def test_words_are_gone_at_once(self, site: Site) -> None:
        event = site.made_event(welcome="Hello")
        site.host("DELETE", f"/events/{event}")

        [row] = rows(site, event)

        assert not {"title", "welcome", "created_by"} & row.keys()

    def test_limits_hold_for_one_run(self, guest: Guest, site: Site) -> None:
        event = site.made_event()
        for seed in range(3):
            guest.share(draw_photo(seed=seed, size=(64, 64)), event=event)
        site.host("DELETE", f"/events/{event}")

        assert [remove(site, limit=2) for _ in range(3)] == [2, 1, 0]


def remove(site: Site, limit: int = 100) -> int:
    """Run the removal; return how many photos and posts it removed."""
    until = site.clock.now() + timedelta(seconds=30)
    return site.dependencies.event_removal.run(limit, until)


def rows(site: Site, event: str) -> list[JsonObject]:
    """Return all rows of an event."""
    everything: list[JsonObject] = site.table.scan()["Items"]
    return [row for row in everything if row[keys.PARTITION] == keys.event_partition(event)]


def status_of(site: Site, route: Route, event: str, photo_id: str) -> int:
    """Return the status of a route's answer for an event and a photo."""
    public = Browser(getattr(handlers, route.function).using(site.dependencies))
    browser = site.operator("[operators]") if route.auth is Auth.OPERATORS else public
    path = route.path.format(event_id=event, photo_id=photo_id)
    headers = {"content-type": "application/json", "if-match": '"1"'}
    query = {"ids": photo_id} if route.handler == "list_uploads" else None
    body = '{"files": [{}], "state": "shown"}' if route.method is not Method.GET else None
    return browser.send(route.method, path, query, headers, body).status
