"""What an item's answer says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.comments.media import MediaRecord
from lambdas.comments.operating.action_view import sentence_of
from lambdas.comments.people import Person
from lambdas.comments.records import (
    ActionKind,
    ActionState,
    Decision,
    Escalation,
    Failure,
    Item,
    ItemState,
    Outcome,
)
from tests.comments.operating.inbox import NOON, Inbox, action, comment, message
from tests.json_types import JsonObject


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def shown(inbox: Inbox, item: Item) -> JsonObject:
    inbox.ledger.put(item)
    found: JsonObject = inbox.get(f"inbox/{item.id}").json["item"]
    return found


def test_media_is_described(inbox: Inbox) -> None:
    inbox.media.known["m1"] = MediaRecord(
        id="m1", seen_at=NOON, permalink="https://www.instagram.com/p/x/", caption="word " * 60
    )

    media = shown(inbox, comment(1))["media"]

    assert media["permalink"] == "https://www.instagram.com/p/x/"
    assert len(media["caption"]) <= 120
    assert media["caption"].endswith("…")


def test_window_closes_a_day_after_the_last_message(inbox: Inbox) -> None:
    inbox.people.known["900"] = Person("900", "anna", NOON)

    item = shown(inbox, message(1, username=None))

    assert item["author"]["username"] == "anna"
    assert item["window"] == {"closes_at": "2026-11-28T12:00:00Z", "is_open": True}


def test_decision_says_why(inbox: Inbox) -> None:
    decision = Decision(at=NOON, rule="Links", why="it has a link", outcomes=(Outcome.HIDE,))

    item = shown(inbox, comment(1, decision=decision, hidden=True, state=ItemState.HIDDEN))

    assert (item["decision"]["rule"], item["decision"]["why"]) == ("Links", "it has a link")
    assert item["hidden"]


def test_broken_promise_is_overdue(inbox: Inbox) -> None:
    escalation = Escalation(at=NOON, due_at=NOON + timedelta(minutes=5), by="Abuse")
    item = comment(1, escalation=escalation, state=ItemState.ESCALATED)

    assert not shown(inbox, item)["escalation"]["overdue"]
    inbox.clock.advance(timedelta(minutes=6))
    assert shown(inbox, item)["escalation"]["overdue"]


@pytest.mark.parametrize(
    "own",
    [
        comment(1, id="c8", is_own=True, parent_id="c9"),
        comment(1, id="c8", is_own=True, parent_id="top", text="@anna yes"),
    ],
)
def test_answer_from_another_app_counts(inbox: Inbox, own: Item) -> None:
    inbox.ledger.put(own)

    assert shown(inbox, comment(9, parent_id="top"))["answered"]


def test_answer_to_another_comment_counts_not(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1, id="c8", is_own=True, parent_id="top", text="@bea yes"))

    assert not shown(inbox, comment(9, parent_id="top"))["answered"]


def test_reply_through_this_site_counts(inbox: Inbox) -> None:
    item = comment(1)
    inbox.ledger.made.append(action(ActionKind.REPLY, item, state=ActionState.DONE))

    found = shown(inbox, item)

    assert found["answered"]
    assert [one["sentence"] for one in found["actions"]] == ["ola replied."]


@pytest.mark.parametrize(
    ("deletion", "answered"),
    [(ActionState.RECORDED, False), (ActionState.DONE, False), (ActionState.FAILED, True)],
)
def test_reply_that_was_taken_back_counts_not(
    inbox: Inbox, deletion: ActionState, answered: bool
) -> None:
    item = comment(2)
    reply = action(ActionKind.REPLY, item, state=ActionState.DONE, undone_by="c2~2", result_id="c8")
    gone = action(ActionKind.DELETE, item, id="c2~2", item_id=None, state=deletion)
    inbox.ledger.made += [reply, gone]
    inbox.ledger.put(comment(1, id="c8", is_own=True, parent_id="c2"))

    assert shown(inbox, item)["answered"] is answered


def test_later_message_answers(inbox: Inbox) -> None:
    inbox.ledger.put(message(1, is_own=True))

    assert shown(inbox, message(2))["answered"]
    assert not shown(inbox, message(0))["answered"]


def test_private_reply_is_sent_once(inbox: Inbox) -> None:
    item = comment(1)
    inbox.ledger.made.append(action(ActionKind.PRIVATE_REPLY, item))

    assert shown(inbox, item)["private_reply"] == {
        "until": "2026-12-04T11:59:00Z",
        "is_possible": False,
        "sent": True,
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"state": ActionState.DONE, "rule": "Links"}, "The rule “Links” hid the comment."),
        (
            {"state": ActionState.DONE, "undone_by": "x"},
            "ola hid the comment. This was taken back.",
        ),
        ({}, "ola wants to hide the comment; it is not done yet."),
        (
            {"attempts": 2},
            "ola wants to hide the comment; it is not done yet. "
            "The next try is at 2026-11-27T12:00:00Z.",
        ),
        (
            {
                "state": ActionState.FAILED,
                "failure": Failure(code="gone", message="It is gone.", at=NOON),
            },
            "ola could not hide the comment: It is gone.",
        ),
        (
            {"state": ActionState.UNCERTAIN},
            "ola wanted to hide the comment, and it is not known whether that happened.",
        ),
    ],
)
def test_actions_are_sentences(changes: JsonObject, sentence: str) -> None:
    assert sentence_of(action(ActionKind.HIDE, comment(1), **changes)) == sentence
