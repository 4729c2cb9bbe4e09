"""Lists of the inbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from lambdas.comments.operating import listing
from lambdas.comments.operating.inbox_filter import InboxFilter
from lambdas.comments.records import ItemKind, ItemState
from tests.comments.operating.inbox import CAFE, SHOP, Inbox, account, comment, message


@pytest.fixture
def inbox() -> Inbox:
    return Inbox([account(SHOP), account(CAFE)])


def test_newest_of_all_accounts_first(inbox: Inbox) -> None:
    inbox.ledger.put(comment(3), comment(1), comment(2, account_id=CAFE))

    assert inbox.ids() == ["c1", "c2", "c3"]
    assert inbox.ids(account=CAFE) == ["c2"]


def test_pages_follow_each_other(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one, account_id=(SHOP, CAFE)[one % 2]) for one in range(7)))

    first = inbox.get("inbox", limit="3").json
    second = inbox.get("inbox", limit="3", cursor=first["next"]).json
    third = inbox.get("inbox", limit="3", cursor=second["next"]).json

    found = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert found == [f"c{one}" for one in range(7)]
    assert third["next"] is None


def test_cursor_is_of_its_list(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1), comment(2))
    cursor = inbox.get("inbox", limit="1").json["next"]

    answer = inbox.get("inbox", limit="1", cursor=cursor, state="open")

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "message"}, ["d2"]),
        ({"kind": "message,comment"}, ["c1", "d2", "c3", "c4"]),
        ({"state": "done"}, ["c3"]),
        ({"state": "open,done"}, ["c1", "d2", "c3", "c4"]),
        ({"media": "m2"}, ["c4"]),
        ({"thread": "900"}, ["d2"]),
        ({"author": "901"}, ["c4"]),
        ({"author": "901", "state": "done"}, []),
        ({"media": "m1", "state": "done"}, ["c3"]),
        ({"q": "fete"}, ["c1"]),
        ({"q": "FÊTE demain"}, ["c1"]),
        ({"q": "demain noel"}, []),
        ({"q": "@bea"}, ["c4"]),
        ({"q": "結婚"}, ["c3"]),
    ],
)
def test_filters_hold(inbox: Inbox, query: dict[str, str], found: list[str]) -> None:
    inbox.ledger.put(
        comment(1, text="La fête demain?"),
        message(2),
        comment(3, state=ItemState.DONE, text="結婚式"),
        comment(4, media_id="m2", thread="m2", author_id="901", username="bea"),
    )

    assert inbox.ids(**query) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"kind": "story"}, "invalid_kind"),
        ({"state": "new"}, "invalid_state"),
        ({"q": "x" * 201}, "invalid_q"),
        ({"limit": "101"}, "invalid_limit"),
        ({"own": "perhaps"}, "invalid_own"),
        ({"account": "17841400000000099"}, "unknown_account"),
    ],
)
def test_bad_queries_are_refused(inbox: Inbox, query: dict[str, str], code: str) -> None:
    answer = inbox.get("inbox", **query)

    assert answer.status in (400, 404)
    assert answer.json["error"]["code"] == code


def test_own_items_are_shown_in_threads(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1, is_own=True), comment(2))

    assert inbox.ids() == ["c2"]
    assert inbox.ids(media="m1") == ["c2"]
    assert inbox.ids(own="true") == ["c1", "c2"]
    assert inbox.ids(thread="m1") == ["c1", "c2"]
    assert inbox.ids(thread="m1", own="false") == ["c2"]


def test_search_ends_after_a_while(inbox: Inbox) -> None:
    count = listing.MAX_LOOKED_AT + 10
    inbox.ledger.put(*(comment(one) for one in range(count - 1)), comment(count, text="needle"))

    page = inbox.get("inbox", q="needle").json
    rest = inbox.get("inbox", q="needle", cursor=page["next"]).json

    assert (page["items"], page["searched_until"]) == ([], rest_of(listing.MAX_LOOKED_AT - 1))
    assert [one["text"] for one in rest["items"]] == ["needle"]
    assert (rest["next"], rest["searched_until"]) == (None, None)


def rest_of(number: int) -> str:
    return comment(number).at.isoformat().replace("+00:00", "Z")


def test_lists_read_no_more_than_they_show(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one, thread=f"m{one}") for one in range(500)))

    inbox.dependencies.inbox_lists.page(InboxFilter(), 10, None)

    # The page, one more, and the thread of each.
    assert inbox.ledger.looked_at <= 21


def test_disconnected_accounts_are_left_out() -> None:
    inbox = Inbox([account(SHOP), account(CAFE, is_connected=False)])
    inbox.ledger.put(comment(1, account_id=CAFE), comment(2))

    assert inbox.ids() == ["c2"]
    assert inbox.ids(account=CAFE) == ["c1"]


def test_waiting_items_are_counted(inbox: Inbox) -> None:
    escalated = comment(200, state=ItemState.ESCALATED, account_id=CAFE)
    inbox.ledger.put(*(comment(one) for one in range(103)), escalated)

    counts = inbox.get("inbox", counts="true").json["counts"]

    assert counts["open"] == {"count": 100, "is_exact": False}
    assert counts["escalated"] == {"count": 1, "is_exact": True}
    assert inbox.get("inbox").json["counts"] is None


def test_same_second_is_paged_too(inbox: Inbox) -> None:
    inbox.ledger.put(*(replace(comment(1), id=f"c{one}") for one in range(5)))

    first = inbox.get("inbox", limit="2").json
    second = inbox.get("inbox", limit="5", cursor=first["next"]).json

    assert len({one["id"] for one in first["items"] + second["items"]}) == 5


def test_item_is_shown_with_its_thread(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1), comment(2, is_own=True, parent_id="c3"), comment(3))

    details = inbox.get("inbox/c3").json

    assert details["item"]["answered"]
    assert [one["id"] for one in details["thread"]] == ["c3", "c2", "c1"]
    assert details["thread_is_complete"]


def test_old_item_is_in_its_thread(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one) for one in range(250)))

    details = inbox.get("inbox/c200").json

    assert details["thread"][-1]["id"] == "c200"
    assert not details["thread_is_complete"]


def test_unknown_item_is_not_found(inbox: Inbox) -> None:
    answer = inbox.get("inbox/c9")

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_item")


def test_kinds_have_what_is_possible(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1), message(2), comment(3, kind=ItemKind.MENTION, id="m1.2"))

    items = {one["kind"]: one for one in inbox.get("inbox").json["items"]}

    assert items["comment"]["private_reply"]["is_possible"]
    assert items["message"]["window"] == {"closes_at": None, "is_open": False}
    assert items["mention"]["private_reply"] is None
    inbox.clock.advance(timedelta(days=7))
    later = inbox.get("inbox", kind="comment").json["items"][0]
    assert not later["private_reply"]["is_possible"]
