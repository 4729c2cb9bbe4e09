"""Lists whose items are as long as they can be: what a function returns is limited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.comments import keys
from lambdas.comments.records import ActionKind, Attachment
from tests.answer_sizes import LAMBDA_LIMIT, size_of
from tests.comments.operating.inbox import NOON, SHOP, Inbox, action, comment, message

LONGEST = "😀" * 10_000
FILES = tuple(Attachment(type="image", url=f"https://a.example/{'x' * 4000}") for _ in range(30))


@pytest.fixture
def inbox() -> Inbox:
    found = Inbox()
    found.ledger.put(*(message(one, text=LONGEST, attachments=FILES) for one in range(100)))
    return found


def test_pages_end_early(inbox: Inbox) -> None:
    found, cursor = list[str](), dict[str, str]()
    while True:
        page = inbox.get("inbox", limit="100", **cursor)
        assert size_of(page) < LAMBDA_LIMIT
        found += [one["id"] for one in page.json["items"]]
        assert page.json["searched_until"] is None
        if not page.json["next"]:
            break
        cursor = {"cursor": page.json["next"]}

    assert found == [f"d{one}" for one in range(100)]


def test_threads_end_early(inbox: Inbox) -> None:
    shown = inbox.get("inbox/d99")

    assert size_of(shown) < LAMBDA_LIMIT
    assert shown.json["item"]["id"] == "d99"
    assert (shown.json["thread"][-1]["id"], shown.json["thread_is_complete"]) == ("d0", False)


def test_histories_show_the_newest(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1))
    subject = keys.person_subject(SHOP, "900")
    inbox.ledger.made = [
        action(
            ActionKind.MESSAGE, id=f"{subject}~{number}", subject=subject, text="😀" * 250,
            created_at=NOON + timedelta(minutes=number),
        )
        for number in range(5000)
    ]  # fmt: skip

    shown = inbox.get("inbox/d99")

    assert size_of(shown) < LAMBDA_LIMIT
    assert shown.json["history"][-1]["id"] == f"{subject}~4999"
