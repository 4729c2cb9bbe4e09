"""Other features learn of each removal of a photo, also when a function dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.kit.events import DomainEvent, PhotoRemoved
from lambdas.storage.events.photo import RESTORABLE, PhotoState
from tests.guests.conftest import EVENT, Guest, Site
from tests.guests.test_visibility import Failing, marks
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))


def removals(site: Site) -> list[DomainEvent]:
    """Return the removals that were announced."""
    return [event for event in site.bus.published if isinstance(event, PhotoRemoved)]


def sweep(site: Site) -> None:
    """Run the sweep once the marks are due."""
    site.bus.broken = False
    site.clock.advance(timedelta(minutes=6))
    site.tidy()


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_moderation_announces_removal(guest: Guest, site: Site, state: str) -> None:
    photo_id = guest.share(PHOTO)

    site.moderate(photo_id, state)

    assert removals(site) == [PhotoRemoved(EVENT, photo_id)]


def test_guests_announce_removal(guest: Guest, site: Site) -> None:
    photo_id = guest.share(PHOTO)

    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    assert removals(site) == [PhotoRemoved(EVENT, photo_id)]


def test_unseen_photos_are_no_removal(guest: Guest, site: Site) -> None:
    party = site.create_event(review=True)
    shown, deleted = (guest.share(draw_photo(seed=seed), event=party) for seed in (1, 2))

    site.moderate(shown, "shown", party)
    site.moderate(deleted, "deleted", party)

    assert removals(site) == []


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_sweep_announces_after_crash(guest: Guest, site: Site, state: str) -> None:
    photo_id = guest.share(PHOTO)
    with Failing(site):
        assert site.moderate(photo_id, state).status == 500
    assert removals(site) == []

    sweep(site)
    assert removals(site) == [PhotoRemoved(EVENT, photo_id)]
    # What hosts delete has a mark until it cannot be restored any more.
    site.clock.advance(RESTORABLE)
    sweep(site)

    assert (removals(site), marks(site)) == ([PhotoRemoved(EVENT, photo_id)], [])


def test_sweep_repeats_refused_announcement(guest: Guest, site: Site) -> None:
    photo_id = guest.share(PHOTO)
    site.bus.broken = True
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 500

    sweep(site)

    assert (removals(site), marks(site)) == ([PhotoRemoved(EVENT, photo_id)], [])


def test_later_deletion_keeps_announcement(guest: Guest, site: Site) -> None:
    photo_id = guest.share(PHOTO)
    site.bus.broken = True
    for state in ("hidden", "deleted"):
        site.moderate(photo_id, state)

    sweep(site)

    assert removals(site) == [PhotoRemoved(EVENT, photo_id)]


def test_new_upload_keeps_announcement(guest: Guest, site: Site) -> None:
    photo_id = guest.share(PHOTO)
    site.bus.broken = True
    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")
    assert guest.send(PHOTO) == photo_id
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    site.photos.begin_processing(photo, last_attempt=True)
    assert len(marks(site)) == 1

    site.clock.advance(timedelta(hours=4))
    sweep(site)

    assert removals(site) == [PhotoRemoved(EVENT, photo_id)]


def test_restored_photos_are_not_removed(guest: Guest, site: Site) -> None:
    photo_id = guest.share(PHOTO)
    site.bus.broken = True
    site.moderate(photo_id, "hidden")
    site.bus.broken = False
    site.moderate(photo_id, "shown")

    sweep(site)

    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    assert (photo.state, removals(site), marks(site)) == (PhotoState.SHOWN, [], [])
