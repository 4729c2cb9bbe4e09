"""Renewing tokens with either login type."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import PermissionMissing, ReconnectRequired, RetryLater
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from local.graph.data import ACCOUNT_ID
from tests.graph.conftest import TOKENS, Bench
from tests.graph.person import REQUIRED, Person, page
from tests.graph.scripted import Scripted

STORED = TokenToRenew("17841", "old-page-token", "old-person-token", "p1")
DOWN = (503, {"error": {"code": 2}})
CLOSED = (403, {"error": {"code": 10}})


def renew(person: Person) -> RenewedToken:
    return person.client().graph.renew(STORED)


def test_both_login_types_renew(bench: Bench, login_type: str) -> None:
    token = TOKENS[login_type]
    page_id = "100000000000001" if login_type == "facebook" else None

    renewed = bench.graph(login_type).renew(TokenToRenew(ACCOUNT_ID, token, token, page_id))

    assert renewed.expires_in is not None
    assert renewed.expires_in > timedelta(days=59)
    assert renewed.scopes
    assert bench.graph(login_type).account(ACCOUNT_ID, renewed.token).library.profile()


def test_answer_without_expiry_is_not_a_renewal() -> None:
    scripted = Scripted(lambda _: (200, {"access_token": "new"}))

    with pytest.raises(RetryLater):
        scripted.graph.renew(TokenToRenew("17", "old"))


def test_page_token_is_renewed() -> None:
    renewed = renew(Person())

    assert (renewed.token, renewed.renewal_token) == ("page-token-1", "person-token")


def test_two_permissions_are_enough() -> None:
    renewed = renew(Person(scopes=REQUIRED, failing={"p1": CLOSED}))

    assert renewed.token == "page-token-1"


@pytest.mark.parametrize("failure", [DOWN, CLOSED])
def test_exchanged_token_is_never_lost(failure: tuple[int, object]) -> None:
    renewed = renew(Person(failing={"p1": failure, "me/accounts": failure}))

    assert (renewed.token, renewed.renewal_token) == ("old-page-token", "person-token")


def test_failing_inspection_keeps_renewal() -> None:
    renewed = renew(Person(failing={"debug_token": DOWN}))

    assert renewed.renewal_token == "person-token"
    assert renewed.scopes == ()


def test_wrong_app_secret_ends_no_account() -> None:
    rejected = (400, {"error": {"code": 190}})

    assert renew(Person(failing={"debug_token": rejected})).renewal_token == "person-token"


def test_revoked_permission_is_named() -> None:
    with pytest.raises(PermissionMissing) as missing:
        renew(Person(scopes=("pages_show_list",)))

    assert missing.value.permission == "instagram_basic"


def test_lost_page_role_needs_login() -> None:
    with pytest.raises(ReconnectRequired):
        renew(Person([page(1, access_token=None)]))


def test_invalid_token_needs_login() -> None:
    with pytest.raises(ReconnectRequired):
        renew(Person(info={"is_valid": False}))
