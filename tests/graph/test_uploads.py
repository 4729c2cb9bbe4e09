"""Videos that are uploaded instead of fetched, which the Facebook login offers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import ReconnectRequired, RequestRefused, RetryLater
from lambdas.graph.publishing import ContainerState
from tests.emulated_videos import video
from tests.graph.conftest import TOKENS, Bench

VIDEO = video()


def test_video_is_sent_in_parts(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_reel("By hand")
    assert publishing.status(container).state is ContainerState.IN_PROGRESS

    publishing.upload(container, VIDEO[:4000], whole_size=len(VIDEO))
    publishing.upload(container, VIDEO[4000:], whole_size=len(VIDEO), offset=4000)
    bench.clock.advance(timedelta(minutes=1))

    assert bench.emulator_state.containers[container].received == VIDEO
    assert publishing.status(container).state is ContainerState.FINISHED
    assert (
        bench.account("facebook").library.one_media(publishing.publish(container)).caption
        == "By hand"
    )


def test_part_may_be_repeated(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_reel()
    bench.control("fail", count=1, path="ig-api-upload", drop="after")

    with pytest.raises(RetryLater):
        publishing.upload(container, VIDEO)
    container = publishing.create_resumable_reel()
    publishing.upload(container, VIDEO[:100], whole_size=len(VIDEO))
    publishing.upload(container, VIDEO, offset=0)

    assert bench.emulator_state.containers[container].received == VIDEO


@pytest.mark.parametrize(
    ("status", "transient", "kind"),
    [(400, True, RetryLater), (500, None, RetryLater), (400, None, RequestRefused)],
)
def test_retriable_flag_decides(
    bench: Bench, status: int, transient: bool | None, kind: type[Exception]
) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_reel()
    bench.control("fail", count=1, path="ig-api-upload", status=status, transient=transient)

    with pytest.raises(kind):
        publishing.upload(container, VIDEO)


def test_upload_uses_own_scheme(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    publishing.upload(publishing.create_resumable_reel(), VIDEO)

    assert bench.transport.requests[-1].headers["Authorization"] == f"OAuth {TOKENS['facebook']}"
    bench.control("token", token=TOKENS["facebook"], dead=460)
    with pytest.raises((ReconnectRequired, RequestRefused)):
        publishing.upload("1", VIDEO)


def test_upload_needs_facebook_login(bench: Bench) -> None:
    with pytest.raises(RequestRefused):
        bench.account("instagram").publishing.create_resumable_reel()
    assert bench.calls() == 0


def test_meta_fetches_an_upload(bench: Bench) -> None:
    bench.files["https://photos.example.com/v.mp4"] = VIDEO
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_story()

    publishing.upload_from(container, "https://photos.example.com/v.mp4")
    bench.clock.advance(timedelta(minutes=1))

    assert publishing.status(container).state is ContainerState.FINISHED


def test_missing_file_may_be_fetched_later(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_reel()

    with pytest.raises(RetryLater):
        publishing.upload_from(container, "https://photos.example.com/v.mp4")
    assert publishing.status(container).state is ContainerState.IN_PROGRESS


def test_gap_in_an_upload_is_refused(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_item()
    publishing.upload(container, VIDEO[:100], whole_size=len(VIDEO))

    with pytest.raises(RetryLater):
        publishing.upload(container, VIDEO[200:], whole_size=len(VIDEO), offset=200)
    assert bench.emulator_state.containers[container].received == VIDEO[:100]


def test_damaged_upload_fails(bench: Bench) -> None:
    publishing = bench.account("facebook").publishing
    container = publishing.create_resumable_reel()

    publishing.upload(container, VIDEO[:3600] + bytes(len(VIDEO) - 3600))
    bench.clock.advance(timedelta(minutes=1))

    assert publishing.status(container).subcode == 2207053
