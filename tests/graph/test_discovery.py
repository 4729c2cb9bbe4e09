"""Other accounts' media, hashtags, tags and mentions, against the emulator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import ObjectLag, PermissionMissing, RequestRefused
from local.graph.data import ACCOUNT_ID
from tests.graph.conftest import Bench

MAKER = "17841400000000002"
THEIRS = "17900000000070001"


def test_others_media_are_paged(bench: Bench) -> None:
    when = "2026-04-01T00:00:00+00:00"
    bench.control(
        "media", account=MAKER, media=[{"id": str(1000 + n), "taken_at": when} for n in range(119)]
    )

    found = list(bench.account("facebook").discovery.media_of("example_maker"))

    assert len({media.id for media in found}) == 120
    assert found[0].id == THEIRS


def test_account_and_media_in_one_call(bench: Bench) -> None:
    found = bench.account("facebook").discovery.account("example_maker")

    assert (found.profile.username, found.profile.followers_count) == ("example_maker", 1250)
    assert [media.id for media in found.media] == [THEIRS]
    assert bench.calls() == 1


def test_thirty_hashtags_a_week(bench: Bench) -> None:
    discovery = bench.account("facebook").discovery
    ids = {discovery.hashtag_id(f"tag{n}") for n in range(30)}
    assert len(ids) == 30
    assert discovery.hashtag_id("tag3") in ids
    with pytest.raises(RequestRefused, match="30 different"):
        discovery.hashtag_id("one too many")

    bench.clock.advance(timedelta(days=7, seconds=1))

    assert discovery.hashtag_id("one too many") not in ids


def test_hashtag_shows_all_accounts_media(bench: Bench) -> None:
    times = (bench.clock.now() - timedelta(hours=1), bench.clock.now() - timedelta(days=3))
    media = [
        {"id": str(3000 + n), "taken_at": at.isoformat(), "caption": "Our #Example"}
        for n, at in enumerate(times)
    ]
    bench.control("media", account=MAKER, media=media)
    discovery = bench.account("facebook").discovery
    hashtag = discovery.hashtag_id("example")

    top = {one.id for one in discovery.hashtag_media(hashtag)}
    recent = {one.id for one in discovery.hashtag_media(hashtag, recent=True)}

    assert top >= {"3000", "3001", "17900000000000020"}
    assert "3000" in recent
    assert "3001" not in recent


def test_tagged_media_end_without_next(bench: Bench, login_type: str) -> None:
    when = "2026-04-01T00:00:00+00:00"
    theirs = [str(2000 + n) for n in range(70)]
    bench.control("media", account=MAKER, media=[{"id": one, "taken_at": when} for one in theirs])
    bench.emulator_state.accounts[ACCOUNT_ID].tagged_in = theirs

    assert [media.id for media in bench.account(login_type).library.tagged()] == theirs


def test_mention_is_read_and_answered(bench: Bench) -> None:
    comments = bench.account("facebook").comments
    theirs = bench.control("comment", account=MAKER, media=THEIRS, text="Ask example_shop")["id"]

    mention = comments.mentioned(theirs)

    assert (mention.id, mention.text, mention.media_id) == (theirs, "Ask example_shop", THEIRS)
    answer = comments.reply_to_mention(THEIRS, "Here we are", theirs)
    assert bench.emulator_state.accounts[MAKER].comments[answer]["parent_id"] == theirs
    with pytest.raises(ObjectLag):
        comments.reply_to_mention("1", "Where?")


def test_comment_names_its_media(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    made = comments.create("17900000000000020", "Hello")

    assert (comments.one(made).media_id, comments.one(made).text) == ("17900000000000020", "Hello")


def test_all_replies_are_listed(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    top = comments.create("17900000000000020", "Who comes?")
    replies = [comments.reply(top, f"Me {n}") for n in range(60)]

    [found] = comments.of_media("17900000000000020")

    assert [reply.id for reply in found.replies] == replies


def test_private_reply_ends_after_week(bench: Bench) -> None:
    theirs = bench.control("comment", account=ACCOUNT_ID, media="17900000000000020", text="Price?")[
        "id"
    ]
    bench.clock.advance(timedelta(days=7, minutes=1))

    with pytest.raises(PermissionMissing):
        bench.account().comments.private_reply(theirs, "Hello")


def test_person_is_not_the_account(bench: Bench) -> None:
    assert bench.account("facebook").pages.person() not in (None, ACCOUNT_ID)
    with pytest.raises(RequestRefused):
        bench.account("instagram").pages.person()
