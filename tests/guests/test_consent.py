"""Guests say whether the host may post their photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.guests.upload import CONSENT_FIELD, FORM_CONSENT
from lambdas.storage.events.consent import PostablePhoto, PostablePhotos
from tests.guests.conftest import EVENT, Guest, Site, Tags, announced
from tests.guests.test_upload import policy_of
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))
TICKED = {**announced(PHOTO), "may_post": True}
UNTICKED = {**announced(PHOTO), "may_post": False}


@pytest.fixture
def party(site: Site) -> str:
    """Provide an event that asks for consent."""
    return site.create_event(asks_to_post=True)


def share(guest: Guest, event: str, file: object = TICKED) -> str:
    """Send the photo and process it; return its id."""
    photo_id = str(guest.announce(file, event=event).json["uploads"][0]["id"])
    guest.put(photo_id, PHOTO, event)
    guest.site.process(photo_id, event)
    return photo_id


def share_by_form(guest: Guest, event: str, answer: str) -> str:
    """Send the photo with the plain form and process it; return its id."""
    form = guest.form(event)
    photo_id = form["key"].rpartition("/")[2]
    guest.put(photo_id, PHOTO, event, {"device": form["x-amz-meta-device"], FORM_CONSENT: answer})
    guest.site.process(photo_id, event)
    return photo_id


def allowed(site: Site, photo_id: str, event: str) -> bool:
    """Return whether a photo may be posted, by its row."""
    photo = site.photos.get(event, photo_id)
    assert photo is not None
    return photo.may_post


def postable(site: Site, photo_id: str, event: str) -> PostablePhoto | None:
    """Return what other features get."""
    return PostablePhotos(site.dependencies.events, site.photos).get(event, photo_id)


@pytest.mark.parametrize("asks", [True, False])
def test_consent_counts_if_asked(guest: Guest, site: Site, asks: bool) -> None:
    event = site.create_event(asks_to_post=asks)

    photo_id = share(guest, event)

    listed = site.operate(f"/events/{event}/photos", {"state": "shown"}).json["photos"]
    assert [photo["may_post"] for photo in listed] == [asks]
    assert guest.photos(event)[0]["may_post"] is asks
    assert (postable(site, photo_id, event) is not None) is asks


def test_consent_is_off_by_default(guest: Guest, site: Site, party: str) -> None:
    photo_id = share(guest, party, announced(PHOTO))

    assert not allowed(site, photo_id, party)
    assert postable(site, photo_id, party) is None


@pytest.mark.parametrize("value", ["true", 1, 0, None, [], {}])
def test_consent_must_be_boolean(guest: Guest, party: str, value: object) -> None:
    answer = guest.announce({**TICKED, "may_post": value}, event=party)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_may_post")
    assert "may_post" in answer.json["error"]["message"]


def test_strangers_see_no_consent(guest: Guest, stranger: Guest, party: str) -> None:
    share(guest, party)

    assert "may_post" not in stranger.photos(party)[0]


@pytest.mark.parametrize("first", [TICKED, UNTICKED])
@pytest.mark.parametrize("second", [TICKED, UNTICKED])
@pytest.mark.parametrize("shown_first", [True, False])
def test_same_device_adds_consent(
    guest: Guest, site: Site, party: str, first: object, second: object, shown_first: bool
) -> None:
    if shown_first:
        share(guest, party, first)
    else:
        guest.announce(first, event=party)
    photo_id = guest.announce(second, event=party).json["uploads"][0]["id"]
    guest.put(photo_id, PHOTO, party)
    site.process(photo_id, party)

    assert allowed(site, photo_id, party) is (TICKED in (first, second))


def test_other_devices_add_nothing(guest: Guest, stranger: Guest, site: Site, party: str) -> None:
    photo_id = share(guest, party, UNTICKED)

    assert stranger.announce(TICKED, event=party).json["uploads"][0]["id"] == photo_id
    share_by_form(stranger, party, "yes")

    assert not allowed(site, photo_id, party)


def test_simultaneous_copies_keep_own_consent(
    guest: Guest, stranger: Guest, site: Site, party: str
) -> None:
    [mine, theirs] = [
        one.announce(file, event=party).json["uploads"][0]["id"]
        for one, file in ((guest, UNTICKED), (stranger, TICKED))
    ]
    for photo_id in (mine, theirs):
        guest.put(photo_id, PHOTO, party)
        site.process(photo_id, party)

    assert postable(site, mine, party) is None
    assert postable(site, theirs, party) is None


def test_deleted_consent_does_not_return(guest: Guest, site: Site, party: str) -> None:
    photo_id = share(guest, party)
    guest.sending.delete(f"/g/{party}/photos/{photo_id}")
    assert postable(site, photo_id, party) is None

    assert share(guest, party, UNTICKED) == photo_id

    assert not allowed(site, photo_id, party)


@pytest.mark.parametrize(("answer", "expected"), [("yes", True), ("no", False), ("on", False)])
def test_plain_form_records_answer(
    guest: Guest, site: Site, party: str, answer: str, expected: bool
) -> None:
    photo_id = share_by_form(guest, party, answer)

    assert allowed(site, photo_id, party) is expected


def test_second_form_adds_consent(guest: Guest, site: Site, party: str) -> None:
    first = share_by_form(guest, party, "no")

    share_by_form(guest, party, "yes")

    assert allowed(site, first, party)


def test_box_adds_to_own_form(guest: Guest, site: Site, party: str) -> None:
    photo_id = share_by_form(guest, party, "no")

    guest.announce(TICKED, event=party)

    assert allowed(site, photo_id, party)


def test_tick_during_processing_counts(guest: Guest, site: Site, party: str) -> None:
    photo_id = guest.announce(UNTICKED, event=party).json["uploads"][0]["id"]
    photo = site.photos.get(party, photo_id)
    assert photo is not None
    site.photos.begin_processing(photo, last_attempt=False)
    begun = site.photos.get(party, photo_id)
    assert begun is not None
    guest.announce(TICKED, event=party)

    assert site.photos.finish(replace(begun, sha256="ab" * 32), site.dependencies.quota)

    assert allowed(site, photo_id, party)


@pytest.mark.parametrize("asks", [True, False])
def test_pages_ask_where_events_do(guest: Guest, site: Site, asks: bool) -> None:
    event = site.create_event(asks_to_post=asks)

    boxes = [
        box for box in Tags(guest.reading.get(f"/g/{event}").text).all("input")
        if box["type"] == "checkbox"
    ]  # fmt: skip
    form = guest.sending.get(f"/g/{event}/upload").text

    assert [("checked" in box) for box in boxes] == ([False] if asks else [])
    assert (CONSENT_FIELD in form) is asks
    assert guest.reading.get(f"/g/{event}/photos").json["event"]["asks_to_post"] is asks


def test_form_policy_takes_answer(guest: Guest, party: str) -> None:
    form = guest.form(party)

    assert ["starts-with", f"${CONSENT_FIELD}", ""] in policy_of({"fields": form})
    assert CONSENT_FIELD not in form
    assert CONSENT_FIELD not in str(policy_of({"fields": guest.form()}))


def test_dates_ask_by_setting(site: Site) -> None:
    asking = Site(site.aws, site.clock, posting_consent=True)

    assert not site.dependencies.events.get(EVENT).asks_to_post
    assert asking.dependencies.events.get(EVENT).asks_to_post


def test_postable_photos_name_original(guest: Guest, site: Site, party: str) -> None:
    photo_id = share(guest, party)

    assert postable(site, photo_id, party) == PostablePhoto(
        event_id=party,
        photo_id=photo_id,
        key=f"originals/{party}/{photo_id}",
        version=None,
        type="image/jpeg",
        title="Our party",
        time_zone="UTC",
    )


@pytest.mark.parametrize("change", ["hidden", "deleted", "unasked", "unknown", "no event"])
def test_others_are_not_postable(guest: Guest, site: Site, party: str, change: str) -> None:
    photo_id = share(guest, party)
    if change in ("hidden", "deleted"):
        site.moderate(photo_id, change, party)
    elif change == "unasked":
        site.create_event(asks_to_post=False)

    wanted = "x" * 26 if change == "unknown" else photo_id
    assert postable(site, wanted, "nothing" if change == "no event" else party) is None


def test_hidden_photos_keep_consent(guest: Guest, site: Site, party: str) -> None:
    photo_id = share(guest, party)

    site.moderate(photo_id, "hidden", party)
    site.clock.advance(timedelta(minutes=1))
    site.moderate(photo_id, "shown", party)

    assert postable(site, photo_id, party) is not None
