"""A photo's bytes are public while its state is, also when a function dies in between."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest

from lambdas.storage import keys, object_keys
from lambdas.storage.events.photo import PhotoState
from lambdas.storage.events.usage import Usage, read_usage
from tests.guests.conftest import EVENT, Guest, Site
from tests.pictures.drawing import draw_photo

SIZES = ("thumb", "medium", "large")


def public(site: Site) -> set[str]:
    return {key for key in site.objects() if key.startswith(object_keys.SHOWN_PREFIX)}


def marks(site: Site) -> list[object]:
    return [row for row in site.table.scan()["Items"] if row[keys.PARTITION] == keys.CLEANUP]


@pytest.fixture
def party(site: Site) -> str:
    """Provide an event whose photos an operator approves."""
    return site.create_event(review=True)


def test_waiting_photos_are_private(guest: Guest, site: Site, party: str) -> None:
    photo_id = guest.share(draw_photo(), event=party)

    assert guest.status(photo_id, event=party)[0]["status"] == "in_review"
    assert public(site) == set()
    assert set(object_keys.pending_objects(party, photo_id, SIZES)) <= site.objects()
    assert marks(site) == []


def test_approval_publishes_bytes(guest: Guest, site: Site, party: str) -> None:
    photo_id = guest.share(draw_photo(), event=party)

    assert site.moderate(photo_id, "shown", party).json["state"] == "shown"

    assert public(site) == set(object_keys.shown_objects(party, photo_id, SIZES))
    assert [item["id"] for item in guest.photos(party)] == [photo_id]
    assert marks(site) == []


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_hiding_takes_bytes_back(guest: Guest, site: Site, state: str) -> None:
    photo_id = guest.share(draw_photo())
    assert public(site)

    assert site.moderate(photo_id, state).status == 200

    assert (public(site), guest.photos()) == (set(), [])
    # What hosts delete has a mark for as long as it can be restored.
    assert bool(marks(site)) is (state == "deleted")


def test_hidden_photos_can_be_shown_again(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo())
    before = site.objects()

    site.moderate(photo_id, "hidden")
    site.moderate(photo_id, "shown")

    assert before <= site.objects()
    assert guest.photos()[0]["id"] == photo_id


@pytest.mark.parametrize(
    ("state", "code"), [("shown", "photo_has_no_preview"), ("waiting", "invalid_request")]
)
def test_impossible_states_are_refused(guest: Guest, site: Site, state: str, code: str) -> None:
    photo_id = guest.share(b"no picture")

    assert site.moderate(photo_id, state).json["error"]["code"] == code


def test_unknown_photos_cannot_be_moderated(site: Site) -> None:
    assert site.moderate("nothing", "shown").json["error"]["code"] == "photo_not_found"


class Failing:
    """A bucket whose deletions and copies fail, as if the function were killed there."""

    NAMES = tuple(
        f"before-call.s3.{operation}"
        for operation in ("DeleteObjects", "DeleteObject", "CopyObject")
    )

    def __init__(self, site: Site) -> None:
        self._events = site.dependencies.aws.s3.meta.events

    def __enter__(self) -> None:
        for name in self.NAMES:
            self._events.register(name, self._fail, unique_id=name)

    def __exit__(self, *_: object) -> None:
        for name in self.NAMES:
            self._events.unregister(name, self._fail, unique_id=name)

    def _fail(self, **_: object) -> None:
        raise ConnectionError("killed")


def test_the_sweep_completes_deletions(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo())
    with Failing(site):
        assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 500
    assert (guest.photos(), read_usage(site.table, EVENT)) == ([], Usage(0, 0))
    assert public(site)

    site.clock.advance(timedelta(minutes=6))

    assert site.tidy() == 1
    assert (site.objects(), marks(site), site.tidy()) == (set(), [], 0)


@pytest.mark.parametrize("state", ["shown", "hidden"])
def test_the_sweep_completes_moderation(guest: Guest, site: Site, party: str, state: str) -> None:
    photo_id = guest.share(draw_photo(), event=party)
    if state == "hidden":
        site.moderate(photo_id, "shown", party)
    with Failing(site):
        assert site.moderate(photo_id, state, party).status == 500

    site.clock.advance(timedelta(minutes=6))
    site.tidy()

    assert bool(public(site)) is (state == "shown")
    assert marks(site) == []


def test_the_sweep_waits_for_work_in_progress(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    site.photos.begin_processing(photo, last_attempt=False)

    site.clock.advance(timedelta(minutes=6))

    assert site.tidy() == 0


def test_the_sweep_keeps_what_never_ended(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    site.photos.begin_processing(photo, last_attempt=False)
    site.dependencies.objects.write_shown(EVENT, photo_id, {"thumb": b"half done"})

    site.clock.advance(timedelta(hours=4))
    site.tidy()

    assert guest.status(photo_id)[0]["reason"] == "processing_failed"
    assert public(site) == set()
    assert object_keys.original_object(EVENT, photo_id) in site.objects()


def test_a_mark_outlives_an_older_confirmation(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo())
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    first = site.photos.moderate(photo, PhotoState.HIDDEN)
    hidden = site.photos.get(EVENT, photo_id)
    assert first is not None
    assert hidden is not None
    site.photos.moderate(hidden, PhotoState.SHOWN)

    assert not site.dependencies.cleanup.confirm(first)
    assert len(marks(site)) == 1


def test_caches_ask_again_soon(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo())

    head = boto3.client("s3").head_object(
        Bucket=site.aws.bucket, Key=object_keys.shown_object(EVENT, photo_id, "thumb")
    )

    assert "s-maxage=60" in head["CacheControl"]


def test_the_sweep_finds_what_was_written_late(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    assert site.photos.begin_processing(photo, last_attempt=False)
    # It is deleted meanwhile; then the sizes are written, and the function is killed.
    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")
    site.dependencies.objects.write_shown(EVENT, photo_id, dict.fromkeys(SIZES, b"webp"))

    site.clock.advance(timedelta(minutes=10))
    site.tidy()
    site.clock.advance(timedelta(hours=3))
    site.tidy()

    assert (public(site), marks(site)) == (set(), [])


def test_what_cannot_be_settled_keeps_nothing_waiting(guest: Guest, site: Site) -> None:
    photos = [guest.share(draw_photo(size=(40, 30 + number))) for number in range(2)]
    with Failing(site):
        for photo_id in photos:
            guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")
    site.clock.advance(timedelta(minutes=10))

    with Failing(site):
        site.dependencies.sweep.run(1)
    site.dependencies.sweep.run(1)
    assert len(public(site)) == len(SIZES)
    site.clock.advance(timedelta(hours=1))
    site.tidy()

    assert (public(site), marks(site)) == (set(), [])
