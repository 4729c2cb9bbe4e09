"""Announcing photos: what is granted, what is refused, and why."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.guests import dependencies as feature
from lambdas.guests.device import Device
from lambdas.guests.upload import UploadDesk
from lambdas.kit import aws
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from lambdas.storage.events.usage import Usage, read_usage
from tests.conftest import Aws
from tests.guests.conftest import EVENT, Guest, announced, process
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))
GOOD = announced(PHOTO)


def policy_of(post: dict[str, Any]) -> list[Any]:
    conditions: list[Any] = json.loads(base64.b64decode(post["fields"]["policy"]))["conditions"]
    return conditions


def test_a_grant_is_for_one_key_one_type_one_size_and_ten_minutes(
    guest: Guest, fake_aws: Aws
) -> None:
    upload = guest.announce(GOOD).json["uploads"][0]

    conditions = policy_of(upload["post"])
    assert {"key": f"originals/{EVENT}/{upload['id']}"} in conditions
    assert {"Content-Type": "image/jpeg"} in conditions
    assert ["content-length-range", len(PHOTO), len(PHOTO)] in conditions
    assert {"bucket": fake_aws.bucket} in conditions
    assert upload["expires_at"].endswith("Z")


@pytest.mark.usefixtures("guest")
def test_grants_are_for_the_buckets_own_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    aws.forget_clients()

    post = feature.objects().grant_post("k", "image/jpeg", (1, 1), timedelta(minutes=1))

    assert post.url == f"https://{feature.settings().bucket_name}.s3.eu-west-1.amazonaws.com/"


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
    ({"name": ""}, 400, "invalid_name"),
    ({"name": "x" * 256}, 400, "invalid_name"),
    ({"name": "../../etc/passwd"}, 400, "invalid_name"),
    ({"name": "a\x00b.jpg"}, 400, "invalid_name"),
    ({"name": "a\u202egpj.exe"}, 400, "invalid_name"),
    ({"name": ["a.jpg"]}, 400, "invalid_name"),
    ({"name": "a\u2028b.jpg"}, 400, "invalid_name"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD_FILES)
def test_a_bad_file_is_refused_with_a_code_and_a_sentence(
    guest: Guest, change: dict[str, Any], status: int, code: str
) -> None:
    answer = guest.announce({**GOOD, **change})

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"].endswith(".")
    assert answer.json["uploads"][0]["reason"] == code


@pytest.mark.parametrize(("change", "status", "code"), BAD_FILES)
def test_good_files_go_through_beside_a_bad_one(
    guest: Guest, change: dict[str, Any], status: int, code: str
) -> None:
    other = announced(b"other bytes")
    answer = guest.announce({**GOOD, **change}, other)

    assert answer.status == 200, status
    assert [upload["status"] for upload in answer.json["uploads"]] == ["refused", "upload"]
    assert answer.json["uploads"][0]["reason"] == code


def test_files_that_are_bad_in_different_ways_are_an_invalid_request(guest: Guest) -> None:
    answer = guest.announce({**GOOD, "size": 0}, {**GOOD, "type": "text/html"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "no_valid_file")
    assert [upload["reason"] for upload in answer.json["uploads"]] == [
        "invalid_size",
        "type_not_allowed",
    ]


@pytest.mark.parametrize(
    "body", ["{}", "[]", '"x"', '{"files": "x"}', '{"files": []}', "null", '{"files": {}}']
)
def test_a_request_without_files_is_refused(guest: Guest, body: str) -> None:
    assert guest.sending.post(f"/g/{EVENT}/uploads", body).status == 400


def test_fifty_files_are_granted_and_fifty_one_refused(guest: Guest) -> None:
    files = [announced(f"file {number}".encode()) for number in range(51)]

    assert guest.announce(*files).json["error"]["code"] == "wrong_number_of_files"
    assert len(guest.announce(*files[:50]).json["uploads"]) == 50


def test_what_is_not_json_is_refused(guest: Guest) -> None:
    broken = guest.sending.post(f"/g/{EVENT}/uploads", "{")
    form = guest.sending.send(
        "POST", f"/g/{EVENT}/uploads", None, {"content-type": "text/plain"}, "{}"
    )

    assert (broken.status, broken.json["error"]["code"]) == (400, "invalid_json")
    assert (form.status, form.json["error"]["code"]) == (415, "json_expected")


def test_an_interrupted_upload_goes_on_under_its_id_and_counts_once(
    guest: Guest, fake_aws: Aws
) -> None:
    first = guest.announce(GOOD).json["uploads"][0]
    again = guest.announce(GOOD).json["uploads"][0]

    assert (again["status"], again["id"]) == ("upload", first["id"])
    assert read_usage(fake_aws.table, EVENT) == Usage(1, len(PHOTO))


def test_the_same_bytes_are_a_duplicate_once_they_are_shown(guest: Guest, stranger: Guest) -> None:
    photo_id = guest.share(PHOTO)

    assert guest.announce(GOOD).json["uploads"] == [{"id": photo_id, "status": "duplicate"}]
    assert stranger.announce(GOOD).json["uploads"] == [{"id": photo_id, "status": "duplicate"}]


def test_the_same_file_twice_in_one_request_is_granted_once(guest: Guest, fake_aws: Aws) -> None:
    uploads = guest.announce(GOOD, {**GOOD, "name": "b.jpg"}).json["uploads"]

    assert len({upload["id"] for upload in uploads}) == 1
    assert read_usage(fake_aws.table, EVENT).files == 1


PHONE_NAMES = (
    "Screenshot 10.30.00\u202fAM.png",
    "\U0001f468\u200d\U0001f469.jpg",
    "\u0645\u06cc\u200c.jpg",
    "a\u00a0b.jpg",
)


@pytest.mark.parametrize("name", PHONE_NAMES)
def test_what_phones_call_their_files_is_fine(guest: Guest, name: str) -> None:
    assert guest.announce({**GOOD, "name": name}).json["uploads"][0]["status"] == "upload"


def test_a_photo_that_was_refused_can_be_sent_again(guest: Guest, fake_aws: Aws) -> None:
    photo_id = guest.announce(GOOD).json["uploads"][0]["id"]
    guest.put(photo_id, PHOTO[:-3] + b"xyz")
    process(photo_id)
    assert guest.status(photo_id)[0]["reason"] == "damaged_on_the_way"

    assert guest.share(PHOTO) == photo_id

    assert guest.status(photo_id) == [{"id": photo_id, "status": "shown"}]
    assert read_usage(fake_aws.table, EVENT) == Usage(1, len(PHOTO))


def test_a_photo_that_was_a_duplicate_can_be_sent_once_the_other_is_gone(
    guest: Guest, stranger: Guest
) -> None:
    mine, theirs = guest.send(PHOTO), stranger.send(PHOTO)
    process(mine)
    process(theirs)
    guest.sending.delete(f"/g/{EVENT}/photos/{mine}")

    assert stranger.share(PHOTO) == theirs
    assert [item["id"] for item in stranger.photos()] == [theirs]


def test_an_announced_size_cannot_be_changed_afterwards(guest: Guest, fake_aws: Aws) -> None:
    small = guest.announce({**GOOD, "size": 1}).json["uploads"][0]
    large = guest.announce(GOOD).json["uploads"][0]

    assert small["id"] != large["id"]
    assert ["content-length-range", 1, 1] in policy_of(small["post"])
    guest.put(large["id"], PHOTO)
    process(large["id"])
    assert read_usage(fake_aws.table, EVENT) == Usage(2, 1 + len(PHOTO))
    guest.sending.delete(f"/g/{EVENT}/photos/{large['id']}")
    assert read_usage(fake_aws.table, EVENT) == Usage(1, 1)


def test_a_form_that_was_never_sent_is_forgotten(guest: Guest, fake_aws: Aws) -> None:
    guest.sending.get(f"/g/{EVENT}/upload", accept="text/html")

    [row] = boto3.resource("dynamodb").Table(fake_aws.table).scan()["Items"]
    assert int(row[keys.EXPIRES]) > 0  # type: ignore[arg-type]


def test_a_full_event_refuses_with_429_and_a_time(guest: Guest) -> None:
    for start in (0, 10):
        guest.announce(*(announced(f"{number}".encode()) for number in range(start, start + 10)))

    answer = guest.announce(announced(b"one too many"))

    assert (answer.status, answer.json["error"]["code"]) == (429, "event_full")
    assert int(answer.headers["retry-after"]) > 0


def test_as_many_files_as_still_fit_are_granted(guest: Guest) -> None:
    uploads = guest.announce(*(announced(f"{number}".encode()) for number in range(25))).json[
        "uploads"
    ]

    assert [upload["status"] for upload in uploads] == ["upload"] * 20 + ["refused"] * 5
    assert {upload["reason"] for upload in uploads[20:]} == {"event_full"}


def test_bytes_count_as_files_do(guest: Guest, fake_aws: Aws) -> None:
    files = [{**announced(f"{number}".encode()), "size": 5_000_000} for number in range(10)]

    uploads = guest.announce(*files).json["uploads"]

    assert [upload["status"] for upload in uploads] == ["upload"] * 8 + ["refused"] * 2
    assert read_usage(fake_aws.table, EVENT) == Usage(8, 40_000_000)


@pytest.mark.usefixtures("guest")
def test_abandoned_grants_give_their_share_back(fake_aws: Aws, clock: FixedClock) -> None:
    desk = UploadDesk(
        feature.photos(), feature.objects(), fake_aws.table, feature.quota(), 5_000_000, clock
    )
    event, device = feature.events().get(EVENT), Device("0" * 32, False)
    desk.announce(
        event, device, {"files": [announced(f"{number}".encode()) for number in range(20)]}
    )
    clock.advance(timedelta(minutes=41))

    answers = desk.announce(event, device, {"files": [announced(b"new")]})

    assert [answer.status for answer in answers] == ["upload"]
    assert read_usage(fake_aws.table, EVENT).files == 1


def test_what_a_guest_sends_is_never_a_key(guest: Guest) -> None:
    upload = guest.announce({**GOOD, "name": "<script>.jpg"}).json["uploads"][0]

    assert keys.parse_original_object(upload["post"]["fields"]["key"]) == (EVENT, upload["id"])
    assert upload["id"].isalnum()


def test_the_plain_form_holds_a_grant_and_costs_no_quota(guest: Guest, fake_aws: Aws) -> None:
    page = guest.sending.get(f"/g/{EVENT}/upload", accept="text/html")

    assert page.status == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert 'name="policy"' in page.text
    assert read_usage(fake_aws.table, EVENT) == Usage(0, 0)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(["files", "name", "size", "type", "sha256"])
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=ANY_JSON)
def test_no_json_is_too_strange(guest: Guest, body: Any) -> None:
    answer = guest.sending.post(f"/g/{EVENT}/uploads", json.dumps(body))

    assert answer.status in (200, 400, 413, 415, 429)
    assert answer.status == 200 or answer.json["error"]["code"]


def test_an_event_that_is_closed_takes_nothing(guest: Guest, fake_aws: Aws) -> None:
    row = {
        "title": "Done",
        "starts_at": "2026-04-29T07:00:00Z",
        "ends_at": "2026-04-30T07:00:00Z",
        "time_zone": "UTC",
    }
    boto3.resource("dynamodb").Table(fake_aws.table).put_item(
        Item={**keys.row_key("our-party", keys.EVENT_ROW), **row, "accepting_uploads": False}
    )

    answer = guest.announce(GOOD, event="our-party")

    assert (answer.status, answer.json["error"]["code"]) == (403, "uploads_closed")
    assert guest.reading.get("/g/our-party").status == 200
