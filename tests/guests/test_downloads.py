"""Hosts take home all photos of an event, in zip files that are not made twice."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
import requests

from lambdas.kit.clock import FixedClock
from tests.conftest import Aws
from tests.guests.conftest import Guest
from tests.guests.downloading import Downloader, downloader, names_in
from tests.guests.test_event_access import add_post
from tests.pictures.drawing import draw_photo

SMALL = 6_000
"""Room for few of the tests' photos."""


@pytest.fixture
def host(fake_aws: Aws, clock: FixedClock) -> Downloader:
    """Provide a site that makes one zip file of all photos."""
    return downloader(fake_aws, clock)


@pytest.fixture
def splitting(fake_aws: Aws, clock: FixedClock) -> Downloader:
    """Provide a site that makes small zip files."""
    return downloader(fake_aws, clock, SMALL)


def test_originals_come_as_they_were_sent(host: Downloader) -> None:
    body = draw_photo(size=(64, 64))
    Guest(host.site).share(body, "IMG_1.JPG", host.event)

    download = host.ready()

    [made] = host.zips().values()
    [name] = names_in(made)
    assert zipfile.ZipFile(io.BytesIO(made)).read(name) == body
    assert name.endswith(" Guest 1.jpg")
    assert (download["state"], download["files"], download["files_done"]) == ("ready", 1, 1)


def test_table_names_the_files(host: Downloader) -> None:
    Guest(host.site).share(draw_photo(), "=cmd.jpg", host.event)

    host.ready()

    [made] = host.zips().values()
    text = zipfile.ZipFile(io.BytesIO(made)).read("photos.csv").decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header[:4] == ["file", "time", "name", "original file name"]
    assert row[0] == names_in(made)[0]
    assert row[2:4] == ["Guest 1", "'=cmd.jpg"]


def test_shown_sizes_hold_no_metadata_of_guests(host: Downloader) -> None:
    Guest(host.site).share(draw_photo(), "secret.jpg", host.event)

    host.ready(kind="shown")

    [made] = host.zips().values()
    assert [name.rpartition(" ")[2] for name in names_in(made)] == ["Guest.webp"]
    assert b"secret" not in made


def test_hidden_photos_are_among_originals_only(host: Downloader) -> None:
    photo_id, _ = host.share(2)
    host.site.moderate(photo_id, "hidden", host.event)

    assert host.wanted()["files"] == 2
    assert host.wanted(kind="shown")["files"] == 1


def test_posts_come_if_wished(host: Downloader) -> None:
    host.share(1)
    add_post(host.site, host.event)
    host.site.dependencies.objects.write_shown(host.event, "picture1", {"large": b"still"})

    host.ready(with_posts=True)

    [names] = host.names()
    assert names[-1].endswith(" Instagram.webp") or names[0].endswith(" Instagram.webp")
    assert len(names) == 2


def test_chosen_photos_alone(host: Downloader) -> None:
    ids = host.share(3)

    download = host.ready(photo_ids=[*ids[:2], "gone"])

    assert (download["files"], download["missing"], download["selected"]) == (2, 1, True)
    assert len(host.names()[0]) == 2


@pytest.mark.parametrize("ids", [[], ["a/b"], ["x"] * 20_001])
def test_strange_choices_are_refused(host: Downloader, ids: list[str]) -> None:
    host.share(1)

    assert host.request(photo_ids=ids).json["error"]["code"] == "invalid_photo_ids"


def test_nothing_to_download(host: Downloader) -> None:
    assert host.request().json["error"]["code"] == "no_photos"


def test_parts_keep_within_their_size(splitting: Downloader) -> None:
    splitting.share(6)

    download = splitting.ready()

    assert len(download["parts"]) > 1
    assert all(len(body) <= SMALL for body in splitting.zips().values())
    names = [name for names in splitting.names() for name in names]
    assert len({name.casefold() for name in names}) == 6


def test_same_wish_is_one_download(host: Downloader) -> None:
    host.share(1)

    first, second = host.request(), host.request()

    assert (first.status, second.status) == (202, 202)
    assert first.json["download"]["id"] == second.json["download"]["id"]
    assert len(host.orders()) == 1


def test_ready_download_is_used_again(host: Downloader) -> None:
    host.share(1)
    made = host.ready()

    again = host.request()

    assert (again.status, again.json["download"]["id"]) == (200, made["id"])
    assert host.orders() == []


def test_new_photos_change_the_last_part_only(splitting: Downloader, clock: FixedClock) -> None:
    splitting.share(5)
    before = splitting.ready()
    kept = dict(splitting.zips())
    clock.advance(timedelta(minutes=1))
    splitting.share(1, first=9)

    after = splitting.wanted()

    assert 1 <= splitting.pack() <= 2
    assert splitting.shown(after)["files"] == 6
    assert kept.items() <= splitting.zips().items()
    assert after["id"] != before["id"]


def test_progress_is_shown(splitting: Downloader) -> None:
    splitting.share(6)
    download = splitting.wanted()
    splitting.deliver(splitting.orders()[0])

    shown = splitting.shown(download)

    assert shown["state"] == "preparing"
    assert 0 < shown["files_done"] < shown["files"] == 6
    assert 0 < shown["bytes_done"] < shown["bytes"]
    assert [part["ready"] for part in shown["parts"]][:2] == [True, False]


def test_one_download_of_a_kind_at_a_time(host: Downloader) -> None:
    ids = host.share(2)
    host.wanted()

    answer = host.request(photo_ids=ids[:1])

    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert answer.json["error"]["code"] == "download_in_preparation"
    assert host.request(kind="shown").status == 202


def test_ten_downloads_an_hour(host: Downloader) -> None:
    ids = host.share(11)
    for photo_id in ids[:10]:
        host.ready(photo_ids=[photo_id])

    answer = host.request(photo_ids=ids[10:])

    assert answer.json["error"]["code"] == "too_many_downloads"
    assert 0 < int(answer.headers["retry-after"]) <= 3600


def test_parts_are_fetched_by_fresh_links(host: Downloader) -> None:
    host.share(1)
    download = host.ready()

    answer = host.fetch(download)

    link = answer.headers["location"]
    assert (answer.status, answer.headers["cache-control"]) == (303, "private, no-store")
    assert "X-Amz-Expires=600" in link
    assert "attachment" in link
    part = requests.get(link, headers={"Range": "bytes=0-3"}, timeout=10)
    assert (part.status_code, part.content) == (206, b"PK\3\4")


def test_unknown_parts_are_not_found(host: Downloader) -> None:
    host.share(1)
    download = host.wanted()

    assert host.fetch(download).json["error"]["code"] == "download_not_ready"
    assert host.fetch(download, 2).status == 404
    assert host.fetch({"id": "other"}).json["error"]["code"] == "download_not_found"


@pytest.mark.parametrize("kind", ["originals", "shown"])
def test_deleted_photos_are_not_handed_out(host: Downloader, kind: str) -> None:
    photo_id, _ = host.share(2)
    download = host.ready(kind=kind)
    host.site.moderate(photo_id, "deleted", host.event)

    assert host.fetch(download).json["error"]["code"] == "download_outdated"
    again = host.ready(kind=kind)
    assert (again["files"], host.fetch(again).status) == (1, 303)


def test_downloads_end_after_a_week(host: Downloader, clock: FixedClock) -> None:
    host.share(1)
    download = host.ready()
    clock.advance(timedelta(days=7, seconds=1))

    assert host.fetch(download).status == 404
    assert host.site.dependencies.downloading.expiry.run(5) == 1
    assert not [key for key in host.site.objects() if key.startswith("downloads/")]
    assert host.site.host("GET", f"/events/{host.event}/downloads").json == {"downloads": []}


def test_removed_events_leave_no_zip_files(host: Downloader, clock: FixedClock) -> None:
    host.share(1)
    host.ready()
    host.site.host("DELETE", f"/events/{host.event}")

    host.site.dependencies.event_removal.run(10, clock.now() + timedelta(seconds=9))

    assert host.site.objects() == set()
