"""What breaks such clients in production, by the row of the list of faults."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.graph.errors import (
    Blocked,
    NotReady,
    ObjectLag,
    ReconnectRequired,
    RequestRefused,
    Throttled,
    UnknownOutcome,
)
from lambdas.graph.login_type import LOGIN_TYPES
from lambdas.graph.media import Media
from lambdas.graph.publishing import ContainerState
from local.graph.data import SAMPLE_DAY, TOKEN
from tests.graph.conftest import Bench
from tests.graph.pictures import PICTURE, jpeg

MEDIA = "17900000000000020"


def test_row_9_dead_session_says_why(bench: Bench) -> None:
    bench.control("token", token=TOKEN, dead=460)

    with pytest.raises(ReconnectRequired) as dead:
        bench.account().library.profile()

    assert dead.value.meaning == "the person changed the password"
    assert bench.calls() == 1


def test_row_10_early_refresh_is_refused(
    bench: Bench,
) -> None:
    bench.control("token", token=TOKEN, age_hours=1)

    with pytest.raises(RequestRefused):
        bench.graph().login.refresh(TOKEN)


def test_row_11_refusal_names_the_call(bench: Bench) -> None:
    bench.control("fail", count=1, status=400, code=100)

    with pytest.raises(RequestRefused) as refused:
        bench.account().library.profile()

    assert (refused.value.cause.edge, refused.value.cause.code) == ("profile", 100)


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_row_12_scopes_match_login_type(bench: Bench, login_type: str) -> None:
    url = bench.graph(login_type).login.authorize_url(
        "http://localhost/cb", "s", tuple(LOGIN_TYPES[login_type].scopes)
    )
    scopes = parse_qs(urlsplit(url).query)["scope"][0].split(",")

    assert {scope.startswith("instagram_business_") for scope in scopes} == {
        login_type == "instagram"
    }


def test_row_13_business_pages_are_listed(bench: Bench) -> None:
    bench.account("facebook").pages.shared()

    assert {str(entry["path"]) for entry in bench.emulator_state.journal} >= {
        "me/accounts",
        "me/businesses",
        "40000000000001/owned_pages",
    }
    assert "business_management" in LOGIN_TYPES["facebook"].scope_set()


def test_row_14_both_ids_are_kept(bench: Bench) -> None:
    profile = bench.account().library.profile()

    assert profile.user_id != profile.scoped_id


def test_row_15_publish_is_never_repeated(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    container = publishing.create_image(PICTURE)
    bench.control("fail", count=1, drop="after", path="media_publish")

    with pytest.raises(UnknownOutcome):
        publishing.publish(container)

    assert publishing.status(container).state is ContainerState.PUBLISHED
    assert bench.calls("media_publish") == 1


def test_row_17_invisible_object_is_lag(
    bench: Bench,
) -> None:
    bench.control("fail", count=2, status=400, code=100, subcode=33)

    with pytest.raises(ObjectLag):
        bench.account().publishing.status("17900000000000001")


def test_row_18_unfinished_container_waits(bench: Bench) -> None:
    container = bench.account().publishing.create_reel("https://photos.example.com/v.mp4")

    with pytest.raises(NotReady):
        bench.account().publishing.publish(container)


def test_row_20_failure_in_text_counts(bench: Bench) -> None:
    bench.control(
        "fail",
        count=1,
        status=200,
        body='{"id": "1", "status": "Error: Media download has failed 2207077"}',
    )

    status = bench.account().publishing.status("1")

    assert (status.state, status.subcode) == (ContainerState.ERROR, 2207077)


def test_row_21_unfetchable_address_is_lag(bench: Bench) -> None:
    with pytest.raises(ObjectLag) as lag:
        bench.account().publishing.create_image("https://nowhere.example.com/a.jpg")

    assert lag.value.cause.subcode == 2207052


def test_row_22_address_arrives_complete(bench: Bench) -> None:
    url = "https://photos.example.com/a.jpg?X-Amz-Signature=1&b=ü%20"
    bench.files[url] = jpeg()

    assert bench.account().publishing.create_image(url)


def test_row_24_carousel_has_finished_items(bench: Bench) -> None:
    publishing = bench.account().publishing
    items = [
        publishing.create_carousel_item(video_url="https://photos.example.com/v.mp4")
        for _ in range(2)
    ]

    with pytest.raises(NotReady):
        publishing.create_carousel(items)
    for count in (1, 11):
        with pytest.raises(RequestRefused):
            publishing.create_carousel(["1"] * count)


def test_row_25_single_video_is_reel(bench: Bench) -> None:
    bench.account().publishing.create_reel("https://photos.example.com/v.mp4")

    assert bench.transport.requests[-1].form["media_type"] == "REELS"


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002, 80014])
def test_row_26_codes_mean_throttled(bench: Bench, code: int) -> None:
    bench.control("fail", count=1, status=400, code=code)

    with pytest.raises(Throttled):
        bench.account().library.profile()


def test_row_26_spam_is_no_throttle(bench: Bench) -> None:
    bench.control("fail", count=1, status=403, code=4, subcode=2207051)

    with pytest.raises(Blocked):
        bench.account().publishing.publish("1")
    assert bench.account().library.profile()


def test_row_27_removed_metric_has_reason(bench: Bench) -> None:
    found = bench.account().insights.of_media(
        Media(MEDIA, "IMAGE", None, None, "FEED"), ["reach", "impressions"]
    )

    assert (found["impressions"].value, found["impressions"].missing) == (None, "not_supported")
    assert found["reach"].value is not None


def test_row_28_ranges_become_windows(bench: Bench) -> None:
    since = SAMPLE_DAY - timedelta(days=365)

    windows = list(bench.account().insights.of_account(since, SAMPLE_DAY, ["likes"]))

    assert windows[0][0] == since
    assert windows[-1][1] == SAMPLE_DAY
    assert all(a[1] == b[0] for a, b in pairwise(windows))


def test_row_30_first_comment_posts_once(bench: Bench) -> None:
    bench.control("fail", count=1, drop="after", method="POST")

    with pytest.raises(UnknownOutcome):
        bench.account().comments.create(MEDIA, "First!")

    assert [one.text for one in bench.account().comments.of_media(MEDIA)] == ["First!"]
    assert all(
        "fields" not in request.form
        for request in bench.transport.requests
        if request.method == "POST"
    )
