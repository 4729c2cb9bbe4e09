"""Events are deleted at their time, after a reminder; the morning after has a summary."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambdas.guests.caring.rounds import summary_time
from lambdas.kit.clock import FixedClock
from lambdas.storage.events.event import Event
from tests.conftest import Aws
from tests.guests.caring_site import HOOK, HOST, CaringSite
from tests.guests.conftest import Guest
from tests.pictures.drawing import draw_photo


@pytest.fixture
def site(fake_aws: Aws, clock: FixedClock) -> CaringSite:
    """Provide a site whose hosts are informed."""
    return CaringSite(fake_aws, clock)


def status(site: CaringSite, event: str) -> int:
    """Return the status of an event's page."""
    return Guest(site).reading.get(f"/g/{event}").status


def test_time_of_deletion_is_shown(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=30)

    assert site.host("GET", f"/events/{event}").json["deletes_at"] == "2026-05-30T07:00:00Z"


def test_events_are_deleted_at_their_time(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=30, notify_email=HOST)
    Guest(site).share(draw_photo(), event=event)
    site.later(days=29)
    assert status(site, event) == 200

    site.later(days=2)

    assert status(site, event) == 410
    assert site.host("GET", f"/events/{event}").status == 410
    site.dependencies.event_removal.run(100, site.clock.now().replace(year=2027))
    assert site.objects() == set()


def test_hosts_are_reminded_once(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=30, notify_email=HOST, notify_webhook=HOOK)
    site.later(days=22)
    assert site.mails == []

    for _ in range(5):
        site.later(days=1)

    [mail] = site.mails
    assert "will be deleted on 30 May 2026" in mail.subject
    assert "choose Downloads. https://photos.example.com/h/emma-and-jan" in mail.body
    assert [body["type"] for body in site.receiver.bodies] == ["deletion_reminder"]
    assert site.receiver.bodies[0]["deletes_at"] == "2026-05-30T07:00:00Z"
    assert site.host("GET", f"/events/{event}").json["version"] == 1


def test_shortened_times_leave_a_day(site: CaringSite) -> None:
    event = site.made_event(notify_email=HOST)
    site.later(days=100)
    path = f"/events/{event}"

    changed = site.host("PATCH", path, {"delete_after_days": 1}, version=1).json
    site.later(minutes=60)
    site.later(hours=23)

    assert changed["warnings"][0]["code"] == "deleted_soon"
    assert "deleted on 8 August 2026" in site.mails[0].subject
    assert status(site, event) == 200
    site.later(hours=2)
    assert (status(site, event), len(site.mails)) == (410, 1)


def test_earlier_times_are_announced_again(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=10, notify_email=HOST)
    site.later(days=4)
    site.host("PATCH", f"/events/{event}", {"delete_after_days": 5}, version=1)

    site.later(hours=2)

    assert [mail.subject[-11:] for mail in site.mails] == ["10 May 2026", " 5 May 2026"]


def test_kept_events_stay(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=10)
    site.later(days=9)
    site.host("PATCH", f"/events/{event}", {"delete_after_days": None}, version=1)

    site.later(days=30)

    assert status(site, event) == 200


def test_every_event_is_looked_at(site: CaringSite) -> None:
    events = [site.made_event(f"event-{number}", delete_after_days=1) for number in range(3)]
    site.later(days=3)

    site.later(days=2)

    assert {status(site, event) for event in events} == {410}


def test_rounds_go_on_where_they_stopped(site: CaringSite) -> None:
    site.made_event("first-one", delete_after_days=1)
    now = site.clock.now()
    site.caring.rounds.run(now)  # No time is left: the page is not finished.
    site.clock.advance(now.replace(day=30) - now)

    site.caring.rounds.run(now.replace(year=2027))

    assert site.caring.cares.get("first-one").reminded_at == now.replace(day=30)


def test_summaries_come_in_the_morning(site: CaringSite) -> None:
    event = site.made_event(delete_after_days=30, notify_email=HOST)
    for seed in (1, 2):
        Guest(site).share(draw_photo(seed=seed, size=(64, 64)), event=event)
    site.later(hours=21)  # 8 in the morning in Los Angeles.
    assert site.mails == []

    site.later(minutes=61)
    site.later(hours=5)

    [mail] = site.mails
    assert mail.subject == "\u2068Emma & Jan\u2069: 2 photos from 2 guests"
    assert "will be deleted on 30 May 2026" in mail.body


def test_empty_events_have_no_summary(site: CaringSite) -> None:
    site.made_event(notify_email=HOST)

    site.later(hours=23)

    assert site.mails == []


@pytest.mark.parametrize(
    ("ends_at", "morning"),
    [
        ("2026-05-02T22:00:00Z", "2026-05-03T07:00:00Z"),
        ("2026-05-02T20:00:00Z", "2026-05-03T07:00:00Z"),
        ("2026-05-03T00:30:00Z", "2026-05-03T07:00:00Z"),
        ("2026-05-03T10:00:00Z", "2026-05-04T07:00:00Z"),
        ("2026-10-24T21:00:00Z", "2026-10-25T08:00:00Z"),
    ],
)
def test_nights_belong_to_the_evening(ends_at: str, morning: str) -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    event = Event("a", "A", start, datetime.fromisoformat(ends_at), "Europe/Berlin")

    assert summary_time(event) == datetime.fromisoformat(morning)


def test_secrets_are_shown_once(site: CaringSite) -> None:
    event, path = site.made_event(), "/events/emma-and-jan"

    first = site.host("PATCH", path, {"notify_webhook": HOOK}, version=1).json
    same = site.host("PATCH", path, {"notify_webhook": HOOK}, version=2).json
    other = site.host("PATCH", path, {"notify_webhook": HOOK + "2"}, version=3).json

    assert len(first["notify_secret"]) == 43
    assert "notify_secret" not in same
    assert other["notify_secret"] != first["notify_secret"]
    assert "notify_secret" not in site.host("GET", f"/events/{event}").json


def test_missing_senders_are_a_warning(fake_aws: Aws, clock: FixedClock) -> None:
    site = CaringSite(fake_aws, clock, mail_from="")
    body = {"title": "Party", "date": "2026-04-29", "notify_email": HOST}

    answer = site.host("POST", body=body)

    assert answer.status == 201
    assert [one["code"] for one in answer.json["warnings"]] == ["mail_not_available"]
