"""Guests' reports: they hide a photo at once and ask the host, and no one can empty a page."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest

from lambdas.guests.moderating.reports import MAX_BY_ADDRESS, MAX_OF_EVENT
from lambdas.storage import keys, object_keys
from lambdas.storage.events.photo import RESTORABLE, PhotoState
from tests.guests.conftest import Guest, Site
from tests.guests.hosts import Host
from tests.guests.test_photo_removed import removals
from tests.guests.test_visibility import SIZES, marks, public
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))


@pytest.fixture
def anna(site: Site) -> Host:
    """Provide a host who decides."""
    return Host(site, site.made_event(), "moderator")


@pytest.fixture
def photo(guest: Guest, anna: Host) -> str:
    """Provide a photo on the page."""
    return guest.share(PHOTO, event=anna.event)


def report(
    guest: Guest, event: str, photo_id: str, reason: object = "shows_me", **more: object
) -> HttpAnswer:
    return guest.sending.post(f"/g/{event}/photos/{photo_id}/reports", {"reason": reason, **more})


def stored(site: Site) -> list[JsonObject]:
    rows: list[JsonObject] = site.table.scan()["Items"]
    return [row for row in rows if str(row[keys.SORT]).startswith(keys.REPORT_PREFIX)]


def test_reports_hide_at_once(
    anna: Host, guest: Guest, stranger: Guest, site: Site, photo: str
) -> None:
    answer = report(stranger, anna.event, photo, text=" That is me. ")

    assert (answer.status, answer.json["hidden"]) == (202, True)
    assert (guest.photos(anna.event), public(site), marks(site)) == ([], set(), [])
    assert set(object_keys.pending_objects(anna.event, photo, SIZES)) <= site.objects()
    assert len(removals(site)) == 1
    [listed] = anna.listed("in_review")
    said = {"reason": "shows_me", "text": "That is me.", "at": "2026-04-29T18:00:00Z"}
    assert (listed["reason"], listed["reports"]) == ("reported", [said])


def test_reports_are_in_the_audit(anna: Host, stranger: Guest, photo: str) -> None:
    report(stranger, anna.event, photo)

    [entry] = [one for one in anna.audit() if one["action"] == "photo_reported"]
    assert (entry["by"], entry["link"], entry["subject"]) == ("a guest", None, photo)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "spam"},
        {"reason": "other", "text": "x" * 501},
        {"reason": "other", "text": 5},
    ],
)
def test_reports_are_checked(anna: Host, stranger: Guest, photo: str, body: JsonObject) -> None:
    path = f"/g/{anna.event}/photos/{photo}/reports"

    assert stranger.sending.post(path, body).status == 400
    assert anna.listed("in_review") == []


def test_long_texts_fit(anna: Host, stranger: Guest, photo: str) -> None:
    text = "💍" * 499 + "\u202e"

    assert report(stranger, anna.event, photo, text=text).status == 202
    assert anna.listed("in_review")[0]["reports"][0]["text"] == text


def test_approved_photos_stay(
    anna: Host, guest: Guest, stranger: Guest, site: Site, photo: str
) -> None:
    report(stranger, anna.event, photo)
    anna.decide(photo, "shown")

    answer = report(guest, anna.event, photo, "other")

    assert (answer.status, answer.json["hidden"]) == (202, False)
    assert [one["id"] for one in guest.photos(anna.event)] == [photo]
    assert [one["action"] for one in anna.audit()].count("photo_reported") == 2
    assert len(stored(site)) == 2


def test_approval_alone_does_not_protect(anna: Host, stranger: Guest, photo: str) -> None:
    anna.decide(photo, "hidden")
    anna.decide(photo, "shown")

    assert report(stranger, anna.event, photo).json["hidden"]


@pytest.mark.parametrize("state", ["hidden", "deleted", "in_review"])
def test_reports_bring_nothing_back(
    anna: Host, stranger: Guest, site: Site, photo: str, state: str
) -> None:
    anna.decide(photo, state)

    assert report(stranger, anna.event, photo).status == 404
    assert [one["id"] for one in anna.listed(state)] == [photo]
    assert stored(site) == []


@pytest.mark.parametrize("hiding", [{"mode": "upload_only"}, {"reveal_at": "2026-04-30T00:00:00Z"}])
def test_unseen_events_take_no_reports(
    anna: Host, stranger: Guest, site: Site, photo: str, hiding: JsonObject
) -> None:
    site.host("PATCH", f"/events/{anna.event}", hiding, version=1)

    assert report(stranger, anna.event, photo).status == 404


@pytest.fixture
def limited(site: Site) -> Guest:
    """Provide a guest of the same event, on a site that counts requests."""
    boto3.client("dynamodb").create_table(
        TableName="limits",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    return Guest(Site(site.aws, site.clock, limits_table_name="limits"))


def test_an_address_reports_ten_an_hour(anna: Host, limited: Guest, site: Site, photo: str) -> None:
    report(limited, anna.event, photo)
    anna.decide(photo, "shown")
    answers = [report(limited, anna.event, photo) for _ in range(MAX_BY_ADDRESS)]

    assert [one.status for one in answers] == [202] * (MAX_BY_ADDRESS - 1) + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    site.clock.advance(timedelta(hours=1))
    assert report(limited, anna.event, photo).status == 202


def test_an_event_has_a_limit_too(anna: Host, limited: Guest, photo: str) -> None:
    reporting = limited.site.dependencies.reporting
    for number in range(MAX_OF_EVENT):
        reporting._limit(anna.event, f"192.0.2.{number}")

    assert report(limited, anna.event, photo).status == 429


def test_addresses_are_not_stored(anna: Host, limited: Guest, photo: str) -> None:
    report(limited, anna.event, photo)

    rows = boto3.client("dynamodb").scan(TableName="limits")["Items"]
    address = "203.0.113.7"
    assert any("report:" in str(row) for row in rows)
    assert address not in str(rows)


def test_reports_go_with_their_photo(
    anna: Host, guest: Guest, stranger: Guest, site: Site, photo: str
) -> None:
    report(stranger, anna.event, photo)

    guest.sending.delete(f"/g/{anna.event}/photos/{photo}")

    assert (stored(site), site.objects()) == ([], set())


def test_reports_go_after_the_bin(anna: Host, stranger: Guest, site: Site, photo: str) -> None:
    report(stranger, anna.event, photo)
    anna.decide(photo, "deleted")
    assert len(stored(site)) == 1

    site.clock.advance(RESTORABLE)
    site.tidy()

    assert (stored(site), site.objects()) == ([], set())


def test_reports_go_with_their_event(anna: Host, stranger: Guest, site: Site, photo: str) -> None:
    report(stranger, anna.event, photo)
    site.host("DELETE", f"/events/{anna.event}")

    site.dependencies.event_removal.run(100, site.clock.now() + timedelta(seconds=30))

    assert (stored(site), site.objects()) == ([], set())


@pytest.mark.parametrize("state", ["deleted", "hidden"])
def test_the_removal_is_announced_whatever_follows(
    anna: Host, stranger: Guest, site: Site, photo: str, state: str
) -> None:
    site.bus.broken = True
    assert report(stranger, anna.event, photo).status == 500
    site.bus.broken = False
    anna.decide(photo, state)

    site.clock.advance(timedelta(minutes=6))
    site.tidy()

    assert len(removals(site)) >= 1
    found = site.photos.get(anna.event, photo)
    assert found is not None
    assert found.state in (PhotoState.BINNED, PhotoState.HIDDEN)
