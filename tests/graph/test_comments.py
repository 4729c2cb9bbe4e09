"""Comments and their moderation."""

from __future__ import annotations

import pytest

from lambdas.graph.errors import (
    PermissionMissing,
)
from local.graph.data import ACCOUNT_ID
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
    comments = bench.account(login_type).comments
    theirs = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="Price?")["id"]

    assert comments.private_reply(theirs, "Hello")
    with pytest.raises(PermissionMissing):
        comments.private_reply(theirs, "Hello again")
    comments.enable(MEDIA, False)
    with pytest.raises(PermissionMissing):
        comments.create(MEDIA, "Too late")
    comments.enable(MEDIA)
    assert comments.reply_to_mention(MEDIA, "Nice to meet you")
