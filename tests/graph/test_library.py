"""Profile, media and stories."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import timedelta

import pytest

from lambdas.graph.errors import (
    ObjectLag,
)
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY
from tests.graph.conftest import Bench

DAY = (SAMPLE_DAY, SAMPLE_DAY + timedelta(days=1))


def test_profile_has_both_ids(bench: Bench) -> None:
    instagram, facebook = (
        bench.account("instagram").library.profile(),
        bench.account("facebook").library.profile(),
    )

    assert (instagram.user_id, instagram.scoped_id, instagram.is_professional) == (
        ACCOUNT_ID,
        "25000000000000001",
        True,
    )
    assert (facebook.user_id, facebook.scoped_id, facebook.is_professional) == (
        ACCOUNT_ID,
        None,
        None,
    )
    assert instagram.username == facebook.username == "example_shop"


def test_personal_account_is_recognised(bench: Bench) -> None:
    bench.control(
        "account",
        id="17841400000000009",
        username="example_person",
        account_type="PERSONAL",
        token="IGAApersonaltoken",
    )

    assert (
        bench.account(token="IGAApersonaltoken", account_id="me").library.profile().is_professional
        is False
    )


def test_media_of_a_window(bench: Bench, login_type: str) -> None:
    media = list(bench.account(login_type).library.media(*DAY))

    assert [one.media_type for one in media] == [
        "IMAGE",
        "VIDEO",
        "CAROUSEL_ALBUM",
        "IMAGE",
        "IMAGE",
    ]
    assert media[-1].timestamp == DAY[0]
    assert [child.media_type for child in media[2].children] == ["IMAGE", "VIDEO", "IMAGE"]
    assert (media[1].product_type, media[1].username) == ("REELS", "example_shop")


def test_licensed_music_hides_address(bench: Bench) -> None:
    new = {
        "id": "5",
        "media_type": "VIDEO",
        "product_type": "REELS",
        "taken_at": DAY[0].isoformat(),
        "copyrighted": True,
    }
    bench.control("media", account=ACCOUNT_ID, media=[new])

    one = bench.account().library.one_media("5")

    assert (one.media_url, one.caption) == (None, None)
    assert one.thumbnail_url


def test_stories_and_one_media(bench: Bench, login_type: str) -> None:
    [story] = bench.account(login_type).library.stories()

    assert story.product_type == "STORY"
    assert bench.account(login_type).library.one_media(story.id).id == story.id


def test_unknown_media_is_lag(bench: Bench, login_type: str) -> None:
    with pytest.raises(ObjectLag):
        bench.account(login_type).library.one_media("123")


def test_paging_holds_one_page(bench: Bench) -> None:
    every = [
        {
            "id": f"{n}",
            "taken_at": (DAY[0] - timedelta(minutes=n)).isoformat(),
            "caption": "x" * 200,
        }
        for n in range(10_050)
    ]
    bench.control("media", account=ACCOUNT_ID, media=every)
    bench.emulator_state.journal.clear()
    peaks: list[int] = []
    tracemalloc.start()
    count = 0
    for count, _ in enumerate(bench.account().library.media(), 1):
        if count % 2000 == 0:
            # What hangs in circles until the collector happens to come is not held.
            gc.collect()
            peaks.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    assert count == 10_000
    assert bench.calls("media") == 200
    # The emulator's journal and the log grow by a line for each call; the media must not.
    assert peaks[-1] - peaks[0] < 2_000_000
