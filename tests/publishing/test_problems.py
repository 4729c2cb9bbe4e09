"""What is wrong with a body is answered at once, field by field."""

from __future__ import annotations

import pytest

from lambdas.kit.login_type import LoginType
from tests.json_types import JsonObject
from tests.publishing.site import ACCOUNT, PATH, Site, at, body, url

VIDEO = {"source": url("a.mp4")}
IMAGE = {"source": url()}
TAG = {"username": "friend", "x": 0.5, "y": 0.5}
TEN_FAULTS = {
    "account": ACCOUNT,
    "client_request_id": "",
    "kind": "carousel",
    "caption": "x" * 2201,
    "media": [
        {"source": {"url": "http://files.example.com/a.jpg"}, "alt_text": "x" * 1001},
        {"source": {"url": "https://10.0.0.1/a.jpg", "upload": "u1"}},
        {"source": url(), "user_tags": [{"username": "not a name", "x": 2, "y": 0}], "colour": 1},
    ],
    "location_id": "here",
    "publish_at": {"wall": "2026-02-30T18:00", "zone": "Mars/Base"},
}


def test_ten_faults_are_ten_problems(site: Site) -> None:
    answer = site.operator.post(PATH, TEN_FAULTS)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_post")
    assert "11 problems" in answer.json["error"]["message"]
    assert {(one["field"], one["code"]) for one in answer.json["problems"]} == {
        ("client_request_id", "invalid_request_id"),
        ("caption", "too_long"),
        ("media[0].source.url", "not_https"),
        ("media[0].alt_text", "too_long"),
        ("media[1].source", "exactly_one_source"),
        ("media[2].colour", "unknown_field"),
        ("media[2].user_tags[0].username", "invalid_username"),
        ("media[2].user_tags[0].x", "out_of_range"),
        ("location_id", "invalid_location_id"),
        ("publish_at.wall", "invalid_time"),
        ("publish_at.zone", "unknown_zone"),
    }
    assert site.get().json["posts"] == []


def test_everything_that_is_missing_is_named(site: Site) -> None:
    found = site.check({"media": [{}], "publish_at": {}})["problems"]

    assert {one["field"] for one in found if one["code"] == "missing"} == {
        "account", "client_request_id", "kind", "media[0].source", "publish_at.wall",
        "publish_at.zone",
    }  # fmt: skip


def test_wrong_types_are_named(site: Site) -> None:
    wrong = {
        "account": 1, "client_request_id": None, "kind": "poster", "media": {"source": url()},
        "caption": ["x"], "collaborators": [1, "friend"], "thumb_offset_ms": True, "late": "never",
        "draft": "yes", "cover": "a.jpg",
    }  # fmt: skip
    found = {one["field"]: one["code"] for one in site.check(wrong)["problems"]}

    assert found.pop("kind") == found.pop("late") == "unknown_value"
    expected = {"collaborators[0]", *wrong} - {"kind", "late", "collaborators"}
    assert found == dict.fromkeys(expected, "wrong_type")


@pytest.mark.parametrize("text", ["[]", '"post"', "null", "", "{", '{"a":"\\ud800"}'])
def test_other_bodies_are_refused(site: Site, text: str) -> None:
    answer = site.operator.post(PATH, text)

    assert answer.status == 400
    assert answer.json["error"]["code"] in ("invalid_json", "invalid_request")


def test_a_check_creates_nothing(site: Site) -> None:
    found = site.check(body(publish_at=at()))

    assert found == {"ok": True, "problems": [], "warnings": []}
    assert (site.get().json["posts"], site.schedules()) == ([], {})


def test_accounts_are_checked_with_the_rest(site: Site) -> None:
    found = site.problems(account="12", caption="x" * 2201)

    assert found == [("account", "unknown_account"), ("caption", "too_long")]
    assert site.create(account="12", caption="x" * 2201).status == 400


CASES: list[tuple[JsonObject, list[tuple[str, str]]]] = [
    ({"media": []}, [("media", "wrong_number")]),
    ({"media": [IMAGE] * 2}, [("media", "wrong_number")]),
    ({"media": [VIDEO]}, [("media[0].source", "image_expected")]),
    ({"kind": "reel"}, [("media[0].source", "video_expected")]),
    ({"kind": "carousel"}, [("media", "wrong_number")]),
    ({"kind": "carousel", "media": [IMAGE] * 11}, [("media", "wrong_number")]),
    ({"kind": "story", "media": [IMAGE, VIDEO]}, [("media", "wrong_number")]),
    ({"caption": "#a " * 31}, [("caption", "too_many_hashtags")]),
    ({"caption": "@a " * 21}, [("caption", "too_many_mentions")]),
    ({"caption": "😀" * 1101}, [("caption", "too_long")]),
    ({"caption": "a\u0000b"}, [("caption", "invalid_characters")]),
    ({"first_comment": "#a " * 31}, [("first_comment", "too_many_hashtags")]),
    ({"first_comment": " "}, [("first_comment", "empty")]),
    ({"collaborators": ["a", "b", "c", "d"]}, [("collaborators", "too_many")]),
    ({"collaborators": ["a", "@A"]}, [("collaborators", "repeated")]),
    ({"share_to_feed": False}, [("share_to_feed", "reels_only")]),
    ({"cover": url()}, [("cover", "reels_only")]),
    ({"thumb_offset_ms": 0}, [("thumb_offset_ms", "reels_only")]),
    ({"trial": "manual"}, [("trial", "reels_only")]),
    ({"client_request_id": "x" * 101}, [("client_request_id", "invalid_request_id")]),
    ({"client_request_id": "a\nb"}, [("client_request_id", "invalid_request_id")]),
    ({"media": [{"source": {}}]}, [("media[0].source", "exactly_one_source")]),
    ({"media": [{"source": {"upload": "u1"}}]}, [("media[0].source.upload", "unknown_upload")]),
    (
        {"media": [IMAGE | {"product_tags": [{"product_id": "1", "x": 0, "y": 0}]}]},
        [("media[0].product_tags", "facebook_login_only")],
    ),
    (
        {"media": [IMAGE | {"user_tags": [{"username": "a"}]}]},
        [("media[0].user_tags[0].x", "missing"), ("media[0].user_tags[0].y", "missing")],
    ),
    ({"media": [IMAGE | {"user_tags": [TAG] * 21}]}, [("media[0].user_tags", "too_many")]),
    (
        {"kind": "reel", "media": [VIDEO | {"alt_text": "A dog"}]},
        [("media[0].alt_text", "images_only")],
    ),
    (
        {"kind": "reel", "media": [VIDEO], "thumb_offset_ms": -1},
        [("thumb_offset_ms", "out_of_range")],
    ),
    ({"kind": "reel", "media": [VIDEO], "cover": url("b.mp4")}, [("cover", "image_expected")]),
    (
        {"kind": "story", "first_comment": "Hi", "location_id": "1"},
        [("location_id", "not_for_stories"), ("first_comment", "not_for_stories")],
    ),
]


def test_rules(site: Site) -> None:
    for changes, expected in CASES:
        assert site.problems(**changes) == expected, changes


def test_limits_are_inclusive(site: Site) -> None:
    tags, names = "#a" + " #b" * 29, " @c" * 20
    caption = (tags + names).ljust(2200, ".")
    many = [IMAGE | {"alt_text": "x" * 1000, "user_tags": [TAG] * 20}] * 10

    assert site.problems(kind="carousel", media=many, caption=caption) == []


def test_product_tags_need_the_facebook_login(site: Site) -> None:
    site.connect(login_type=LoginType.FACEBOOK)
    tag = {"product_id": "3231", "x": 0.1, "y": 0.9}

    assert site.problems(media=[IMAGE | {"product_tags": [tag]}]) == []
    assert site.problems(media=[IMAGE | {"product_tags": [tag] * 21}])


ADDRESSES = (
    "https://localhost/a.jpg", "https://127.0.0.1/a.jpg", "https://10.1.2.3/a.jpg",
    "https://169.254.169.254/latest", "https://2130706433/a.jpg", "https://0x7f.1/a.jpg",
    "https://[::1]/a.jpg", "https://user:pass@files.example.com/a.jpg",
    "https://files.example.com/ä.jpg", "https://files.internal/a.jpg", "ftp://a.example.com/a",
    "https://files.example.com/a b.jpg", "https://files.example.com\\@10.0.0.1/a.jpg", "",
    "https://files.example.com/" + "a" * 2048, "https://files/a.jpg", "//files.example.com/a",
)  # fmt: skip


def test_odd_addresses_are_refused(site: Site) -> None:
    for address in ADDRESSES:
        [(field, _)] = site.problems(media=[{"source": {"url": address}}])
        assert field == "media[0].source.url", address


def test_photos_need_consent(site: Site) -> None:
    def source(event: str) -> JsonObject:
        return {"source": {"photo": {"event": event, "id": "photo1"}}}

    assert site.problems(media=[source("wedding")]) == []
    expected = [("media[0].source.photo", "photo_not_postable")]
    assert site.problems(media=[source("party")]) == expected
    assert site.problems(media=[source("../party")]) == expected


def test_warnings_say_what_repeats(site: Site) -> None:
    site.made(caption="Good  Morning", publish_at=at())
    later = {"publish_at": at("2026-05-01T12:00"), "client_request_id": "r2"}

    assert site.warnings(caption="good morning", **later) == ["same_caption", "same_media"]
    hour = {"publish_at": at("2026-04-30T18:30"), "media": [{"source": url("b.jpg")}]}
    assert site.warnings(**hour) == ["same_hour"]
    assert site.warnings(caption="Good morning", publish_at=at("2026-05-02T18:00")) == []


def test_other_warnings(site: Site) -> None:
    assert site.warnings(caption="#sun and #Sun") == ["hashtag_repeated"]
    assert site.warnings(collaborators=["friend"]) == ["collaborators_unverified"]
    assert site.warnings(kind="story", caption="Hi") == ["caption_ignored"]
    reel = {"kind": "reel", "media": [VIDEO], "cover": url(), "thumb_offset_ms": 5}
    assert site.warnings(**reel) == ["cover_wins"]


def test_places_in_videos_are_dropped(site: Site) -> None:
    post = site.made(kind="reel", media=[VIDEO | {"user_tags": [TAG]}])

    assert post["media"][0]["user_tags"] == [{"username": "friend"}]
