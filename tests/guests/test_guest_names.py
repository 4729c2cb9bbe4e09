"""Guests may say their name, which everyone sees beside their photos."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from email.header import Header

import pytest

from lambdas.guests.upload import NAME_FIELD
from lambdas.kit.clock import FixedClock
from lambdas.storage.events.photo import Photo, PhotoState
from tests.conftest import Aws
from tests.guests.conftest import EVENT, Guest, Site, Tags, announced
from tests.guests.downloading import downloader, names_in
from tests.guests.test_name_cleaning import HOSTILE, MARKUP
from tests.guests.test_upload import policy_of
from tests.lambda_events import HttpAnswer
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))


def announce(guest: Guest, name: object, event: str = EVENT) -> HttpAnswer:
    body = {"files": [announced(PHOTO)], "guest_name": name}
    return guest.sending.post(f"/g/{event}/uploads", body)


def share(guest: Guest, name: object, event: str = EVENT) -> str:
    """Send the photo under a name and process it; return its id."""
    photo_id = str(announce(guest, name, event).json["uploads"][0]["id"])
    guest.put(photo_id, PHOTO, event)
    guest.site.process(photo_id, event)
    return photo_id


def photo_of(site: Site, photo_id: str) -> Photo:
    photo = site.photos.get(EVENT, photo_id)
    assert photo
    return photo


def send_form(guest: Guest, typed: str) -> str:
    """Send the photo by the plain form, as the bucket answers with its metadata; return its id."""
    form = guest.form()
    photo_id = form["key"].rpartition("/")[2]
    guest.put(photo_id, PHOTO, EVENT, {"device": form["x-amz-meta-device"], "guest-name": typed})
    guest.site.process(photo_id)
    return photo_id


@pytest.mark.parametrize(("typed", "cleaned"), HOSTILE)
def test_names_are_cut_and_not_refused(
    guest: Guest, site: Site, typed: str, cleaned: str | None
) -> None:
    answer = announce(guest, typed)

    assert answer.status == 200
    assert photo_of(site, answer.json["uploads"][0]["id"]).guest_name == cleaned


@pytest.mark.parametrize("value", [7, True, 1.5, ["Anna"], {"name": "Anna"}])
def test_names_must_be_text(guest: Guest, site: Site, value: object) -> None:
    answer = announce(guest, value)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_guest_name")
    assert site.table.scan()["Items"] == []


@pytest.mark.parametrize("value", [None, "", "  "])
def test_photos_need_no_name(guest: Guest, value: object) -> None:
    share(guest, value)

    [item] = guest.photos()
    assert "guest_name" not in item
    assert "tile-name" not in guest.reading.get(f"/g/{EVENT}", accept="text/html").text


def test_everyone_sees_names(guest: Guest, stranger: Guest, site: Site) -> None:
    share(guest, "Anna")

    [item] = stranger.photos()
    [slide] = stranger.reading.get(f"/g/{EVENT}/wall/items").json["items"]
    [listed] = site.operate(f"/events/{EVENT}/photos", {"state": "shown"}).json["photos"]
    assert item["guest_name"] == slide["name"] == listed["guest_name"] == "Anna"
    assert "guest_name" not in slide


@pytest.mark.parametrize("name", [MARKUP, "حفلة <script>", '" onload="x'])
def test_pages_escape_names(guest: Guest, name: str) -> None:
    share(guest, name)

    for path in (f"/g/{EVENT}", f"/g/{EVENT}/tiles", f"/g/{EVENT}/wall"):
        page = guest.reading.get(path, accept="text/html").text
        assert name not in page
        assert [one for one in Tags(page).all("script") if "src" not in one] == []
        assert not [one for one in Tags(page).all("a") if "onload" in one]
    tiles = Tags(guest.reading.get(f"/g/{EVENT}/tiles", accept="text/html").text)
    assert [one["data-name"] for one in tiles.all("a") if "data-slide" in one] == [name]


def test_hidden_photos_show_no_name(guest: Guest, site: Site) -> None:
    photo_id = share(guest, "Anna")
    site.moderate(photo_id, "hidden")

    for path in ("", "/tiles", "/photos", "/wall", "/wall/items"):
        assert "Anna" not in guest.reading.get(f"/g/{EVENT}{path}").text


@pytest.mark.parametrize("processed", [True, False])
def test_first_name_stays(guest: Guest, stranger: Guest, site: Site, processed: bool) -> None:
    photo_id = (
        share(guest, "Anna") if processed else announce(guest, "Anna").json["uploads"][0]["id"]
    )

    announce(guest, "Bob")
    share(stranger, "Carl")

    assert photo_of(site, photo_id).guest_name == "Anna"


def test_deleted_photos_keep_no_name(guest: Guest, site: Site) -> None:
    photo_id = share(guest, "Anna")

    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    assert photo_of(site, photo_id).state is PhotoState.DELETED
    assert "Anna" not in str(site.table.scan()["Items"])


def test_refused_photos_keep_no_name(guest: Guest, site: Site) -> None:
    photo_id = announce(guest, "Anna").json["uploads"][0]["id"]
    guest.put(photo_id, PHOTO[:-3] + b"xyz")
    site.process(photo_id)

    refused = photo_of(site, photo_id)
    assert (refused.state, refused.name) == (PhotoState.REFUSED, "")
    assert "Anna" not in str(site.table.scan()["Items"])


def test_names_are_not_logged(guest: Guest, capsys: pytest.CaptureFixture[str]) -> None:
    photo_id = share(guest, "Annegret")
    announce(guest, ["Annegret"])
    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    assert "Annegret" not in "".join(capsys.readouterr())


def test_plain_form_takes_a_name(guest: Guest, site: Site) -> None:
    photo_id = send_form(guest, Header("Zoë", "utf-8").encode())

    assert photo_of(site, photo_id).guest_name == "Zoë"


def test_plain_form_may_stay_unnamed(guest: Guest) -> None:
    page = Tags(guest.sending.get(f"/g/{EVENT}/upload", accept="text/html").text)
    fields = {one["name"]: one.get("value") for one in page.all("input")}

    [field] = [one for one in page.all("input") if one["name"] == NAME_FIELD]
    assert "required" not in field
    conditions = policy_of({"fields": fields})
    assert ["starts-with", f"${NAME_FIELD}", ""] in conditions


@pytest.mark.parametrize("kind", ["originals", "shown"])
def test_downloads_name_the_guests(fake_aws: Aws, clock: FixedClock, kind: str) -> None:
    host = downloader(fake_aws, clock)
    for name in ("../../=Anna", "../../=Anna", None):
        picture = draw_photo(size=(64, 64), seed=len(host.site.objects()))
        guest = Guest(host.site)
        body = {"files": [announced(picture)], "guest_name": name}
        answer = guest.sending.post(f"/g/{host.event}/uploads", body)
        guest.put(answer.json["uploads"][0]["id"], picture, host.event)
        host.site.process(answer.json["uploads"][0]["id"], host.event)

    host.ready(kind=kind)

    [made] = host.zips().values()
    unnamed, first, second = sorted(names_in(made), key=lambda one: ("Anna" in one, len(one)))
    assert " Guest" in unnamed
    assert first.rpartition(".")[0].endswith(" .._.._=Anna")
    assert second.rpartition(".")[0].endswith(" .._.._=Anna (2)")


def test_table_names_the_guests(fake_aws: Aws, clock: FixedClock) -> None:
    host = downloader(fake_aws, clock)
    share(Guest(host.site), "=cmd()", host.event)

    host.ready()

    [made] = host.zips().values()
    text = zipfile.ZipFile(io.BytesIO(made)).read("photos.csv").decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row[2] == "'=cmd()"


def test_half_an_emoji_is_no_json(guest: Guest) -> None:
    body = json.dumps({"files": [announced(PHOTO)], "guest_name": "\ud83d"})

    assert guest.sending.post(f"/g/{EVENT}/uploads", body).json["error"]["code"] == "invalid_json"
