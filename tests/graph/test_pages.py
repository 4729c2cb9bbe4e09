"""What the Facebook login offers."""

from __future__ import annotations

import pytest

from lambdas.graph.errors import (
    ObjectLag,
    ReconnectRequired,
    RequestRefused,
)
from local.graph.data import ACCOUNT_ID
from tests.graph.conftest import Bench


def test_pages_name_linked_account(bench: Bench) -> None:
    pages = bench.account("facebook").pages.shared()

    assert [(page.id, page.instagram_id) for page in pages] == [
        ("100000000000003", "17841400000000002"),
        ("100000000000001", ACCOUNT_ID),
        ("100000000000002", None),
    ]
    assert pages[1].token is not None
    assert pages[1].token not in repr(pages)
    assert bench.account("facebook", token=pages[1].token).library.profile().user_id == ACCOUNT_ID


def test_permissions_are_revoked(bench: Bench) -> None:
    pages = bench.account("facebook").pages

    assert pages.permissions()["instagram_basic"] is True
    pages.revoke()
    with pytest.raises(ReconnectRequired):
        pages.permissions()


def test_discovery_mentions_and_batches(bench: Bench) -> None:
    account = bench.account("facebook")

    assert len(list(account.discovery.hashtag_media(account.discovery.hashtag_id("example")))) == 1
    assert account.discovery.profile_of("example_maker").username == "example_maker"
    assert account.library.mentioned_media("17900000000070001").id == "17900000000070001"
    first, second = account.batches.read([f"{ACCOUNT_ID}?fields=username", "nothing?fields=id"])
    assert first == {"id": ACCOUNT_ID, "username": "example_shop"}
    assert isinstance(second, ObjectLag)


def test_batches_need_facebook_login(bench: Bench) -> None:
    with pytest.raises(RequestRefused):
        bench.account("instagram").batches.read(["me"])
    assert bench.calls() == 0
