"""Finding the accounts of a login: what works is connected, the rest is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import (
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
)
from lambdas.graph.found_account import (
    AccountSearch,
    ConnectProblem,
    NoUsableAccount,
    SkipReason,
)
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.graph.conftest import TOKENS, Bench
from tests.graph.person import CLOSED, DOWN, REQUIRED, Person, find, page
from tests.json_types import JsonObject


def problem_of(person: Person) -> NoUsableAccount:
    with pytest.raises(NoUsableAccount) as nothing:
        find(person)
    return nothing.value


def test_both_login_types_find_accounts(bench: Bench, login_type: str) -> None:
    found = bench.graph(login_type).find_accounts(AccountSearch(TOKENS[login_type]))

    account = next(one for one in found.accounts if one.account_id == ACCOUNT_ID)
    assert account.username == "example_shop"
    assert account.expires_in is not None
    assert account.expires_in > timedelta(days=59)
    assert (account.page is not None) is (login_type == "facebook")
    assert bench.graph(login_type).account(ACCOUNT_ID, account.token).library.profile()


def test_tokens_are_not_shown(bench: Bench, login_type: str) -> None:
    found = bench.graph(login_type).find_accounts(AccountSearch(TOKENS[login_type]))

    for account in found.accounts:
        assert account.token not in repr(found)
        assert not account.renewal_token or account.renewal_token not in repr(found)


def test_personal_account_is_named(bench: Bench) -> None:
    bench.control(
        "account", id="1784", username="x", account_type="PERSONAL", token="IGAApersonaltoken"
    )

    with pytest.raises(NoUsableAccount) as nothing:
        bench.graph().find_accounts(AccountSearch("IGAApersonaltoken"))

    assert nothing.value.problem is ConnectProblem.PERSONAL_ACCOUNT


def test_instagram_basic_permission_is_required(bench: Bench) -> None:
    search = AccountSearch(TOKEN, permissions=("instagram_business_manage_insights",))

    with pytest.raises(NoUsableAccount) as nothing:
        bench.graph().find_accounts(search)

    assert nothing.value.missing_scopes == ("instagram_business_basic",)


def test_one_bad_page_hides_no_other() -> None:
    person = Person([page(1), page(2)], failing={"17842": (400, {"error": {"code": 100}})})

    found = find(person)

    assert [one.account_id for one in found.accounts] == ["17841"]
    [skipped] = found.skipped
    assert (skipped.name, skipped.reason) == ("Page 2", SkipReason.ACCOUNT_FAILED)
    assert isinstance(skipped.error, RequestRefused)


def test_dead_page_token_hides_no_other() -> None:
    dead = (400, {"error": {"code": 190, "error_subcode": 492}})

    found = find(Person([page(1), page(2)], failing={"17842": dead}))

    assert [one.account_id for one in found.accounts] == ["17841"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"access_token": None}, SkipReason.PAGE_WITHOUT_TOKEN),
        ({"instagram_business_account": None}, SkipReason.NOT_LINKED),
    ],
)
def test_unusable_page_is_named(change: JsonObject, reason: SkipReason) -> None:
    found = find(Person([page(1), page(2, **change)]))

    assert [(one.name, one.reason) for one in found.skipped] == [("Page 2", reason)]
    assert len(found.accounts) == 1


LOST_ROLE = (400, {"error": {"code": 190, "error_subcode": 492, "message": "x"}})


@pytest.mark.parametrize("failure", [DOWN, CLOSED, LOST_ROLE])
@pytest.mark.parametrize("path", ["me/businesses", "owned_pages"])
def test_failing_business_hides_no_page(path: str, failure: tuple[int, object]) -> None:
    person = Person([page(1)], business_pages=[page(2)], failing={path: failure})

    found = find(person)

    assert [one.account_id for one in found.accounts] == ["17841"]
    assert SkipReason.LIST_INCOMPLETE in {one.reason for one in found.skipped}


def test_refused_business_list_names_its_permission() -> None:
    found = find(Person(failing={"me/businesses": CLOSED}))

    [error] = [one.error for one in found.skipped]
    assert isinstance(error, PermissionMissing)
    assert error.permission == "business_management"


def test_failing_own_list_hides_no_business() -> None:
    person = Person([], business_pages=[page(2)], failing={"me/accounts": DOWN})

    assert [one.account_id for one in find(person).accounts] == ["17842"]


def test_two_permissions_are_enough() -> None:
    found = find(Person(scopes=REQUIRED))

    assert found.accounts
    assert found.declined_scopes == ("pages_read_engagement", "business_management")


def test_declined_permission_is_reported_with_missing_page() -> None:
    nothing = problem_of(Person([], scopes=(*REQUIRED, "pages_read_engagement")))

    assert nothing.problem is ConnectProblem.NO_PAGE_SHARED
    assert nothing.missing_scopes == ("business_management",)


@pytest.mark.parametrize("missing", REQUIRED)
def test_required_permission_is_named(missing: str) -> None:
    nothing = problem_of(Person(scopes=tuple(one for one in REQUIRED if one != missing)))

    assert nothing.problem is ConnectProblem.BASIC_PERMISSION_MISSING
    assert missing in nothing.missing_scopes


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"instagram_business_account": None}, ConnectProblem.PAGE_NOT_LINKED),
        ({"access_token": None}, ConnectProblem.PAGE_WITHOUT_TOKEN),
    ],
)
def test_unusable_pages_are_listed(change: JsonObject, problem: ConnectProblem) -> None:
    nothing = problem_of(Person([page(1, **change)]))

    assert (nothing.problem, nothing.page_names) == (problem, ("Page 1",))


def test_outage_is_not_a_missing_page() -> None:
    with pytest.raises(RetryLater):
        find(Person(failing={"me/accounts": DOWN}))


def test_refused_profile_is_raised() -> None:
    with pytest.raises(RequestRefused):
        find(Person(failing={"17841": (400, {"error": {"code": 100}})}))


def test_invalid_token_needs_login() -> None:
    with pytest.raises(ReconnectRequired):
        find(Person(info={"is_valid": False, "error": {"subcode": 460}}))
