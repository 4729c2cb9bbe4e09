"""How often an original is decoded, and which version of it."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from lambdas.kit.clock import FixedClock
from lambdas.storage import keys, object_keys
from lambdas.storage.events.usage import Usage, read_usage
from tests.conftest import NOW, Aws
from tests.guests.conftest import EVENT, Guest, Site, announced
from tests.pictures.drawing import draw_photo


@pytest.fixture
def versioned(fake_aws: Aws, clock: FixedClock) -> Guest:
    """Provide a guest of a site whose bucket keeps versions, as the stack's does."""
    boto3.client("s3").put_bucket_versioning(
        Bucket=fake_aws.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    return Guest(Site(fake_aws, clock))


def kill(guest: Guest, photo_id: str) -> None:
    """Begin processing and end as a killed function does: without another word."""
    photo = guest.site.photos.get(EVENT, photo_id)
    assert photo is not None
    assert guest.site.photos.begin_processing(photo, last_attempt=photo.attempts >= 1)


def versions(guest: Guest, photo_id: str) -> list[str]:
    listed = boto3.client("s3").list_object_versions(
        Bucket=guest.site.aws.bucket, Prefix=object_keys.original_object(EVENT, photo_id)
    )
    return [one["VersionId"] for one in listed.get("Versions", [])]


def test_a_photo_that_kills_is_tried_twice(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    kill(guest, photo_id)
    kill(guest, photo_id)

    for receive_count in (3, 4, 5):
        assert site.process(photo_id, receive_count=receive_count) == {"batchItemFailures": []}

    assert guest.status(photo_id)[0]["reason"] == "processing_failed"
    assert guest.photos() == []


def test_one_kill_leaves_another_attempt(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    kill(guest, photo_id)

    site.process(photo_id, receive_count=2)

    assert guest.status(photo_id)[0]["status"] == "shown"


def test_deliveries_that_were_throttled_cost_no_attempt(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())

    site.process(photo_id, receive_count=9)

    assert guest.status(photo_id)[0]["status"] == "shown"


def test_ordinary_errors_cost_no_attempt(guest: Guest, site: Site) -> None:
    photo_id = guest.send(draw_photo())
    events, name = site.dependencies.aws.s3.meta.events, "before-call.s3.PutObject"

    def fail(**_: object) -> None:
        raise ConnectionError("the bucket is unavailable")

    events.register(name, fail, unique_id=name)
    for _ in range(3):
        with pytest.raises(BatchProcessingError):
            site.process(photo_id)
    events.unregister(name, fail, unique_id=name)
    site.process(photo_id)

    assert guest.status(photo_id)[0]["status"] == "shown"


def test_later_versions_are_deleted(versioned: Guest) -> None:
    body = draw_photo()
    photo_id = versioned.announce(announced(body)).json["uploads"][0]["id"]
    first = versioned.put(photo_id, body)
    versioned.site.process(photo_id, version=first)
    before = versioned.photos()

    for number in range(3):
        other = versioned.put(photo_id, b"other bytes %d" % number)
        versioned.site.process(photo_id, version=other)

    assert versions(versioned, photo_id) == [first]
    assert read_usage(versioned.site.table, EVENT) == Usage(1, len(body))
    assert versioned.photos()[0]["id"] == before[0]["id"]


def test_the_version_that_arrived_is_read(versioned: Guest) -> None:
    body = draw_photo()
    photo_id = versioned.announce(announced(body)).json["uploads"][0]["id"]
    first = versioned.put(photo_id, body)
    other = versioned.put(photo_id, b"posted again before the first was processed")

    versioned.site.process(photo_id, version=first)
    versioned.site.process(photo_id, version=other)

    assert versioned.status(photo_id)[0]["status"] == "shown"
    assert versions(versioned, photo_id) == [first]


def test_forms_cannot_be_posted_twice(versioned: Guest) -> None:
    form, body = versioned.form(), draw_photo()
    event, photo_id = object_keys.parse_original_object(form["key"])
    metadata = {"device": form["x-amz-meta-device"]}
    for content in (body, draw_photo(seed=2)):
        version = versioned.put(photo_id, content, event, metadata)
        versioned.site.process(photo_id, version=version)

    assert read_usage(versioned.site.table, EVENT) == Usage(1, len(body))
    assert len(versions(versioned, photo_id)) == 1


def test_deleted_photos_do_not_come_back(versioned: Guest) -> None:
    form = versioned.form()
    photo_id = versioned.send_form(form, draw_photo())
    versioned.site.process(photo_id)
    versioned.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    versioned.send_form(form, draw_photo())
    versioned.site.process(photo_id)

    assert versioned.photos() == []
    assert versioned.site.objects() == set()


@pytest.mark.parametrize(("hours", "is_used"), [(-20, True), (-60, False), (40, False)])
def test_the_browsers_time_counts_near_the_event(
    guest: Guest, site: Site, hours: int, is_used: bool
) -> None:
    photo_id = guest.send(draw_photo(taken=None, with_xmp=False))
    modified = NOW + timedelta(hours=hours)
    site.table.update_item(
        Key=keys.row_key(EVENT, keys.photo_row(photo_id)),
        UpdateExpression="SET last_modified = :time",
        ExpressionAttributeValues={":time": f"{modified:%Y-%m-%dT%H:%M:%SZ}"},
    )

    site.process(photo_id)

    photo = site.photos.get(EVENT, photo_id)
    assert photo is not None
    assert photo.taken_at == (modified if is_used else NOW)
