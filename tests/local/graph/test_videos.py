"""The emulator examines videos as Meta's specification says."""

from __future__ import annotations

import pytest

from local.graph.fetch import Fetched
from local.graph.videos import VideoRefused, examine_video
from tests.emulated_videos import video
from tests.local.graph.conftest import GraphClient

UNSUPPORTED: list[dict[str, object]] = [
    {"moov_first": False},
    {"form": "matroska"},
    {"form": "avi"},
    {"codec": "mpeg4"},
    {"pixels": "yuv444p"},
    {"interlaced": True},
    {"rate": 20},
    {"rate": 72},
    {"seconds": 2},
    {"size": (1936, 64)},
    {"sound": "mp3"},
    {"sample_rate": 96_000},
    {"layout": "5.1"},
]


@pytest.mark.parametrize("change", UNSUPPORTED, ids=str)
def test_unsupported_video_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(VideoRefused) as refused:
        examine_video(video(**change), "REELS")

    assert refused.value.subcode == 2207026


@pytest.mark.parametrize(
    "change",
    [{}, {"form": "mov"}, {"sound": None}, {"codec": "libx265"}, {"layout": "mono"}],
    ids=str,
)
def test_supported_video_is_examined(change: dict[str, object]) -> None:
    arrived = examine_video(video(**change), "REELS")

    assert (arrived.width, arrived.height, arrived.seconds) == (72, 128, 3)
    assert arrived.size == len(video(**change))


def test_length_depends_on_kind() -> None:
    long = video(seconds=61, sound=None)

    assert examine_video(long, "REELS").seconds == 61
    for kind in ("STORIES", "VIDEO"):
        with pytest.raises(VideoRefused):
            examine_video(long, kind)


def test_damaged_video_is_not_processed() -> None:
    whole = video(sound=None)
    start = whole.index(b"mdat") + 4

    with pytest.raises(VideoRefused) as refused:
        examine_video(whole[:start] + bytes(len(whole) - start), "REELS")

    assert refused.value.subcode == 2207082


def test_problem_shows_after_processing(graph: GraphClient) -> None:
    container = graph.create(media_type="REELS", video_url=graph.video(codec="mpeg4"))
    assert graph.status(container)["status_code"] == "IN_PROGRESS"

    graph.advance(30)

    status = graph.status(container)
    assert (status["status_code"], "2207026" in status["status"]) == ("ERROR", True)
    assert graph.publish(container)["error"]["error_subcode"] == 2207027


def test_missing_video_shows_after_processing(graph: GraphClient) -> None:
    container = graph.create(media_type="REELS", video_url="https://photos.example.com/a.mp4")

    graph.advance(30)

    assert "2207077" in graph.status(container)["status"]


def test_page_instead_of_video_is_no_download(graph: GraphClient) -> None:
    url = graph.video()
    graph.files[url] = Fetched(b"<html>", "text/html")
    container = graph.create(media_type="REELS", video_url=url)

    graph.advance(30)

    assert "2207077" in graph.status(container)["status"]


def test_video_stays_until_processed(graph: GraphClient) -> None:
    url = graph.video()
    container, kept = (graph.create(media_type="REELS", video_url=url) for _ in range(2))
    graph.advance(30)
    assert graph.status(kept)["status_code"] == "FINISHED"

    del graph.files[url]

    assert graph.status(container)["status_code"] == "ERROR"
    assert graph.publish(kept)["id"]


def test_thumbnail_lies_inside_video(graph: GraphClient) -> None:
    container = graph.create(media_type="REELS", video_url=graph.video(), thumb_offset="3000")

    graph.advance(30)

    assert "2207057" in graph.status(container)["status"]
