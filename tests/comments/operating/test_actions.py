"""Operators' actions: bodies in, what was done out."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.comments.acting.operations import Requested
from lambdas.comments.acting.undoing import RuleUndone, Undone
from lambdas.comments.forgetting import Forgotten
from lambdas.comments.records import ActionKind, ActionState, Failure, Item, ItemState
from tests.comments.operating.inbox import CAFE, NOON, SHOP, Inbox, account, action, comment

DONE = action(ActionKind.REPLY, comment(1), state=ActionState.DONE, result_id="c77")


class Recorded:
    """Operations that record how they were called, and return what they were given."""

    def __init__(self, result: object) -> None:
        self.result = result
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> object:
            self.calls.append((name, *arguments))
            return self.result

        return call


def inbox_with(result: object) -> tuple[Inbox, Recorded]:
    operations = Recorded(result)
    inbox = Inbox(operations=operations, undoing=operations, forgetting=operations)
    inbox.ledger.put(comment(1))
    return inbox, operations


@pytest.mark.parametrize(
    ("method", "path", "body", "call", "status"),
    [
        ("POST", "comments/c1/replies", {"text": "Hi"}, ("reply", "c1", "Hi"), 201),
        ("POST", "comments/c1/private-reply", {"text": "Hi"}, ("reply_privately", "c1", "Hi"), 201),
        ("POST", "mentions/m1.2/replies", {"text": "Hi"}, ("reply_to_mention", "m1.2", "Hi"), 201),
        ("POST", "messages/900", {"text": "Hi"}, ("message", SHOP, "900", "Hi"), 201),
        ("PATCH", "comments/c1", {"hidden": True}, ("set_hidden", "c1", True), 200),
        ("DELETE", "comments/c1", None, ("delete", "c1"), 200),
        (
            "PATCH",
            "media/m1",
            {"comments_enabled": False},
            ("set_comments_enabled", SHOP, "m1", False),
            200,
        ),
    ],
)
def test_actions_are_passed_on(
    method: str, path: str, body: Any, call: tuple[object, ...], status: int
) -> None:
    inbox, operations = inbox_with(Requested(DONE, is_new=True))

    answer = inbox.send(method, path, body)

    assert operations.calls == [(*call, "ola", None)]
    assert (answer.status, answer.json["result_id"]) == (status, "c77")
    assert answer.json["item_state"] == "open"


def test_request_ids_are_passed_on() -> None:
    inbox, operations = inbox_with(Requested(DONE, is_new=False))

    again = inbox.send("POST", "comments/c1/replies", {"text": "Hi", "client_request_id": "r1"})
    inbox.send("DELETE", "comments/c1", client_request_id="r2")

    assert again.status == 200
    assert [one[-1] for one in operations.calls] == ["r1", "r2"]


def test_what_is_tried_again_is_accepted() -> None:
    waiting = action(ActionKind.HIDE, comment(1), attempts=1)
    inbox, _ = inbox_with(Requested(waiting, is_new=True))

    answer = inbox.send("PATCH", "comments/c1", {"hidden": True})

    assert (answer.status, answer.json["trying_until_done"]) == (202, True)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("gone", 409),
        ("window_closed", 409),
        ("refused_by_instagram", 409),
        ("reconnect_required", 424),
        ("permission_missing", 424),
    ],
)
def test_refusals_have_words(code: str, status: int) -> None:
    failure = Failure(code=code, message="Not so.", at=NOON)
    failed = action(ActionKind.REPLY, comment(1), state=ActionState.FAILED, failure=failure)
    inbox, _ = inbox_with(Requested(failed, is_new=True))

    answer = inbox.send("POST", "comments/c1/replies", {"text": "Hi"})

    assert (answer.status, answer.json["error"]["message"]) == (status, "Not so.")
    assert answer.json["error"]["code"] == code
    assert answer.json["action"]["state"] == "failed"


def test_unknown_outcome_is_no_success() -> None:
    uncertain = action(ActionKind.REPLY, comment(1), state=ActionState.UNCERTAIN)
    inbox, _ = inbox_with(Requested(uncertain, is_new=True))

    answer = inbox.send("POST", "comments/c1/replies", {"text": "Hi"})

    assert (answer.status, answer.json["error"]["code"]) == (409, "outcome_unknown")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "comments/c1/replies", {}),
        ("POST", "comments/c1/replies", {"text": 1}),
        ("POST", "comments/c1/replies", {"text": "Hi", "txt": "x"}),
        ("POST", "comments/c1/replies", {"text": "Hi", "client_request_id": ""}),
        ("POST", "comments/c1/replies", {"text": "Hi", "client_request_id": "x" * 129}),
        ("POST", "comments/c1/replies", "[]"),
        ("POST", "comments/c1/replies", "{"),
        ("PATCH", "comments/c1", {}),
        ("PATCH", "comments/c1", {"hidden": True, "state": "done"}),
        ("PATCH", "comments/c1", {"hidden": "yes"}),
        ("PATCH", "inbox/c1", {"state": "lost"}),
        ("PATCH", "media/m1", {}),
    ],
)
def test_bad_bodies_do_nothing(method: str, path: str, body: Any) -> None:
    inbox, operations = inbox_with(Requested(DONE, is_new=True))

    assert inbox.send(method, path, body).status == 400
    assert operations.calls == []


@pytest.mark.parametrize("path", ["inbox/c1", "comments/c1"])
def test_state_is_set(path: str) -> None:
    item: Item = comment(1, state=ItemState.DONE, done_by="ola")
    inbox, operations = inbox_with(item)

    answer = inbox.send("PATCH", path, {"state": "done"})

    assert operations.calls == [("set_state", "c1", ItemState.DONE, "ola")]
    assert (answer.status, answer.json["done_by"]) == (200, "ola")


def test_undo_says_what_stays() -> None:
    undone = Undone(comment(1), (DONE,), ("A private reply was sent.",))
    inbox, operations = inbox_with(undone)

    answer = inbox.send("POST", "inbox/c1/undo")

    assert operations.calls == [("undo", "c1", "ola")]
    assert (answer.status, answer.json["stays"]) == (200, ["A private reply was sent."])


def test_rule_is_undone_since() -> None:
    inbox, operations = inbox_with(RuleUndone(3, 4, more=True))
    body = {"rule": "Links", "since": "2026-11-27T12:00:00Z"}

    answer = inbox.send("POST", "rules/undo", body)

    assert operations.calls == [("undo_rule", SHOP, "Links", NOON, "ola")]
    assert (answer.json["items"], answer.json["more"]) == (3, True)
    assert inbox.send("POST", "rules/undo", {**body, "since": "noon"}).status == 400


def test_author_is_forgotten() -> None:
    inbox, operations = inbox_with(Forgotten(200, more=True))

    answer = inbox.send("DELETE", "inbox/authors/900")

    assert operations.calls == [("person", "900", 200)]
    assert answer.json == {"deleted": 200, "more": True}
    assert inbox.send("DELETE", f"inbox/authors/{SHOP}").status == 409


def test_account_must_be_clear() -> None:
    many = Inbox([account(SHOP), account(CAFE)])
    gone = Inbox([account(SHOP, is_connected=False)])

    answer = many.send("POST", "messages/900", {"text": "Hi"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "account_required")
    assert gone.send("POST", "messages/900", {"text": "Hi"}).status == 409
