"""Announced photos: which are granted, which are refused, and why."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.kit.aws import AwsClients
from lambdas.storage import object_keys
from lambdas.storage.events.usage import Usage, read_usage
from lambdas.storage.objects import ObjectStore
from tests.guests.conftest import EVENT, Guest, Site, announced
from tests.json_types import JsonObject
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))
GOOD = announced(PHOTO)


def policy_of(post: JsonObject) -> list[object]:
    conditions: list[object] = json.loads(base64.b64decode(post["fields"]["policy"]))["conditions"]
    return conditions


def test_grants_are_narrow(guest: Guest, site: Site) -> None:
    upload = guest.announce(GOOD).json["uploads"][0]

    conditions = policy_of(upload["post"])
    assert {"key": f"originals/{EVENT}/{upload['id']}"} in conditions
    assert {"Content-Type": "image/jpeg"} in conditions
    assert ["content-length-range", len(PHOTO), len(PHOTO)] in conditions
    assert {"bucket": site.aws.bucket} in conditions
    assert upload["expires_at"].endswith("Z")


def test_grants_name_the_buckets_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    objects = ObjectStore(AwsClients().s3, "photos")

    post = objects.grant_post("k", "image/jpeg", (1, 1), timedelta(minutes=1))

    assert post.url == "https://photos.s3.eu-west-1.amazonaws.com/"


BAD_FILES = [
    ({"size": 5_000_001}, 413, "file_too_large"),
    ({"size": 0}, 400, "invalid_size"),
    ({"size": -1}, 400, "invalid_size"),
    ({"size": "12"}, 400, "invalid_size"),
    ({"size": 1.5}, 400, "invalid_size"),
    ({"size": True}, 400, "invalid_size"),
    ({"type": "image/svg+xml"}, 415, "type_not_allowed"),
    ({"type": "text/html"}, 415, "type_not_allowed"),
    ({"type": None}, 415, "type_not_allowed"),
    ({"sha256": "abc"}, 400, "invalid_sha256"),
    ({"sha256": "g" * 64}, 400, "invalid_sha256"),
    ({"sha256": None}, 400, "invalid_sha256"),
    ({"name": ["a.jpg"]}, 400, "invalid_name"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_FILES)
def test_bad_files_are_refused_with_reasons(
    guest: Guest, change: JsonObject, status: int, code: str
) -> None:
    answer = guest.announce({**GOOD, **change})

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"].endswith(".")
    assert answer.json["uploads"][0]["reason"] == code


@pytest.mark.parametrize(("change", "status", "code"), BAD_FILES)
def test_bad_files_do_not_stop_good_ones(
    guest: Guest, change: JsonObject, status: int, code: str
) -> None:
    other = announced(b"other bytes")
    answer = guest.announce({**GOOD, **change}, other)

    assert answer.status == 200, status
    assert [upload["status"] for upload in answer.json["uploads"]] == ["refused", "upload"]
    assert answer.json["uploads"][0]["reason"] == code


def test_mixed_refusals_have_one_code(guest: Guest) -> None:
    answer = guest.announce({**GOOD, "size": 0}, {**GOOD, "type": "text/html"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "no_valid_file")
    assert [upload["reason"] for upload in answer.json["uploads"]] == [
        "invalid_size",
        "type_not_allowed",
    ]


@pytest.mark.parametrize(
    "body", ["{}", "[]", '"x"', '{"files": "x"}', '{"files": []}', "null", '{"files": {}}']
)
def test_requests_need_files(guest: Guest, body: str) -> None:
    assert guest.sending.post(f"/g/{EVENT}/uploads", body).status == 400


def test_requests_hold_fifty_files(guest: Guest) -> None:
    files = [announced(f"file {number}".encode()) for number in range(51)]

    assert guest.announce(*files).json["error"]["code"] == "wrong_number_of_files"
    assert len(guest.announce(*files[:50]).json["uploads"]) == 50


def test_other_bodies_are_refused(guest: Guest) -> None:
    broken = guest.sending.post(f"/g/{EVENT}/uploads", "{")
    form = guest.sending.send(
        "POST", f"/g/{EVENT}/uploads", None, {"content-type": "text/plain"}, "{}"
    )

    assert (broken.status, broken.json["error"]["code"]) == (400, "invalid_json")
    assert (form.status, form.json["error"]["code"]) == (415, "json_expected")


def test_interrupted_uploads_count_once(guest: Guest, site: Site) -> None:
    first = guest.announce(GOOD).json["uploads"][0]
    again = guest.announce(GOOD).json["uploads"][0]

    assert (again["status"], again["id"]) == ("upload", first["id"])
    assert read_usage(site.table, EVENT) == Usage(1, len(PHOTO))


def test_shown_bytes_are_duplicates(guest: Guest, stranger: Guest) -> None:
    photo_id = guest.share(PHOTO)

    assert guest.announce(GOOD).json["uploads"] == [{"id": photo_id, "status": "duplicate"}]
    assert stranger.announce(GOOD).json["uploads"] == [{"id": photo_id, "status": "duplicate"}]


def test_repeated_files_are_granted_once(guest: Guest, site: Site) -> None:
    uploads = guest.announce(GOOD, {**GOOD, "name": "b.jpg"}).json["uploads"]

    assert len({upload["id"] for upload in uploads}) == 1
    assert read_usage(site.table, EVENT).files == 1


PHONE_NAMES = (
    "Screenshot 10.30.00\u202fAM.png",
    "\U0001f468\u200d\U0001f469.jpg",
    "\u0645\u06cc\u200c.jpg",
    "a\u00a0b.jpg",
)


@pytest.mark.parametrize("name", PHONE_NAMES)
def test_phones_file_names_are_accepted(guest: Guest, name: str) -> None:
    assert guest.announce({**GOOD, "name": name}).json["uploads"][0]["status"] == "upload"


def test_refused_photos_can_be_sent_again(guest: Guest, site: Site) -> None:
    photo_id = guest.announce(GOOD).json["uploads"][0]["id"]
    guest.put(photo_id, PHOTO[:-3] + b"xyz")
    guest.site.process(photo_id)
    assert guest.status(photo_id)[0]["reason"] == "damaged_on_the_way"

    assert guest.share(PHOTO) == photo_id

    assert guest.status(photo_id) == [{"id": photo_id, "status": "shown"}]
    assert read_usage(site.table, EVENT) == Usage(1, len(PHOTO))


def test_former_duplicates_can_be_sent(guest: Guest, stranger: Guest) -> None:
    mine, theirs = guest.send(PHOTO), stranger.send(PHOTO)
    guest.site.process(mine)
    guest.site.process(theirs)
    guest.sending.delete(f"/g/{EVENT}/photos/{mine}")

    assert stranger.share(PHOTO) == theirs
    assert [item["id"] for item in stranger.photos()] == [theirs]


def test_announced_sizes_are_final(guest: Guest, site: Site) -> None:
    small = guest.announce({**GOOD, "size": 1}).json["uploads"][0]
    large = guest.announce(GOOD).json["uploads"][0]

    assert small["id"] != large["id"]
    assert ["content-length-range", 1, 1] in policy_of(small["post"])
    guest.put(large["id"], PHOTO)
    guest.site.process(large["id"])
    assert read_usage(site.table, EVENT) == Usage(2, 1 + len(PHOTO))
    guest.sending.delete(f"/g/{EVENT}/photos/{large['id']}")
    assert read_usage(site.table, EVENT) == Usage(1, 1)


def test_unsent_forms_store_nothing(guest: Guest, site: Site) -> None:
    guest.form()

    assert site.table.scan()["Items"] == []


def test_full_events_say_when_to_retry(guest: Guest) -> None:
    for start in (0, 10):
        guest.announce(*(announced(f"{number}".encode()) for number in range(start, start + 10)))

    answer = guest.announce(announced(b"one too many"))

    assert (answer.status, answer.json["error"]["code"]) == (429, "event_full")
    assert int(answer.headers["retry-after"]) > 0


def test_files_that_fit_are_granted(guest: Guest) -> None:
    uploads = guest.announce(*(announced(f"{number}".encode()) for number in range(25))).json[
        "uploads"
    ]

    assert [upload["status"] for upload in uploads] == ["upload"] * 20 + ["refused"] * 5
    assert {upload["reason"] for upload in uploads[20:]} == {"event_full"}


def test_bytes_count_too(guest: Guest, site: Site) -> None:
    files = [{**announced(f"{number}".encode()), "size": 5_000_000} for number in range(10)]

    uploads = guest.announce(*files).json["uploads"]

    assert [upload["status"] for upload in uploads] == ["upload"] * 8 + ["refused"] * 2
    assert read_usage(site.table, EVENT) == Usage(8, 40_000_000)


def test_abandoned_grants_lapse(guest: Guest, site: Site) -> None:
    guest.announce(*(announced(f"{number}".encode()) for number in range(20)))
    site.clock.advance(timedelta(minutes=41))

    answer = guest.announce(announced(b"new"))

    assert [upload["status"] for upload in answer.json["uploads"]] == ["upload"]
    assert read_usage(site.table, EVENT).files == 1


def test_names_never_become_keys(guest: Guest) -> None:
    upload = guest.announce({**GOOD, "name": "<script>.jpg"}).json["uploads"][0]

    assert object_keys.parse_original_object(upload["post"]["fields"]["key"]) == (
        EVENT,
        upload["id"],
    )
    assert upload["id"].isalnum()


def test_forms_cost_no_quota(guest: Guest, site: Site) -> None:
    page = guest.sending.get(f"/g/{EVENT}/upload", accept="text/html")

    assert page.status == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert 'name="policy"' in page.text
    assert read_usage(site.table, EVENT) == Usage(0, 0)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(["files", "name", "size", "type", "sha256"])
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANY_JSON)
def test_strange_json_causes_no_error(guest: Guest, body: object) -> None:
    answer = guest.sending.post(f"/g/{EVENT}/uploads", json.dumps(body))

    assert answer.status in (200, 400, 413, 415, 429)
    assert answer.status == 200 or answer.json["error"]["code"]


def test_closed_events_accept_nothing(guest: Guest, site: Site) -> None:
    site.create_event("our-party", accepting_uploads=False)

    answer = guest.announce(GOOD, event="our-party")

    assert (answer.status, answer.json["error"]["code"]) == (403, "uploads_closed")
    assert guest.reading.get("/g/our-party").status == 200
