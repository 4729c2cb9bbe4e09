"""What breaks such clients in production, by the number of its row in the list of faults; what belongs to a feature is proven there."""

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


def test_row_9_an_invalidated_session_is_not_retried_and_says_why(bench: Bench) -> None:
    bench.control("token", token=TOKEN, dead=460)

    with pytest.raises(ReconnectRequired) as dead:
        bench.account().library.profile()

    assert dead.value.meaning == "the person changed the password"
    assert bench.calls() == 1


def test_row_10_a_refresh_in_the_first_day_is_refused_and_no_reason_to_reconnect(
    bench: Bench,
) -> None:
    bench.control("token", token=TOKEN, age_hours=1)

    with pytest.raises(RequestRefused):
        bench.graph().login.refresh(TOKEN)


def test_row_11_an_unsupported_request_names_the_call_that_failed(bench: Bench) -> None:
    bench.control("fail", count=1, status=400, code=100)

    with pytest.raises(RequestRefused) as refused:
        bench.account().library.profile()

    assert (refused.value.cause.edge, refused.value.cause.code) == ("profile", 100)


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_row_12_scopes_are_those_of_the_login(bench: Bench, login_type: str) -> None:
    url = bench.graph(login_type).login.authorize_url(
        "http://localhost/cb", "s", tuple(LOGIN_TYPES[login_type].scopes)
    )
    scopes = parse_qs(urlsplit(url).query)["scope"][0].split(",")

    assert {scope.startswith("instagram_business_") for scope in scopes} == {
        login_type == "instagram"
    }


def test_row_13_pages_of_businesses_are_walked_too(bench: Bench) -> None:
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


def test_row_15_a_publish_that_timed_out_is_read_back_and_not_repeated(bench: Bench) -> None:
    bench.files[PICTURE] = jpeg()
    publishing = bench.account().publishing
    container = publishing.create_image(PICTURE)
    bench.control("fail", count=1, drop="after", path="media_publish")

    with pytest.raises(UnknownOutcome):
        publishing.publish(container)

    assert publishing.status(container).state is ContainerState.PUBLISHED
    assert bench.calls("media_publish") == 1


def test_row_17_a_fresh_object_that_is_not_visible_yet_is_lag_and_no_disconnect(
    bench: Bench,
) -> None:
    bench.control("fail", count=2, status=400, code=100, subcode=33)

    with pytest.raises(ObjectLag):
        bench.account().publishing.status("17900000000000001")


def test_row_18_media_that_is_not_ready_waits_for_the_same_container(bench: Bench) -> None:
    container = bench.account().publishing.create_reel("https://photos.example.com/v.mp4")

    with pytest.raises(NotReady):
        bench.account().publishing.publish(container)


def test_row_20_a_failure_that_is_only_in_the_text_is_seen(bench: Bench) -> None:
    bench.control(
        "fail",
        count=1,
        status=200,
        body='{"id": "1", "status": "Error: Media download has failed 2207077"}',
    )

    status = bench.account().publishing.status("1")

    assert (status.state, status.subcode) == (ContainerState.ERROR, 2207077)


def test_row_21_an_address_that_cannot_be_fetched_may_be_tried_again(bench: Bench) -> None:
    with pytest.raises(ObjectLag) as lag:
        bench.account().publishing.create_image("https://nowhere.example.com/a.jpg")

    assert lag.value.cause.subcode == 2207052


def test_row_22_an_address_with_parameters_arrives_whole(bench: Bench) -> None:
    url = "https://photos.example.com/a.jpg?X-Amz-Signature=1&b=ü%20"
    bench.files[url] = jpeg()

    assert bench.account().publishing.create_image(url)


def test_row_24_a_carousel_has_two_to_ten_finished_items(bench: Bench) -> None:
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


def test_row_25_a_single_video_is_a_reel(bench: Bench) -> None:
    bench.account().publishing.create_reel("https://photos.example.com/v.mp4")

    assert bench.transport.requests[-1].form["media_type"] == "REELS"


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001, 80002, 80014])
def test_row_26_throttles_are_known_by_their_codes(bench: Bench, code: int) -> None:
    bench.control("fail", count=1, status=400, code=code)

    with pytest.raises(Throttled):
        bench.account().library.profile()


def test_row_26_a_post_judged_as_spam_is_blocked_and_no_throttle(bench: Bench) -> None:
    bench.control("fail", count=1, status=403, code=4, subcode=2207051)

    with pytest.raises(Blocked):
        bench.account().publishing.publish("1")
    assert bench.account().library.profile()


def test_row_27_a_metric_that_is_gone_is_none_with_a_reason(bench: Bench) -> None:
    found = bench.account().insights.of_media(
        Media(MEDIA, "IMAGE", None, None, "FEED"), ["reach", "impressions"]
    )

    assert (found["impressions"].value, found["impressions"].missing) == (None, "not_supported")
    assert found["reach"].value is not None


def test_row_28_long_ranges_are_cut_into_windows(bench: Bench) -> None:
    since = SAMPLE_DAY - timedelta(days=365)

    windows = list(bench.account().insights.of_account(since, SAMPLE_DAY, ["likes"]))

    assert windows[0][0] == since
    assert windows[-1][1] == SAMPLE_DAY
    assert all(a[1] == b[0] for a, b in pairwise(windows))


def test_row_30_a_first_comment_is_posted_once_and_without_fields(bench: Bench) -> None:
    bench.control("fail", count=1, drop="after", method="POST")

    with pytest.raises(UnknownOutcome):
        bench.account().comments.create(MEDIA, "First!")

    assert [one.text for one in bench.account().comments.of_media(MEDIA)] == ["First!"]
    assert all(
        "fields" not in request.form
        for request in bench.transport.requests
        if request.method == "POST"
    )
