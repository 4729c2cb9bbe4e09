"""Operators create, list, change and delete events."""

from __future__ import annotations

import pytest

from lambdas.guests.settings import DateUploads
from lambdas.storage import keys
from tests.guests.conftest import EVENT, Guest, Site
from tests.json_types import JsonObject

PARTY: JsonObject = {"title": "Emma & Jan", "date": "2026-05-02", "time_zone": "Europe/Berlin"}


def problems(answer: JsonObject) -> dict[str, str]:
    """Return the codes of an answer's problems by field."""
    return {one["field"]: one["code"] for one in answer["problems"]}


def test_created_events_are_complete(site: Site) -> None:
    answer = site.host("POST", body=PARTY | {"id": "emma-and-jan"})

    assert (answer.status, answer.headers["etag"]) == (201, '"1"')
    event = answer.json
    assert event["starts_at"] == "2026-05-01T22:00:00Z"
    assert event["ends_at"] == "2026-05-02T22:00:00Z"
    assert event["url"] == "https://photos.example.com/g/emma-and-jan"
    assert (event["created_by"], event["changed_by"], event["version"]) == ("anna", "anna", 1)
    assert site.host("GET", "/events/emma-and-jan").json == event


def test_guests_see_the_words(guest: Guest, site: Site) -> None:
    event = site.made_event(welcome="Thank you\nfor coming!")

    page = guest.reading.get(f"/g/{event}").text
    shown = guest.reading.get(f"/g/{event}/photos").json["event"]

    assert "Emma &amp; Jan" in page
    assert "Thank you\nfor coming!" in page
    assert (shown["title"], shown["welcome"]) == ("Emma & Jan", "Thank you\nfor coming!")


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("Emma & Jänß", "emma-jaenss-"),
        ("💍🎉", "event-"),
        ("حفل زفاف", "event-"),
        ("<b>Party</b>", "b-party-b-"),
        ("x" * 120, "x" * 48 + "-"),
    ],
)
def test_ids_are_made_of_titles(guest: Guest, site: Site, title: str, start: str) -> None:
    ids = {str(site.host("POST", body=PARTY | {"title": title}).json["id"]) for _ in range(2)}

    assert len(ids) == 2
    for one in ids:
        assert one.startswith(start)
        page = guest.reading.get(f"/g/{one}", accept="text/html").text
        assert "<b>" not in page
        assert '<h1 dir="auto">' in page


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"title": " "}, {"title": "empty"}),
        ({"title": "\u200b"}, {"title": "empty"}),
        ({"title": "a\u202eb"}, {"title": "unprintable"}),
        ({"title": "a\nb"}, {"title": "unprintable"}),
        ({"title": "x" * 121}, {"title": "too_long"}),
        ({"title": None}, {"title": "wrong_type"}),
        ({"welcome": "x" * 601}, {"welcome": "too_long"}),
        ({"time_zone": "Europe/Nowhere"}, {"time_zone": "unknown_time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone": "unknown_time_zone"}),
        ({"date": "2026-02-30"}, {"date": "invalid_date"}),
        ({"date": "1999-01-01"}, {"date": "invalid_date"}),
        ({"starts_at": "2026-05-02T10:00:00Z"}, {"date": "two_windows"}),
        ({"reveal_at": "2026-05-02T10:00:00"}, {"reveal_at": "invalid_time"}),
        ({"reveal_at": "9999-12-31T23:59:59-10:00"}, {"reveal_at": "invalid_time"}),
        (
            {
                "upload_opens_at": "2026-05-02T10:00:00Z",
                "upload_closes_at": "2026-05-02T10:00:00Z",
            },
            {"upload_closes_at": "ends_before_start"},
        ),
        ({"id": "2026-05-02"}, {"id": "id_is_a_date"}),
        ({"id": "wall"}, {"id": "id_reserved"}),
        ({"id": "Emma"}, {"id": "invalid_id"}),
        ({"accent": "red"}, {"accent": "invalid_colour"}),
        ({"mode": "party"}, {"mode": "unknown_value"}),
        ({"account": "17841400000000000"}, {"account": "unknown_account"}),
        ({"account": "x" * 3000}, {"account": "unknown_account"}),
        ({"cover": "a" * 26}, {"cover": "unknown_photo"}),
        ({"languages": ["en", "xx"]}, {"languages": "unknown_language"}),
        ({"languages": []}, {"languages": "unknown_language"}),
        ({"delete_after_days": 0}, {"delete_after_days": "out_of_range"}),
        ({"delete_after_days": 10**30}, {"delete_after_days": "out_of_range"}),
        ({"delete_after_days": 1.5}, {"delete_after_days": "wrong_type"}),
        ({"notify_email": "emma"}, {"notify_email": "invalid_email"}),
        ({"notify_email": "a@b.de,c@d.de"}, {"notify_email": "invalid_email"}),
        ({"notify_email": "a@b.de\nBcc: c@d.de"}, {"notify_email": "invalid_email"}),
        ({"notify_webhook": "http://hooks.example.com/"}, {"notify_webhook": "not_https"}),
        ({"notify_webhook": "https://10.0.0.7/"}, {"notify_webhook": "not_public"}),
        ({"notify_webhook": "https://localhost/"}, {"notify_webhook": "not_public"}),
        ({"notify_webhook": "https://a@b.com/"}, {"notify_webhook": "invalid_url"}),
        ({"sections": ["Bar"]}, {"sections[0]": "wrong_type"}),
        ({"sections": [{}]}, {"sections[0].title": "missing"}),
        (
            {"sections": [{"title": 1}, []]},
            {"sections[0].title": "wrong_type", "sections[1]": "wrong_type"},
        ),
        ({"colour": 1, "review": "yes"}, {"colour": "unknown_field", "review": "wrong_type"}),
    ],
)
def test_problems_are_named(site: Site, fields: JsonObject, found: dict[str, str]) -> None:
    answer = site.host("POST", body=PARTY | fields)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_event")
    assert problems(answer.json) == found
    assert site.host("GET").json["events"] == []


def test_all_problems_come_at_once(site: Site) -> None:
    body = {
        "starts_at": "2026-05-02T10:00:00Z",
        "ends_at": "2026-05-02T09:00:00Z",
        "accent": "blue",
    }

    answer = site.host("POST", body=body)

    assert problems(answer.json) == {
        "accent": "invalid_colour",
        "title": "missing",
        "ends_at": "ends_before_start",
    }


def test_empty_bodies_miss_three_fields(site: Site) -> None:
    answer = site.host("POST", body={})

    assert problems(answer.json) == dict.fromkeys(("title", "starts_at", "ends_at"), "missing")


def test_ids_are_given_once(site: Site) -> None:
    site.made_event()

    answer = site.host("POST", body=PARTY | {"id": "emma-and-jan"})

    assert (answer.status, answer.json["error"]["code"]) == (409, "id_taken")


def test_lists_have_pages(site: Site) -> None:
    for day in range(1, 6):
        site.made_event(f"party-{day}", date=f"2026-05-0{day}")

    first = site.operate("/events", {"limit": "3"}).json
    rest = site.operate("/events", {"limit": "3", "cursor": first["next"]}).json

    ids = [event["id"] for page in (first, rest) for event in page["events"]]
    assert ids == [f"party-{day}" for day in (5, 4, 3, 2, 1)]
    assert rest["next"] is None


def test_changes_keep_the_rest(site: Site) -> None:
    event = site.made_event(welcome="Hello", review=True)

    answer = site.host("PATCH", f"/events/{event}", {"title": "New", "welcome": None}, version=1)

    changed = answer.json
    assert (answer.status, changed["version"], answer.headers["etag"]) == (200, 2, '"2"')
    assert (changed["title"], changed["welcome"], changed["review"]) == ("New", None, True)


def test_posts_of_a_new_window_follow_though_the_change_was_cut_off(site: Site) -> None:
    event, feeds = site.made_event(), site.dependencies.feeds
    feeds.synced(event, site.clock.now())
    client_events = site.table.meta.client.meta.events

    def kill(**_: object) -> None:
        raise SystemExit

    client_events.register("after-call.dynamodb.TransactWriteItems", kill)
    with pytest.raises(SystemExit):
        site.host("PATCH", f"/events/{event}", {"date": "2026-05-02"}, version=1)
    client_events.unregister("after-call.dynamodb.TransactWriteItems", kill)

    assert site.dependencies.events.get(event).version == 2
    assert feeds.get(event).due(site.clock.now())


def test_changes_name_their_version(site: Site) -> None:
    event = site.made_event()

    path, body = f"/events/{event}", {"title": "New"}
    missing = site.host("PATCH", path, body)
    wrong = site.host("PATCH", path, body, version=7)

    assert (missing.status, missing.json["error"]["code"]) == (400, "if_match_required")
    assert (wrong.status, wrong.json["error"]["code"]) == (409, "event_changed")
    assert wrong.json["version"] == 1


def test_changes_are_checked_with_what_is_stored(site: Site) -> None:
    event = site.made_event()
    body = {"ends_at": "2026-04-29T00:00:00Z", "id": "other"}

    answer = site.host("PATCH", f"/events/{event}", body, version=1)

    assert problems(answer.json) == {"ends_at": "ends_before_start", "id": "id_is_final"}


def test_older_rows_can_be_changed(site: Site) -> None:
    event = site.create_event(review=True)

    answer = site.host("PATCH", f"/events/{event}", {"title": "New"}, version=0)

    assert (answer.status, answer.json["title"], answer.json["review"]) == (200, "New", True)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_dates_cannot_be_changed(site: Site, method: str) -> None:
    answer = site.host(method, f"/events/{EVENT}", {"title": "New"}, version=0)

    assert (answer.status, answer.json["error"]["code"]) == (409, "date_event")
    assert site.host("GET", f"/events/{EVENT}").json["version"] == 0


def test_accounts_must_be_connected(site: Site) -> None:
    table = site.aws.clients.table(site.aws.tokens)
    for account, state in (("178414001", "active"), ("178414002", "disconnected")):
        table.put_item(Item=keys.account_key("main", account) | {"state": state})

    gone = site.host("POST", body=PARTY | {"account": "178414002"})
    known = site.host("POST", body=PARTY | {"account": "178414001"})

    assert problems(gone.json) == {"account": "unknown_account"}
    assert known.json["account"] == "178414001"


def test_dates_can_refuse_uploads(site: Site) -> None:
    closed = Guest(Site(site.aws, site.clock, date_uploads=DateUploads.NONE))

    answer = closed.announce({"name": "a.jpg", "size": 1, "type": "image/jpeg", "sha256": "0" * 64})

    assert (answer.status, answer.json["error"]["code"]) == (403, "uploads_closed")
    assert not closed.reading.get(f"/g/{EVENT}/photos").json["event"]["accepting_uploads"]
