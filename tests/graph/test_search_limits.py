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
