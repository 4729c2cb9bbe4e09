"""Meta's SDK reads and moderates comments."""

from __future__ import annotations

import pytest
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.exceptions import FacebookRequestError

from local.graph.data import ACCOUNT_ID
from tests.local.graph.sdk import Sdk, error_code


def test_create_and_reply_to_comment(sdk: Sdk) -> None:
    comment = sdk.post.create_comment(params={"message": "50% off, a+b & c?"})
    reply = IGComment(comment["id"], api=sdk.api).create_reply(params={"message": "Yes"})

    [found] = sdk.post.get_comments(fields=["text", "username"])
    [answer] = IGComment(comment["id"], api=sdk.api).get_replies(fields=["text", "parent_id"])

    assert (found["text"], found["username"]) == ("50% off, a+b & c?", "example_shop")
    assert (answer["id"], answer["parent_id"]) == (reply["id"], comment["id"])


def test_hide_and_show_comment(sdk: Sdk) -> None:
    comment = IGComment(sdk.guest_comment("Hello"), api=sdk.api)

    comment.api_update(params={"hide": True})
    hidden = comment.api_get(fields=["hidden"])["hidden"]
    comment.api_update(params={"hide": False})

    assert hidden is True
    assert comment.api_get(fields=["hidden"])["hidden"] is False


def test_delete_comment_with_replies(sdk: Sdk) -> None:
    comment = IGComment(sdk.post.create_comment(params={"message": "Hello"})["id"], api=sdk.api)
    comment.create_reply(params={"message": "Hi"})

    comment.api_delete()

    assert list(sdk.post.get_comments()) == []
    assert sdk.state.accounts[ACCOUNT_ID].comments == {}


def test_close_comments(sdk: Sdk) -> None:
    sdk.post.api_update(params={"comment_enabled": False})

    assert sdk.post.api_get(fields=["is_comment_enabled"])["is_comment_enabled"] is False
    with pytest.raises(FacebookRequestError) as error:
        sdk.post.create_comment(params={"message": "Hello"})
    assert error_code(error) == 10
