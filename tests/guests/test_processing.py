"""From an original to a shown photo, for any file, however often."""

from __future__ import annotations

import io

import boto3
import pytest
from PIL import Image

from lambdas.guests import handlers
from lambdas.storage import object_keys
from lambdas.storage.events.photo import PhotoState
from lambdas.storage.events.usage import Usage, read_usage
from tests.guests.conftest import EVENT, Guest, Site
from tests.lambda_events import Context, object_created, sqs_event
from tests.pictures.drawing import SECRET, draw_photo


def test_photos_have_size_and_time(guest: Guest) -> None:
    photo_id = guest.share(draw_photo(size=(800, 600), orientation=6))

    [item] = guest.photos()
    assert (item["id"], item["source"], item["kind"], item["mine"]) == (
        photo_id,
        "guest",
        "image",
        True,
    )
    assert (item["width"], item["height"]) == (600, 800)
    assert item["taken_at"] == "2026-04-29T17:11:12Z"
    assert set(item["urls"]) == {"thumb", "medium", "large"}
    assert guest.status(photo_id) == [{"id": photo_id, "status": "shown"}]


def test_shown_sizes_have_no_metadata(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo(size=(800, 600)))

    for size in ("thumb", "medium", "large"):
        stored = boto3.client("s3").get_object(
            Bucket=site.aws.bucket, Key=object_keys.shown_object(EVENT, photo_id, size)
        )
        body = stored["Body"].read()
        assert stored["ContentType"] == "image/webp"
        assert SECRET.encode() not in body
        assert Image.open(io.BytesIO(body)).format == "WEBP"


def test_repeated_messages_change_nothing(guest: Guest, site: Site) -> None:
    photo_id = guest.share(draw_photo())
    before, stored, usage = guest.photos(), site.objects(), read_usage(site.table, EVENT)

    for _ in range(3):
        assert site.process(photo_id) == {"batchItemFailures": []}

    assert [{**item, "urls": None} for item in guest.photos()] == [
        {**item, "urls": None} for item in before
    ]
    assert site.objects() == stored
    assert read_usage(site.table, EVENT) == usage


def test_missing_files_are_reported(guest: Guest, site: Site) -> None:
    body = draw_photo()
    upload = guest.announce(
        {"name": "a.jpg", "size": len(body), "type": "image/jpeg", "sha256": "0" * 64}
    ).json["uploads"][0]

    site.process(upload["id"])

    assert guest.status(upload["id"])[0]["reason"] == "file_missing"


def test_undecodable_files_are_kept(guest: Guest, site: Site) -> None:
    photo_id = guest.share(b"<script>alert(1)</script>", name="evil.jpg")

    [status] = guest.status(photo_id)
    assert (status["status"], status["reason"]) == ("in_review", "no_preview")
    assert status["message"]
    assert guest.photos() == []
    assert object_keys.original_object(EVENT, photo_id) in site.objects()
    assert [one.id for one in site.photos.with_state(EVENT, PhotoState.IN_REVIEW)] == [photo_id]


def test_bytes_without_a_name_are_looked_at(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo(), name="1000012345", kind="")
    site.process(photo_id)

    assert guest.status(photo_id)[0]["status"] == "shown"


@pytest.mark.parametrize("body", [b"%PDF-1.7", b"GIF89a", b"\0\0\0\x18ftypmp42" + bytes(64)])
def test_bytes_of_no_photo_are_refused(guest: Guest, site: Site, body: bytes) -> None:
    photo_id = guest.send(body, name="1000012345", kind="")
    site.process(photo_id)

    [status] = guest.status(photo_id)
    assert (status["status"], status["reason"]) == ("refused", "type_not_allowed")
    assert status["message"].startswith("Only photos can be added")
    assert object_keys.original_object(EVENT, photo_id) not in site.objects()


def test_other_bytes_are_refused(guest: Guest, site: Site) -> None:
    body = draw_photo()
    upload = guest.announce(
        {"name": "a.jpg", "size": len(body), "type": "image/jpeg", "sha256": "0" * 64}
    ).json["uploads"][0]
    guest.put(upload["id"], body)

    site.process(upload["id"])

    assert guest.status(upload["id"])[0] == {
        "id": upload["id"],
        "status": "refused",
        "reason": "damaged_on_the_way",
        "message": "This photo was damaged while it was sent. Please send it again.",
    }
    assert site.objects() == set()
    assert read_usage(site.table, EVENT) == Usage(0, 0)


def test_same_bytes_are_shown_once(guest: Guest, stranger: Guest, site: Site) -> None:
    body = draw_photo()
    first, second = guest.send(body), stranger.send(body)

    site.process(first)
    site.process(second)

    assert [item["id"] for item in guest.photos()] == [first]
    assert stranger.status(second)[0]["reason"] == "duplicate"
    assert all(second not in key for key in site.objects())
    assert read_usage(site.table, EVENT) == Usage(1, len(body))


def test_early_deletion_leaves_nothing(guest: Guest, site: Site) -> None:
    body = draw_photo()
    photo_id = guest.send(body)

    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 204
    guest.put(photo_id, body)
    site.process(photo_id)

    assert site.objects() == set()
    assert guest.photos() == []
    assert read_usage(site.table, EVENT) == Usage(0, 0)


def test_failed_photos_can_be_processed_again(guest: Guest, site: Site) -> None:
    body = draw_photo()
    photo_id = guest.send(body)
    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None

    assert site.photos.begin_processing(photo, last_attempt=True), (
        "as if the function were killed right after this"
    )
    assert guest.status(photo_id)[0]["reason"] == "processing_failed"

    site.process(photo_id, receive_count=3)
    assert guest.status(photo_id) == [{"id": photo_id, "status": "shown"}]


def test_failed_messages_return_alone(guest: Guest, site: Site) -> None:
    good = guest.send(draw_photo())
    broken = object_created("somewhere/else")

    answer = handlers.process.using(site.dependencies)(
        sqs_event(object_created(object_keys.original_object(EVENT, good)), broken), Context()
    )

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert guest.status(good)[0]["status"] == "shown"


def test_form_photos_count_on_arrival(guest: Guest, site: Site) -> None:
    body = draw_photo()
    photo_id = guest.send_form(guest.form(), body)

    site.process(photo_id)

    assert guest.photos()[0]["id"] == photo_id
    assert read_usage(site.table, EVENT) == Usage(1, len(body))
    assert (
        "on the page"
        in guest.sending.get(f"/g/{EVENT}/upload", {"sent": photo_id}, accept="text/html").text
    )


def test_form_photos_need_quota(guest: Guest, site: Site) -> None:
    form = guest.form()
    for number in range(20):
        guest.announce(
            {"name": "a.jpg", "size": 9, "type": "image/jpeg", "sha256": f"{number:064}"}
        )
    photo_id = guest.send_form(form, draw_photo())

    site.process(photo_id)

    assert guest.status(photo_id)[0]["reason"] == "event_full"
    assert site.objects() == set()


def test_sizes_start_no_processing() -> None:
    assert not object_keys.SHOWN_PREFIX.startswith(object_keys.ORIGINALS_PREFIX)
    with pytest.raises(ValueError, match="not the key of an original"):
        object_keys.parse_original_object(object_keys.shown_object(EVENT, "abc", "thumb"))
