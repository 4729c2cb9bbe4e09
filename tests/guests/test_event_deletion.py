"""A deleted event is gone at once; what it leaves follows."""

from __future__ import annotations

import json
from datetime import timedelta

from lambdas.api.routing import Auth, Method, Route
from lambdas.guests import handlers
from lambdas.guests.routes import ROUTES
from lambdas.storage import keys
from lambdas.storage.events.event_writes import EventWriter
from tests.guests.conftest import Guest, Site
from tests.guests.test_event_access import add_post
from tests.json_types import JsonObject
from tests.lambda_events import Browser
from tests.pictures.drawing import draw_photo


def test_every_route_is_gone(guest: Guest, site: Site) -> None:
    event = site.made_event()
    photo_id = guest.share(draw_photo(), event=event)
    assert site.host("DELETE", f"/events/{event}").status == 204

    for route in ROUTES:
        if "{event_id}" in route.path:
            assert status_of(site, route, event, photo_id) == 410, route.key
    page = guest.reading.get(f"/g/{event}", accept="text/html")
    assert "This event is gone" in page.text
    assert site.host("GET").json["events"] == []


def test_ids_stay_taken(site: Site) -> None:
    event = site.made_event()
    site.host("DELETE", f"/events/{event}")

    again = {"id": event, "title": "Again", "date": "2026-04-29"}
    assert site.host("POST", body=again).json["error"]["code"] == "id_taken"


def test_nothing_is_left(guest: Guest, stranger: Guest, site: Site) -> None:
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


def test_late_photos_follow(guest: Guest, site: Site) -> None:
    event, body = site.made_event(), draw_photo()
    form = guest.form(event)
    site.host("DELETE", f"/events/{event}")
    remove(site)
    site.process(guest.send_form(form, body), event)
    assert site.objects() != set()

    remove(site)

    assert site.objects() == set()


def test_words_are_gone_at_once(site: Site) -> None:
    event = site.made_event(welcome="Hello")
    site.host("DELETE", f"/events/{event}")

    [row] = rows(site, event)

    assert not {"title", "welcome", "created_by"} & row.keys()


def test_limits_hold_for_one_run(guest: Guest, site: Site) -> None:
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
    ids = {"photo_id": photo_id, "post_id": "post1", "link_id": "link1"}
    ids |= {"download_id": "d" * 26, "number": "1"}
    path = route.path.format(event_id=event, **ids)
    headers = {"content-type": "application/json", "if-match": '"1"'}
    query = {"ids": photo_id} if route.handler == "list_uploads" else None
    fields = {"files": [{}], "state": "shown", "reason": "other", "key": "a.b"}
    fields |= {"pin": "1234", "kind": "shown"}
    body = json.dumps(fields) if route.method is not Method.GET else None
    return browser.send(route.method, path, query, headers, body).status
