"""Unsent grants: how much of an event they hold, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from lambdas.storage.events.usage import Usage, read_usage
from tests.conftest import Aws
from tests.guests.conftest import EVENT, Guest, Site, announced
from tests.pictures.drawing import draw_photo


@pytest.fixture
def large(fake_aws: Aws, clock: FixedClock) -> Site:
    """Provide a site whose unsent grants may hold 50 of an event's 200 files."""
    return Site(fake_aws, clock, max_event_files=200, max_event_bytes=10**12)


def files(count: int, name: str) -> list[dict[str, object]]:
    return [announced(f"{name} {number}".encode()) for number in range(count)]


def statuses(guest: Guest, *announcement: dict[str, object]) -> set[str]:
    answer = guest.announce(*announcement)
    return {upload["status"] for upload in answer.json["uploads"]}


def test_strangers_cannot_close_an_event(large: Site) -> None:
    for number in range(5):
        assert statuses(Guest(large), *files(50, f"stranger {number}")) == {"upload"}

    photo_id = Guest(large).share(draw_photo())

    assert [item["id"] for item in Guest(large).photos()] == [photo_id]
    assert read_usage(large.table, EVENT).files <= 51


def test_rows_of_strangers_end_by_themselves(large: Site) -> None:
    for number in range(3):
        Guest(large).announce(*files(50, f"stranger {number}"))

    rows = [row for row in large.table.scan()["Items"] if row.get("state") == "waiting"]
    endless = [row for row in rows if keys.EXPIRES not in row]
    assert (len(rows), len(endless)) == (150, 50)
    assert all(row["counted"] for row in endless)


def test_ended_grants_begin_again(large: Site) -> None:
    Guest(large).announce(*files(50, "stranger"))
    guest, body = Guest(large), draw_photo()
    guest.announce(announced(body))
    large.clock.advance(timedelta(hours=23))
    [upload] = guest.announce(announced(body)).json["uploads"]

    photo = large.photos.get(EVENT, upload["id"])
    assert photo is not None
    assert (upload["status"], photo.granted_until > large.clock.now()) == ("upload", True)
    guest.put(upload["id"], body)
    large.process(upload["id"])
    assert [one["id"] for one in guest.photos()] == [upload["id"]]


def test_other_devices_grants_leave_small_events_open(guest: Guest, stranger: Guest) -> None:
    assert statuses(stranger, *files(20, "stranger")) == {"upload"}

    assert statuses(guest, announced(b"mine")) == {"upload"}


def test_announcing_again_prolongs_nothing(site: Site) -> None:
    guest = Guest(site)
    for _ in range(5):
        guest.announce(*files(20, "held"))
        site.clock.advance(timedelta(minutes=9))

    Guest(site).announce(announced(b"other"))

    assert read_usage(site.table, EVENT).files == 1


def test_a_device_holds_a_hundred_files(large: Site) -> None:
    guest = Guest(large)
    for number in range(2):
        assert statuses(guest, *files(50, f"{number}")) == {"upload"}

    answer = guest.announce(announced(b"one more"))

    assert (answer.status, answer.json["error"]["code"]) == (429, "too_many_unsent")


def test_sent_photos_free_the_device(large: Site) -> None:
    guest = Guest(large)
    guest.announce(*files(50, "first"))
    guest.announce(*files(49, "second"))
    guest.share(b"sent")

    assert statuses(guest, announced(b"one more")) == {"upload"}


def test_lapsed_grants_still_accept_their_photo(guest: Guest, site: Site) -> None:
    photo_id = guest.announce(announced(body := draw_photo())).json["uploads"][0]["id"]
    site.clock.advance(timedelta(minutes=41))
    Guest(site).announce(*files(20, "others"))
    site.clock.advance(timedelta(minutes=41))
    Guest(site).announce(announced(b"last"))

    guest.put(photo_id, body)
    site.process(photo_id)

    assert guest.status(photo_id)[0]["status"] == "shown"
    assert read_usage(site.table, EVENT) == Usage(2, len(body) + 4)


def test_photos_past_the_quota_are_refused_on_arrival(site: Site) -> None:
    stranger, guest = Guest(site), Guest(site)
    stranger.announce(*files(20, "stranger"))
    body = draw_photo()

    photo_id = guest.share(body)

    assert guest.status(photo_id)[0]["reason"] == "event_full"
    assert site.objects() == set()
    assert read_usage(site.table, EVENT).files == 20


def test_twenty_thousand_abandoned_rows_are_harmless(site: Site) -> None:
    guest = Guest(site)
    guest.announce(*files(20, "held"))
    row = site.photos.get_many(EVENT, [guest.announce(*files(1, "held")).json["uploads"][0]["id"]])
    [photo] = row.values()
    with site.table.batch_writer() as batch:
        for number in range(20_000):
            abandoned = photo.to_row() | {"sk": f"PHOTO#{number:026}", "id": f"{number:026}"}
            batch.put_item(Item=abandoned | {"counted": False, "unsent": False})

    answer = guest.announce(announced(b"one too many"))

    assert (answer.status, answer.json["error"]["code"]) == (429, "event_full")


def test_forms_that_are_never_sent_store_nothing(guest: Guest, site: Site) -> None:
    for _ in range(50):
        guest.form()

    assert site.table.scan()["Count"] == 0


def test_only_the_signed_form_makes_a_row(guest: Guest, site: Site) -> None:
    guest.put("a" * 26, draw_photo())

    site.process("a" * 26)

    assert site.objects() == set()
    assert guest.photos() == []


def test_the_form_binds_the_device(guest: Guest, stranger: Guest, site: Site) -> None:
    photo_id = guest.send_form(guest.form(), draw_photo())
    site.process(photo_id)

    assert guest.photos()[0]["mine"]
    assert stranger.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 403
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 204
