"""Comments and their moderation."""

from __future__ import annotations

import pytest

from lambdas.graph.errors import ObjectLag, PermissionMissing, RequestRefused
from local.graph.data import ACCOUNT_ID
from local.graph.inbox_knobs import PERSON_ID
from tests.graph.conftest import Bench

MEDIA = "17900000000000020"


def test_comments_are_moderated(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    theirs = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="How lovely")["id"]

    mine = comments.create(MEDIA, "Thank you all")
    reply = comments.reply(theirs, "Thank you!")
    listed = list(comments.of_media(MEDIA))

    assert [one.id for one in listed] == [mine, theirs]
    assert (
        [one.id for one in listed[1].replies]
        == [one.id for one in comments.replies(theirs)]
        == [reply]
    )
    assert (listed[1].text, listed[1].username, listed[1].hidden) == (
        "How lovely",
        "a_guest",
        False,
    )
    comments.hide(theirs)
    assert [one.hidden for one in comments.of_media(MEDIA)] == [False, True]
    comments.delete(mine)
    assert [one.id for one in comments.of_media(MEDIA)] == [theirs]


def test_comments_close_and_private_replies(bench: Bench, login_type: str) -> None:
    comments = bench.messaging_account(login_type).comments
    theirs = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="Price?")["id"]

    assert comments.private_reply(theirs, "Hello").recipient_id == PERSON_ID
    with pytest.raises(RequestRefused, match="already sent"):
        comments.private_reply(theirs, "Hello again")
    comments.enable(MEDIA, False)
    with pytest.raises(PermissionMissing):
        comments.create(MEDIA, "Too late")
    comments.enable(MEDIA)
    assert comments.reply_to_mention(MEDIA, "Nice to meet you")


def test_comments_are_read_page_by_page(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    ids = [comments.create(MEDIA, f"Comment {n}") for n in range(60)]

    first = comments.page(MEDIA)
    second = comments.page(MEDIA, first.after)

    assert [one.id for one in (*first.comments, *second.comments)] == ids[::-1]
    assert (len(first.comments), second.after) == (50, None)


def test_more_replies_are_recognised(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    few, many = comments.create(MEDIA, "Few"), comments.create(MEDIA, "Many")
    for number in range(26):
        comments.reply(many, f"Reply {number}")
    comments.reply(few, "Only one")

    read = {one.id: one for one in comments.page(MEDIA).comments}

    assert (len(read[many].replies), read[many].more_replies) == (25, True)
    assert (len(read[few].replies), read[few].more_replies) == (1, False)


def test_comments_come_by_time(bench: Bench) -> None:
    old = bench.control(
        "comment", account=ACCOUNT_ID, media=MEDIA, text="Old", at="2026-01-02T10:00:00+02:00"
    )["id"]
    new = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="New", id="1787")["id"]
    older = bench.control(
        "comment", account=ACCOUNT_ID, media=MEDIA, text="Older", at="2026-01-01T10:00:00Z"
    )["id"]

    assert [one.id for one in bench.account().comments.page(MEDIA).comments] == [new, old, older]


def test_refused_replies(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    hidden, gone, live = (
        bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="Hi", live=live)["id"]
        for live in (False, False, True)
    )
    comments.hide(hidden)
    bench.control("delete_comment", account=ACCOUNT_ID, id=gone)

    for comment_id, error in ((hidden, RequestRefused), (live, RequestRefused), (gone, ObjectLag)):
        with pytest.raises(error):
            comments.reply(comment_id, "Hello")


def test_own_comment_stays_visible(bench: Bench, login_type: str) -> None:
    comments = bench.account(login_type).comments
    mine = comments.create(MEDIA, "Thank you")

    comments.hide(mine)

    assert comments.one(mine).hidden is False


def test_own_comment_is_known_by_id(bench: Bench) -> None:
    mine = bench.account().comments.create(MEDIA, "Thank you @a_guest")

    by_instagram = bench.account("instagram").comments.one(mine)
    by_facebook = bench.account("facebook").comments.one(mine)

    account = bench.emulator_state.accounts[ACCOUNT_ID]
    assert (by_instagram.author_id, by_facebook.author_id) == (account.scoped_id, ACCOUNT_ID)
    assert by_facebook.text == "Thank you a_guest"
