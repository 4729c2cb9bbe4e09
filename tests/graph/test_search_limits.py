"""Finding accounts within limits of time and number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import (
    ErrorReason,
    RetryLater,
)
from lambdas.graph.facebook_accounts import MAX_ACCOUNTS
from lambdas.graph.found_account import (
    AccountSearch,
    SkipReason,
)
from lambdas.graph.shared_pages import MAX_BUSINESSES
from lambdas.graph.transport import Request
from tests.conftest import NOW
from tests.graph.person import SEARCH, Person, find, page
from tests.json_types import JsonObject


def test_many_pages_are_all_found() -> None:
    found = find(Person([page(number) for number in range(150)]))

    assert len(found.accounts) == 150


def test_search_ends_in_time_and_resumes() -> None:
    person = Person([page(number) for number in range(150)], seconds_per_call=0.2)

    end = NOW + timedelta(seconds=20)
    first = find(person, AccountSearch("short", is_short=True, latest_end=end))
    assert person.scripted.clock.now() - end < timedelta(seconds=3)
    assert 0 < len(first.accounts) < 150
    rest = find(person, AccountSearch("person-token", page_ids=first.unreached_page_ids))

    connected = [one.account_id for one in (*first.accounts, *rest.accounts)]
    assert (len(connected), len(set(connected))) == (150, 150)


def test_no_time_is_its_own_reason() -> None:
    with pytest.raises(RetryLater) as late:
        find(Person(), AccountSearch("short", is_short=True, latest_end=NOW))

    assert late.value.reason is ErrorReason.OUT_OF_TIME


def test_endless_page_list_is_bounded() -> None:
    person = Person()
    client = person.client()

    def endless(request: Request) -> tuple[int, object]:
        after = int(request.query.get("after", "0")) + 1
        paging = {"cursors": {"after": str(after)}, "next": "https://x"}
        return 200, {"data": [page(1)], "paging": paging}

    known = client._script
    client._script = lambda asked: endless(asked) if "accounts" in asked.url else known(asked)
    found = client.graph.find_accounts(SEARCH)

    assert [one.reason for one in found.skipped] == [SkipReason.LIST_INCOMPLETE]
    assert client.calls < 60


def test_number_of_accounts_is_bounded() -> None:
    found = find(Person([page(number) for number in range(MAX_ACCOUNTS + 3)]))

    assert len(found.accounts) == MAX_ACCOUNTS
    assert len(found.unreached_page_ids) == 3


def test_number_of_businesses_is_bounded() -> None:
    found = find(Person(businesses=MAX_BUSINESSES + 1))

    assert [(one.name, one.reason) for one in found.skipped] == [
        ("businesses", SkipReason.LIST_INCOMPLETE)
    ]
    assert len(found.accounts) == 1


def test_lists_that_take_too_long_are_named() -> None:
    end = NOW + timedelta(seconds=20)
    person = Person([page(1)], seconds_per_call=8)

    found = find(person, AccountSearch("short", is_short=True, latest_end=end))

    assert found.accounts == ()
    assert SkipReason.LIST_NOT_REACHED in {one.reason for one in found.skipped}
    assert found.person
    assert "person-token" not in repr(found)


def test_named_account_is_read_first() -> None:
    person = Person([page(number) for number in range(150)], seconds_per_call=2)
    account_id = "1784149"
    end = NOW + timedelta(seconds=20)

    found = find(person, AccountSearch("short", latest_end=end, account_id=account_id))

    assert account_id in {one.account_id for one in found.accounts}


def test_page_that_is_no_longer_listed_gives_nothing() -> None:
    found = find(Person([page(1)]), AccountSearch("person-token", page_ids=("123",)))

    assert (found.accounts, found.skipped) == ((), ())


THROTTLES = [(429, {}), *((400, {"error": {"code": code}}) for code in (4, 17, 32))]


class TestThrottled:
    later = AccountSearch("short", is_short=True, latest_end=NOW + timedelta(seconds=18))

    @pytest.mark.parametrize("answer", THROTTLES)
    def test_list_is_read_later(self, answer: tuple[int, JsonObject]) -> None:
        found = find(Person(failing={"me/": answer}), self.later)

        assert found.accounts == ()
        assert {one.reason for one in found.skipped} == {SkipReason.LIST_NOT_REACHED}
        assert found.person

    @pytest.mark.parametrize("answer", THROTTLES)
    def test_account_is_read_later(self, answer: tuple[int, JsonObject]) -> None:
        found = find(Person(failing={"17841": answer}), self.later)

        [skipped] = found.skipped
        assert (skipped.reason, skipped.account_id) == (SkipReason.NOT_REACHED, "17841")

    def test_businesses_hide_no_page(self) -> None:
        found = find(Person(failing={"me/businesses": THROTTLES[0]}), self.later)

        assert len(found.accounts) == 1
        assert {one.reason for one in found.skipped} == {SkipReason.LIST_INCOMPLETE}

    def test_search_that_is_not_continued_raises(self) -> None:
        with pytest.raises(RetryLater):
            find(Person(failing={"17841": THROTTLES[0]}), AccountSearch("short"))


@pytest.mark.parametrize("lacks", ["instagram_business_account", "access_token", "name"])
@pytest.mark.parametrize("is_first", [True, False])
def test_page_that_is_listed_twice_is_one(lacks: str, is_first: bool) -> None:
    poor, rich = page(1, **{lacks: None}), page(1)
    rows = [poor, rich] if is_first else [rich, poor]

    for person in (Person(rows), Person([rows[0]], business_pages=[rows[1]])):
        found = find(person)
        [account] = found.accounts
        assert found.skipped == ()
        assert account.page
        assert account.page.name == "Page 1"


def test_second_page_of_an_account_stands_in() -> None:
    other = page(2, instagram_business_account={"id": "17841"})
    person = Person([page(1, access_token=None), other])

    found = find(person, AccountSearch("person-token", page_ids=("p1",)))

    assert [one.account_id for one in found.accounts] == ["17841"]
