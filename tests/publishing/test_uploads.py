"""Operators' own files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.publishing.post_kind import Kind
from lambdas.publishing.upload_record import FileFacts, FileProblem
from lambdas.publishing.uploads import (
    MAX_WAITING,
    Uploads,
    parse_upload_object,
    upload_object,
)
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.publishing.site import Site, at

PATH = "/instagram/media-uploads"
FILE = {"name": "a.mp4", "size": 5_000_000, "type": "video/mp4", "sha256": "A" * 64}
FACTS = FileFacts(content_type="video/mp4", size=5_000_000, width=1080, height=1920, duration_ms=70)
TOO_LONG = {Kind.STORY: (FileProblem(code="too_long", message="70 s are too long."),)}
NO_IMAGE = {Kind.PHOTO: (FileProblem(code="wrong_media", message="A photo is an image."),)}


def announce(site: Site, **changes: object) -> HttpAnswer:
    return site.operator.post(PATH, FILE | changes)


def granted(site: Site) -> str:
    return str(announce(site).json["id"])


def reel(upload_id: str, **changes: object) -> JsonObject:
    return {"kind": "reel", "media": [{"source": {"upload": upload_id}}], **changes}


def uploads(site: Site) -> Uploads:
    return site.dependencies.uploads


def test_uploads_are_granted(site: Site) -> None:
    answer = announce(site)

    assert (answer.status, answer.json["expires_at"]) == (201, "2026-04-29T18:30:00Z")
    fields = answer.json["post"]["fields"]
    assert fields["key"] == f"media-uploads/{answer.json['id']}"
    assert fields["Content-Type"] == "video/mp4"


def test_faults_are_named_together(site: Site) -> None:
    wrong = {"name": "", "size": 0, "type": "text/html", "sha256": "x", "colour": 1}
    answer = site.operator.post(PATH, wrong)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_file")
    assert {one["field"] for one in answer.json["problems"]} == set(wrong)
    assert len(site.operator.post(PATH, {}).json["problems"]) == 4


@pytest.mark.parametrize(
    ("hint", "name", "kind"),
    [
        ("", "Film.MOV", "video/quicktime"),
        ("application/octet-stream", "a.mp4", "video/mp4"),
        ("video/mp4v-es", "a.m4v", "video/x-m4v"),
        ("image/jpg", "a", "image/jpeg"),
        ("", "IMG_1.HEIC", "image/heic"),
        ("application/octet-stream", "1000012345", "application/octet-stream"),
        ("video/x-msvideo", "a.avi", None),
        ("application/pdf", "a.mp4", None),
    ],
)
def test_types_are_hints(site: Site, hint: str, name: str, kind: str | None) -> None:
    answer = announce(site, type=hint, name=name)

    assert answer.status == (201 if kind else 400)
    if kind:
        assert answer.json["post"]["fields"]["Content-Type"] == kind


def test_names_are_cleaned(site: Site) -> None:
    upload_id = announce(site, name="C:\\films\\\u202egnp.mp4" + "x" * 300).json["id"]

    shown = site.operator.get(f"{PATH}/{upload_id}").json["name"]
    assert shown.startswith("gnp.mp4x")
    assert len(shown) == 255


def test_large_files_are_refused(site: Site) -> None:
    answer = announce(site, size=9 * 1024**3)

    assert (answer.status, answer.json["error"]["code"]) == (413, "file_too_large")
    assert announce(site, size=300 * 1024**2).status == 201


def test_waiting_files_are_limited(site: Site) -> None:
    for _ in range(MAX_WAITING):
        assert announce(site).status == 201
    answer = announce(site)

    assert (answer.status, answer.json["error"]["code"]) == (429, "too_many_uploads")


def test_files_are_shown(site: Site) -> None:
    upload_id = granted(site)
    waiting = site.operator.get(f"{PATH}/{upload_id}").json
    assert (waiting["status"], waiting["suitable_for"]) == ("waiting", None)

    uploads(site).start_examining(upload_id)
    assert site.operator.get(f"{PATH}/{upload_id}").json["status"] == "examining"
    uploads(site).record_facts(upload_id, FACTS, TOO_LONG | NO_IMAGE)
    ready = site.operator.get(f"{PATH}/{upload_id}").json
    assert (ready["status"], ready["facts"]["width"]) == ("ready", 1080)
    assert ready["suitable_for"]["story"] == [{"code": "too_long", "message": "70 s are too long."}]
    assert ready["suitable_for"]["reel"] == []


def test_unsuitable_files_say_why(site: Site) -> None:
    upload_id, damaged = granted(site), FileProblem(code="damaged", message="It is damaged.")
    uploads(site).record_facts(upload_id, None, dict.fromkeys(Kind, (damaged,)))

    assert site.operator.get(f"{PATH}/{upload_id}").json["status"] == "unsuitable"
    assert site.problems(**reel(upload_id)) == [("media[0].source.upload", "damaged")]


def test_posts_wait_for_the_examination(site: Site) -> None:
    upload_id = granted(site)
    incomplete = [("media[0].source.upload", "upload_incomplete")]
    assert site.problems(**reel(upload_id)) == incomplete

    uploads(site).start_examining(upload_id)
    assert site.problems(**reel(upload_id)) == incomplete
    uploads(site).record_facts(upload_id, FACTS, TOO_LONG | NO_IMAGE)
    assert site.problems(**reel(upload_id)) == []


def test_files_are_held_against_the_kind(site: Site) -> None:
    upload_id = granted(site)
    uploads(site).record_facts(upload_id, FACTS, TOO_LONG | NO_IMAGE)

    story = reel(upload_id, kind="story")
    assert site.problems(**story) == [("media[0].source.upload", "too_long")]
    assert site.problems(**reel(upload_id, kind="photo")) == [
        ("media[0].source.upload", "wrong_media")
    ]
    offset = reel(upload_id, thumb_offset_ms=71)
    assert site.problems(**offset) == [("thumb_offset_ms", "out_of_range")]


def test_files_are_kept_until_their_post(site: Site) -> None:
    upload_id = granted(site)
    uploads(site).record_facts(upload_id, FACTS, {})

    site.clock.advance(timedelta(days=300))
    late = at("2027-06-05T21:00")
    assert site.problems(**reel(upload_id, publish_at=at("2027-06-01T19:00"))) == []
    assert site.problems(**reel(upload_id, publish_at=late)) == [
        ("media[0].source.upload", "upload_ends_before")
    ]
    assert site.problems(**reel(upload_id, publish_at=late, draft=True)) == []


def test_unknown_files_are_not_found(site: Site) -> None:
    assert site.operator.get(f"{PATH}/unknown").status == 404
    assert uploads(site).record_facts("unknown", FACTS, {}) is None


def test_keys_name_their_file() -> None:
    assert parse_upload_object(upload_object("abc")) == "abc"
    for key in ("posting/abc", "media-uploads/", "media-uploads/a/b"):
        with pytest.raises(ValueError, match="not the key"):
            parse_upload_object(key)
