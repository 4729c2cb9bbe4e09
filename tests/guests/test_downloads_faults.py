"""Downloads that are interrupted, repeated, crossed by changes, or asked for by others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import boto3
import pytest

from lambdas.guests.downloads.orders import PartOrder
from lambdas.guests.downloads.packing import MAX_TIME, Packer, TooSlow
from lambdas.guests.settings import MAX_PACKING_ATTEMPTS
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys, object_keys
from lambdas.storage.archives import ArchiveStore
from tests.conftest import Aws
from tests.guests.downloading import Downloader, archives, downloader
from tests.json_types import JsonObject


@pytest.fixture
def host(fake_aws: Aws, clock: FixedClock) -> Downloader:
    """Provide an event whose guests may download its photos."""
    made = downloader(fake_aws, clock)
    change = "SET guest_downloads = :yes"
    key = keys.row_key(made.event, keys.EVENT_ROW)
    made.site.table.update_item(
        Key=key, UpdateExpression=change, ExpressionAttributeValues={":yes": True}
    )
    return made


class Hurrying(FixedClock):
    """A clock on which all the time for a zip file passes between two looks."""

    def now(self) -> datetime:
        """Return a much later time at each call."""
        self.advance(MAX_TIME)
        return super().now()


def hurried(host: Downloader) -> Packer:
    """Return a maker of zip files that is out of time after the first picture."""
    wiring = host.site.dependencies.downloading
    return replace(wiring, clock=Hurrying(host.site.clock.now())).packer


def set_event(host: Downloader, **columns: str | bool) -> None:
    """Change columns of the event's row."""
    row = host.site.table.get_item(Key=keys.row_key(host.event, keys.EVENT_ROW))["Item"]
    host.site.table.put_item(Item={**row, **columns})


def test_repeated_messages_change_nothing(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()
    [order] = host.orders()
    host.deliver(order)
    before = host.zips()

    assert host.deliver(order) == {"batchItemFailures": []}
    assert host.zips() == before
    assert host.shown(download)["state"] == "ready"


def test_crash_after_the_upload_is_finished_later(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()
    [order] = host.orders()
    host.deliver(order)
    forget = "SET #state = :preparing REMOVE done_1"
    host.site.table.update_item(
        Key=keys.row_key(host.event, f"DOWNLOAD#{download['id']}"),
        UpdateExpression=forget,
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":preparing": "preparing"},
    )

    host.deliver(order, receive_count=2)

    assert host.shown(download)["state"] == "ready"


def test_photos_that_go_meanwhile_fail_the_download(host: Downloader) -> None:
    photo_id, _ = host.share(2)
    download = host.wanted()
    host.site.moderate(photo_id, "deleted", host.event)
    archives(host.site).delete([object_keys.original_object(host.event, photo_id)])

    host.pack()

    assert host.shown(download)["state"] == "failed"
    assert host.zips() == {}
    assert uploads(host) == []
    assert host.ready()["files"] == 1


def test_download_that_ended_meanwhile_leaves_no_file(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()
    host.site.table.update_item(
        Key=keys.row_key(host.event, f"DOWNLOAD#{download['id']}"),
        UpdateExpression="SET valid_until = created_at",
    )

    host.pack()

    assert host.zips() == {}


def test_last_attempt_fails_the_download(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()
    [order] = host.orders()
    packer = hurried(host)

    with pytest.raises(TooSlow):
        packer.pack(PartOrder.of(order), last_attempt=False)
    assert host.shown(download)["state"] == "preparing"
    with pytest.raises(TooSlow):
        packer.pack(PartOrder.of(order), last_attempt=True)
    assert host.shown(download)["state"] == "failed"
    assert host.request().status == 202


def test_unreadable_lists_are_made_again(host: Downloader) -> None:
    host.share(1)
    host.ready()
    [known] = [key for key in host.site.objects() if key.endswith(".json")]
    archives(host.site).write_json(known, b"{")

    assert host.ready()["state"] == "ready"


def test_attempts_are_counted_by_the_queue(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()
    [order] = host.orders()

    host.deliver(order, receive_count=MAX_PACKING_ATTEMPTS)

    assert host.shown(download)["state"] == "ready"


def test_slow_uploads_are_given_up(host: Downloader) -> None:
    host.share(2)
    host.wanted()
    [order] = host.orders()

    with pytest.raises(TooSlow):
        hurried(host).pack(PartOrder.of(order), last_attempt=False)
    assert (host.zips(), uploads(host)) == ({}, [])


def test_silent_downloads_have_failed(host: Downloader, clock: FixedClock) -> None:
    host.share(1)
    download = host.wanted()
    host.orders()
    clock.advance(timedelta(hours=1))

    assert host.shown(download)["state"] == "failed"
    again = host.ready()
    assert (again["state"], again["id"] != download["id"]) == ("ready", True)


def test_download_whose_request_was_cut_off_is_asked_for_again(
    host: Downloader, clock: FixedClock
) -> None:
    host.share(1)
    download = host.wanted()
    host.orders()
    assert host.wanted()["id"] == download["id"]
    assert host.orders() == []
    clock.advance(timedelta(minutes=6))

    again = host.ready()

    assert (again["state"], again["id"]) == ("ready", download["id"])


def test_download_that_was_cut_off_at_its_end_keeps_no_other_waiting(host: Downloader) -> None:
    host.share(1)
    host.wanted()
    [order] = host.orders()
    [lock] = [
        row
        for row in host.site.table.scan()["Items"]
        if str(row[keys.SORT]).startswith(keys.PREPARING_PREFIX)
    ]
    host.deliver(order)
    host.site.table.put_item(Item=lock)

    host.deliver(order)

    key = {name: lock[name] for name in (keys.PARTITION, keys.SORT)}
    assert "Item" not in host.site.table.get_item(Key=key)


def test_deleted_events_get_no_zip_files(host: Downloader) -> None:
    host.share(1)
    host.wanted()
    host.site.host("DELETE", f"/events/{host.event}")

    host.pack()

    assert host.zips() == {}


def test_guests_take_home_what_they_see(host: Downloader) -> None:
    photo_id, _ = host.share(2)
    host.site.moderate(photo_id, "hidden", host.event)

    download = host.guests("POST", body={}).json["download"]
    host.pack()
    shown = host.guests("GET", f"/{download['id']}").json["download"]

    assert (shown["kind"], shown["files"], shown["state"]) == ("shown", 1, "ready")
    assert "created_by" not in shown
    assert shown["parts"][0]["url"].startswith(f"{host.site.settings.public_url}/g/")
    assert host.guests("GET", f"/{download['id']}/parts/1").status == 303


@pytest.mark.parametrize(
    "columns",
    [
        {"guest_downloads": False},
        {"mode": "upload_only"},
        {"reveal_at": "2026-12-01T00:00:00Z"},
    ],
)
def test_guests_need_the_hosts_consent(host: Downloader, columns: JsonObject) -> None:
    host.share(1)
    download = host.guests("POST", body={}).json["download"]
    host.pack()
    set_event(host, **columns)

    paths = (("POST", ""), ("GET", f"/{download['id']}"), ("GET", f"/{download['id']}/parts/1"))
    for method, path in paths:
        answer = host.guests(method, path, {} if method == "POST" else None)
        assert (answer.status, answer.json["error"]["code"]) == (404, "downloads_off")


def test_guests_get_no_originals(host: Downloader) -> None:
    host.share(1)
    download = host.ready()

    assert host.guests("GET", f"/{download['id']}").status == 404
    assert host.guests("GET", f"/{download['id']}/parts/1").status == 404
    asked = host.guests("POST", body={"kind": "originals"}).json["download"]
    assert asked["kind"] == "shown"


def uploads(host: Downloader) -> list[str]:
    """Return the uploads that were neither completed nor aborted."""
    found = boto3.client("s3").list_multipart_uploads(Bucket=host.site.aws.bucket)
    return [str(upload["Key"]) for upload in found.get("Uploads", [])]


def test_what_cannot_be_removed_keeps_no_other(host: Downloader) -> None:
    host.share(1)
    host.ready(kind="shown")
    host.site.clock.advance(timedelta(minutes=1))
    host.share(1, first=7)
    host.ready(kind="shown")
    host.site.clock.advance(timedelta(days=8))
    expiry = host.site.dependencies.downloading.expiry
    oldest = next(expiry.store.expired(host.site.clock.now()))

    class Stuck(ArchiveStore):
        def delete(self, object_keys: list[str]) -> None:
            if any(part.fingerprint in key for part in oldest.parts for key in object_keys):
                raise RuntimeError("stuck")
            super().delete(object_keys)

    stuck = Stuck(expiry.archives.client, expiry.archives.bucket)
    assert replace(expiry, archives=stuck).run(1) == 1

    assert [one.id for one in expiry.store.expired(host.site.clock.now())] == [oldest.id]


def test_requests_that_begin_nothing_store_nothing(host: Downloader) -> None:
    photos = host.share(3)
    boto3.client("s3").put_bucket_versioning(
        Bucket=host.site.aws.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    host.wanted()
    before = versions(host)

    for _ in range(3):
        host.wanted()
    assert versions(host) == before
    for one in photos:
        assert host.request(photo_ids=[one]).status == 429
    for _ in range(20):
        host.request(photo_ids=photos[:2])
    assert len(versions(host)) <= len(before) + 10


def versions(host: Downloader) -> list[str]:
    """Return the keys of all versions of what downloads are made of."""
    listed = boto3.client("s3").list_object_versions(
        Bucket=host.site.aws.bucket, Prefix=object_keys.DOWNLOADS_PREFIX
    )
    return sorted(one["Key"] for one in listed.get("Versions", []))
