"""What the emulator tells of the posts that arrived."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from PIL import Image

from local.graph.app import Dropped
from local.graph.data import ACCOUNT_ID
from local.graph.fetch import Fetched
from tests.emulated_videos import video
from tests.graph.pictures import jpeg
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN


def test_image_arrives_with_its_options(graph: GraphClient) -> None:
    tags = [{"username": "a_guest", "x": 0.5, "y": 0.25}]
    options = {"caption": "[Hello]", "alt_text": "A hall", "collaborators": "a,b"}
    url = graph.picture()

    media = graph.publish(graph.create(image_url=url, user_tags=json.dumps(tags), **options))

    [post] = graph.published()
    assert (post["id"], post["kind"], post["product_type"]) == (media["id"], "IMAGE", "FEED")
    assert post["caption"] == "[Hello]"
    assert post["options"]["collaborators"] == ["a", "b"]
    assert post["options"]["user_tags"] == tags
    assert graph.get(post["id"], fields="alt_text")["alt_text"] == "A hall"


def test_bytes_of_an_image_are_described(graph: GraphClient) -> None:
    graph.publish(graph.create(image_url=graph.picture()))

    [file] = graph.published()[0]["files"]

    assert file["sha256"] == hashlib.sha256(jpeg()).hexdigest()
    assert (file["type"], file["format"], file["size"]) == ("image", "JPEG", len(jpeg()))
    assert (file["width"], file["height"], file["metadata"]) == (1080, 1080, [])


def test_metadata_of_an_image_is_named(graph: GraphClient) -> None:
    exif, target = Image.Exif(), io.BytesIO()
    exif[0x010F] = "A camera"
    more = {"icc_profile": b"icc", "comment": b"Hello", "xmp": b"<x:xmpmeta/>"}
    Image.new("RGB", (500, 500)).save(target, "JPEG", exif=exif, **more)
    graph.files["https://photos.example.com/a.jpg"] = Fetched(target.getvalue(), "image/jpeg")

    graph.publish(graph.create(image_url="https://photos.example.com/a.jpg"))

    assert graph.published()[0]["files"][0]["metadata"] == ["exif", "xmp", "icc", "comment"]


def test_video_and_cover_arrive(graph: GraphClient) -> None:
    cover = graph.picture(size=(1080, 1920))
    reel = graph.create(media_type="REELS", video_url=graph.video(), cover_url=cover)
    graph.advance(30)
    graph.publish(reel)

    [post] = graph.published()

    assert post["product_type"] == "REELS"
    assert (post["files"][0]["seconds"], post["cover"]["height"]) == (3, 1920)
    assert post["files"][0]["sha256"] == hashlib.sha256(video()).hexdigest()


def test_carousel_arrives_in_order(graph: GraphClient) -> None:
    sizes = [(1080, 1080), (1080, 1350), (1080, 600)]
    items = [
        graph.create(
            image_url=graph.picture(size=size), is_carousel_item="true", alt_text=str(size)
        )
        for size in sizes
    ]
    graph.publish(graph.create(media_type="CAROUSEL", children=",".join(items)))

    [post] = graph.published()

    assert [(one["width"], one["height"]) for one in post["files"]] == sizes
    assert [one["options"]["alt_text"] for one in post["files"]] == [str(size) for size in sizes]
    assert [one["id"] for one in post["containers"][:3]] == items


def test_reads_of_a_status_are_counted(graph: GraphClient) -> None:
    container = graph.create(image_url=graph.picture())
    for _ in range(2):
        graph.status(container)
        graph.advance(60)

    [entry] = graph.http.get("/_control/containers", params={"account": ACCOUNT_ID}).json()

    assert (entry["id"], entry["published"]) == (container, None)
    assert entry["status_reads"] == ["2026-11-20T20:00:00+0000", "2026-11-20T20:01:00+0000"]
    assert graph.http.get("/_control/containers", params={"account": "1"}).json() == []


def test_first_comment_is_listed_as_own(graph: GraphClient) -> None:
    post = graph.publish(graph.create(image_url=graph.picture()))["id"]
    graph.call("POST", f"{post}/comments", data={"message": "First!"})

    [comment] = graph.get(f"{post}/comments", fields="text,username,from")["data"]

    assert (comment["text"], comment["username"]) == ("First!", "example_shop")
    assert comment["from"]["username"] == "example_shop"


def test_comment_survives_its_lost_answer(graph: GraphClient) -> None:
    post = graph.publish(graph.create(image_url=graph.picture()))["id"]
    graph.control("fail", count=1, drop="after", path="comments")

    with pytest.raises(Dropped):
        graph.call("POST", f"{post}/comments", data={"message": "First!"})

    assert [one["text"] for one in graph.published()[0]["comments"]] == ["First!"]


def test_only_facebook_login_deletes(graph: GraphClient) -> None:
    items = [graph.create(image_url=graph.picture(), is_carousel_item="true") for _ in range(2)]
    post = graph.publish(graph.create(media_type="CAROUSEL", children=",".join(items)))["id"]
    child = graph.get(f"{post}/children")["data"][0]["id"]

    assert graph.call("DELETE", post)["error"]["code"] == 100
    assert graph.call("DELETE", child, PERSON_TOKEN)["error"]["error_subcode"] == 2207073
    deleted = graph.call("DELETE", post, PERSON_TOKEN)

    assert deleted == {"success": True, "deleted_id": post}
    assert graph.get(post)["error"]["error_subcode"] == 33
    assert graph.published()[0]["deleted"] is True


OVERLONG = [
    ({"caption": "🎄" * 2201}, 2207010),
    ({"caption": " ".join(f"#tag{n}" for n in range(31))}, 2207010),
    ({"caption": " ".join(f"@guest{n}" for n in range(21))}, 2207040),
]


@pytest.mark.parametrize(("options", "subcode"), OVERLONG)
def test_caption_has_limits(graph: GraphClient, options: dict[str, str], subcode: int) -> None:
    data = {"image_url": graph.picture(), **options}

    answer = graph.call("POST", "me/media", data=data)

    assert answer["error"]["error_subcode"] == subcode


@pytest.mark.parametrize(
    "options",
    [
        {"is_carousel_item": "true", "is_ai_generated": "true"},
        {"is_carousel_item": "true", "caption": "x"},
        {"media_type": "STORIES", "collaborators": "a"},
        {"share_to_feed": "true"},
    ],
)
def test_option_belongs_to_another_kind(graph: GraphClient, options: dict[str, str]) -> None:
    data = {"image_url": graph.picture(), **options}

    assert graph.call("POST", "me/media", data=data)["error"]["code"] == 100
