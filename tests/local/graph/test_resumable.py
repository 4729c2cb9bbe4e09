"""Uploads to rupload.facebook.com."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulated_videos import video
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN

REEL = {"media_type": "REELS", "upload_type": "resumable"}


def upload(graph: GraphClient, container: str, content: bytes = b"", **headers: object) -> Any:
    """Return the answer of an upload."""
    return graph.http.post(
        f"/rupload.facebook.com/ig-api-upload/v25.0/{container}",
        headers={"Authorization": f"OAuth {PERSON_TOKEN}"}
        | {name: str(value) for name, value in headers.items()},
        content=content,
    ).json()


def progress(graph: GraphClient, container: str) -> Any:
    """Return how far an upload is."""
    return graph.get(container, PERSON_TOKEN, fields="video_status")["video_status"]


WRONG: list[tuple[dict[str, object], str, bool]] = [
    ({"offset": 5, "file_size": 100}, "OffsetInvalidError", True),
    ({"offset": 0, "file_size": 2}, "PartialRequestError", False),
    ({"offset": "here", "file_size": 3}, "ProcessingFailedError", False),
    ({"file_url": "https://nowhere.example.com/a.mp4"}, "ProcessingFailedError", True),
]


@pytest.mark.parametrize(("headers", "kind", "retriable"), WRONG)
def test_wrong_upload_is_explained(
    graph: GraphClient, headers: dict[str, object], kind: str, retriable: bool
) -> None:
    container = graph.create(PERSON_TOKEN, **REEL)

    info = upload(graph, container, b"abc", **headers)["debug_info"]

    assert (info["type"], info["retriable"]) == (kind, retriable)
    assert graph.status(container)["status_code"] == "IN_PROGRESS"


def test_progress_of_an_upload_is_read(graph: GraphClient) -> None:
    container = graph.create(PERSON_TOKEN, **REEL)
    half, size = len(video()) // 2, len(video())

    upload(graph, container, video()[:half], offset=0, file_size=size)
    assert progress(graph, container)["uploading_phase"]["bytes_transferred"] == half
    upload(graph, container, video()[half:], offset=half, file_size=size)

    assert progress(graph, container)["uploading_phase"]["status"] == "complete"
    assert progress(graph, container)["processing_phase"]["status"] == "in_progress"


def test_uploaded_bytes_are_examined(graph: GraphClient) -> None:
    good, bad = (graph.create(PERSON_TOKEN, **REEL) for _ in range(2))
    for container, content in ((good, video()), (bad, video(rate=20))):
        upload(graph, container, content, offset=0, file_size=len(content))

    graph.advance(30)

    assert graph.status(good)["status_code"] == "FINISHED"
    assert "2207026" in graph.status(bad)["status"]


def test_meta_fetches_the_file(graph: GraphClient) -> None:
    container = graph.create(PERSON_TOKEN, **REEL)

    assert upload(graph, container, file_url=graph.video())["success"] is True
    graph.advance(30)

    assert graph.publish(container)["id"]
    assert graph.published()[0]["files"][0]["size"] == len(video())


def test_finished_upload_takes_no_more(graph: GraphClient) -> None:
    container, size = graph.create(PERSON_TOKEN, **REEL), len(video())
    upload(graph, container, video(), offset=0, file_size=size)

    again = upload(graph, container, video(), offset=0, file_size=size)

    assert again["debug_info"]["retriable"] is False
