"""The operators' list of photos has pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.storage.events.photo import Photo, PhotoState, Reason
from tests.conftest import NOW
from tests.guests.conftest import EVENT, Site

PATH = f"/events/{EVENT}/photos"


def fill(site: Site, count: int, state: PhotoState = PhotoState.IN_REVIEW) -> None:
    """Store photos with names as long as they may be."""
    with site.table.batch_writer() as batch:
        for number in range(count):
            photo = Photo(
                event_id=EVENT,
                id=f"{state}{number:015}",
                state=state,
                device="d" * 64,
                name="n" * 255,
                size=1,
                granted_until=NOW,
            )
            batch.put_item(Item=photo.to_row())


def test_pages_hold_all_photos_once(site: Site) -> None:
    fill(site, 25)
    seen: list[str] = []
    query = {"limit": "10"}
    while True:
        page = site.operate(PATH, query).json
        seen += [photo["id"] for photo in page["photos"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert len(seen) == len(set(seen)) == 25


def test_reports_come_first_and_new_photos_before_old(site: Site) -> None:
    fill(site, 4)
    photos = [site.photos.get(EVENT, f"{PhotoState.IN_REVIEW}{number:015}") for number in range(4)]
    for number, photo in enumerate(photos):
        assert photo
        reason = Reason.REPORTED if number == 1 else None
        later = replace(photo, taken_at=NOW + timedelta(minutes=number), reason=reason)
        site.table.put_item(Item=later.to_row())

    listed = [photo["id"][-1] for photo in site.operate(PATH).json["photos"]]

    assert listed == ["1", "3", "2", "0"]


def test_three_thousand_photos_stay_small(site: Site) -> None:
    fill(site, 3000)

    answer = site.operate(PATH, {"limit": "200"})

    assert len(answer.json["photos"]) == 200
    assert len(answer.text) < 600_000
    assert answer.json["next"]


def test_cursors_belong_to_their_state(site: Site) -> None:
    fill(site, 3)
    cursor = site.operate(PATH, {"limit": "1"}).json["next"]

    answer = site.operate(PATH, {"state": "hidden", "cursor": cursor})

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_cursor")


def test_damage_is_shown_to_operators(site: Site) -> None:
    fill(site, 1)
    key = {"pk": f"EVENT#{EVENT}", "sk": f"PHOTO#{PhotoState.IN_REVIEW}{0:015}"}
    site.table.update_item(
        Key=key, UpdateExpression="SET damaged = :yes", ExpressionAttributeValues={":yes": True}
    )

    assert site.operate(PATH).json["photos"][0]["damaged"]
