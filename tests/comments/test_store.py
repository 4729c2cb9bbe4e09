"""The stored inbox, which behaves as the one in memory does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import (
    Action,
    ActionKind,
    ActionState,
    Escalation,
    Item,
    ItemKind,
    ItemState,
)
from lambdas.comments.refused_writes import AccountDataDeleted, RequestUsed, ResultClaimed
from lambdas.comments.rows import GRACE, position_of
from lambdas.comments.store import InboxStore
from lambdas.kit.errors import ConflictError
from lambdas.storage.events.deletion_mark import DeletionMarks
from local.graph.data import ACCOUNT_ID
from tests.comments.memory import MemoryStore
from tests.comments.reading.site import INBOX, inbox_table
from tests.conftest import NOW, Aws

PERSON, MEDIA = "26000000000000001", "17900000000000020"
SECOND = timedelta(seconds=1)


@pytest.fixture
def stored(fake_aws: Aws) -> InboxStore:
    """Provide the store in the table."""
    inbox_table()
    marks = DeletionMarks(fake_aws.clients.table(fake_aws.table))
    return InboxStore(fake_aws.clients.table(INBOX), marks, "main")


@pytest.fixture(params=["memory", "table"])
def ledger(request: pytest.FixtureRequest) -> Iterator[InboxLedger]:
    """Provide both stores."""
    if request.param == "memory":
        yield MemoryStore()
    else:
        yield request.getfixturevalue("stored")


def item(number: int = 1, **changes: object) -> Item:
    values = {
        "id": f"1790{number:04}",
        "account_id": ACCOUNT_ID,
        "kind": ItemKind.COMMENT,
        "at": NOW + number * SECOND,
        "received_at": NOW + number * SECOND,
        "thread": MEDIA,
        "author_id": PERSON,
        "text": f"Text {number}",
    }
    return Item(**(values | changes))  # type: ignore[arg-type]


def action(number: int = 1, **changes: object) -> Action:
    values = {
        "id": f"17900001~{number:04}",
        "account_id": ACCOUNT_ID,
        "subject": "17900001",
        "kind": ActionKind.REPLY,
        "target": "17900001",
        "created_at": NOW,
        "due_at": NOW + number * SECOND,
        "text": "Hi",
    }
    return Action(**(values | changes))  # type: ignore[arg-type]


def test_item_is_added_once(ledger: InboxLedger) -> None:
    assert [ledger.add(item()), ledger.add(item(text="Other"))] == [True, False]
    found = ledger.item("17900001")

    assert found
    assert (found.text, found.version) == ("Text 1", 1)


def test_unknown_is_none(ledger: InboxLedger) -> None:
    assert ledger.item("nothing") is None
    assert ledger.action("nothing") is None
    assert ledger.action("17900001~9999") is None
    assert ledger.actions("17900001") == []


def test_older_version_is_refused(ledger: InboxLedger) -> None:
    first, (second,) = ledger.save(item(), [action()])
    assert first
    ledger.save(first, [second])

    with pytest.raises(ConflictError):
        ledger.save(replace(first, text="New"))
    with pytest.raises(ConflictError):
        ledger.save(actions=[second])
    stored = ledger.item(first.id)
    assert stored
    assert stored.text == "Text 1"


def test_all_is_stored_or_nothing(ledger: InboxLedger) -> None:
    ledger.save(actions=[action()])

    with pytest.raises(ConflictError):
        ledger.save(item(), [action(2), action(1)])
    assert (ledger.item("17900001"), ledger.action("17900001~0002")) == (None, None)


def test_request_id_makes_one_action(ledger: InboxLedger) -> None:
    _, (saved,) = ledger.save(actions=[action(client_request_id="one")])
    ledger.save(actions=[replace(saved, state=ActionState.DONE)])

    with pytest.raises(RequestUsed) as caught:
        ledger.save(actions=[action(2, client_request_id="one")])
    assert caught.value.action_id == saved.id
    assert ledger.of_request(action(3, client_request_id="one")) == saved.id
    assert ledger.of_request(action(3, client_request_id="two")) is None


def test_request_ids_are_each_accounts_own(ledger: InboxLedger) -> None:
    ledger.save(actions=[action(client_request_id="one")])
    other = action(2, client_request_id="one", account_id="178")

    assert ledger.save(actions=[other])[1][0].version == 1


def test_result_is_of_one_action(ledger: InboxLedger) -> None:
    done = {"state": ActionState.DONE, "result_id": "99"}
    _, (first,) = ledger.save(actions=[action(1)])
    _, (second,) = ledger.save(actions=[action(2)])
    _, (first,) = ledger.save(actions=[replace(first, **done)])

    with pytest.raises(ResultClaimed):
        ledger.save(actions=[replace(second, **done)])
    ledger.save(actions=[replace(first, undone_by="other")])
    assert ledger.maker_of(ACCOUNT_ID, "99") == first.id
    assert ledger.maker_of(ACCOUNT_ID, "98") is None
    kept = ledger.action(second.id)
    assert kept
    assert kept.state is ActionState.RECORDED


def test_actions_are_listed_oldest_first(ledger: InboxLedger) -> None:
    for number in (2, 1, 3):
        ledger.save(actions=[action(number)])

    assert [one.id[-1] for one in ledger.actions("17900001")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("index", "value"),
    [
        (keys.BY_ACCOUNT, keys.account_list("main", ACCOUNT_ID)),
        (keys.BY_STATE, keys.state_list("main", ACCOUNT_ID, "open")),
        (keys.BY_THREAD, keys.thread_list("main", ACCOUNT_ID, MEDIA)),
        (keys.BY_AUTHOR, keys.author_list("main", PERSON)),
    ],
)
def test_items_are_listed_newest_first(ledger: InboxLedger, index: str, value: str) -> None:
    for number in (1, 3, 2, 4):
        ledger.add(item(number))
    ledger.add(item(5, account_id="178", thread="other", author_id=None))

    def numbers(before: str | None = None, after: str | None = None) -> list[str]:
        return [one.id[-1] for one in ledger.listed(index, value, before=before, after=after)]

    first, last = position_of(item(1)), position_of(item(4))
    assert numbers() == ["4", "3", "2", "1"]
    assert numbers(before=last) == ["3", "2", "1"]
    assert numbers(after=first) == ["4", "3", "2"]
    assert numbers(before=last, after=first) == ["3", "2"]


def test_state_moves_an_item_to_another_list(ledger: InboxLedger) -> None:
    saved, _ = ledger.save(item())
    assert saved
    ledger.save(replace(saved, state=ItemState.DONE))

    for state, count in (("open", 0), ("done", 1)):
        listed = ledger.listed(keys.BY_STATE, keys.state_list("main", ACCOUNT_ID, state))
        assert len(list(listed)) == count


def test_due_are_the_longest_waiting_first(ledger: InboxLedger) -> None:
    escalation = Escalation(at=NOW, due_at=NOW + 30 * SECOND, by="anna", reported=True)
    changes = {"state": ItemState.ESCALATED, "escalation": escalation, "checked": True}
    ledger.add(item(1))
    ledger.add(item(2, checked=True))
    ledger.add(item(3, **changes))
    ledger.save(actions=[action(7)])
    ledger.save(actions=[action(8, state=ActionState.FAILED)])

    found = [one.id for one in ledger.due(NOW + GRACE + SECOND)]
    assert found == ["17900001~0007", "17900003", "17900001"]
    assert [one.id for one in ledger.due(NOW + 10 * SECOND)] == ["17900001~0007"]


def test_deleted_account_is_not_written(stored: InboxStore) -> None:
    memory = MemoryStore()
    memory.deleted[ACCOUNT_ID] = NOW
    stored.marks.mark(ACCOUNT_ID, NOW)
    ledgers: tuple[InboxLedger, ...] = (memory, stored)
    for ledger in ledgers:
        for connected_at in (None, NOW - SECOND):
            with pytest.raises(AccountDataDeleted):
                ledger.add(item(connected_at=connected_at))
        assert ledger.add(item(connected_at=NOW + SECOND))
