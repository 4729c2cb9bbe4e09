"""Rules: shown, replaced, tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from lambdas.comments import keys
from lambdas.comments.acting.undoing import RuleUndone
from lambdas.comments.records import Decision
from lambdas.comments.rule_store import RuleBook, RuleStore
from lambdas.storage.events.deletion_mark import DeletionMarks
from tests.comments.operating.inbox import NOON, SHOP, TENANT, Inbox, comment
from tests.lambda_events import HttpAnswer
from tests.moto_aws import moto_aws

LINKS = {"name": "Links", "when": {"links": True}, "then": "hide"}
ALL = {"name": "All", "when": {"kinds": ["comment"]}, "then": "hide"}


@pytest.fixture
def store() -> Iterator[RuleStore]:
    with moto_aws():
        table = boto3.resource("dynamodb").create_table(
            TableName="inbox",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        yield RuleStore(table, DeletionMarks(table), TENANT)


@pytest.fixture
def inbox(store: RuleStore) -> Inbox:
    return Inbox(rule_store=store)


class NothingUndone:
    """Finds nothing to take back."""

    def undo_rule(self, *_: object) -> RuleUndone:
        """Do nothing."""
        return RuleUndone(0, 0, more=False)


def put(inbox: Inbox, *rules: Any, version: int = 0, **query: str) -> HttpAnswer:
    return inbox.send("PUT", "rules", {"rules": rules, "version": version}, **query)


def test_rules_are_kept_as_written(inbox: Inbox) -> None:
    assert inbox.get("rules").json["rules"] == []

    stored = put(inbox, LINKS).json

    assert (stored["version"], stored["changed_by"]) == (1, "ola")
    assert inbox.get("rules").json["rules"] == [LINKS]


def test_pause_is_shown_and_ended(inbox: Inbox) -> None:
    inbox.pauses.pause(SHOP, NOON)
    assert inbox.get("rules").json["paused_until"] == "2026-11-28T12:00:00Z"

    assert inbox.send("POST", "rules/resume", {}).json == {"account": SHOP, "was_paused": True}

    assert inbox.get("rules").json["paused_until"] is None


def test_earlier_versions_are_kept(inbox: Inbox, store: RuleStore) -> None:
    put(inbox, LINKS)
    put(inbox, ALL, version=1)

    first = store.version(SHOP, 1)

    assert first
    assert [one.name for one in first.parsed] == ["Links"]


@pytest.mark.parametrize("version", [0, 2])
def test_other_version_is_refused(inbox: Inbox, version: int) -> None:
    put(inbox, LINKS)

    answer = put(inbox, ALL, version=version)

    assert (answer.status, answer.json["error"]["code"]) == (409, "rules_changed")
    assert answer.json["version"] == 1


def test_version_that_never_was_is_named(inbox: Inbox) -> None:
    none = put(inbox, LINKS, version=2).json["error"]["message"]
    put(inbox, LINKS)
    later = put(inbox, ALL, version=7).json["error"]["message"]

    assert none.endswith(
        "version 2 of these rules: no rules are stored yet. Send 0, or no version."
    )
    assert later.endswith("are at version 1 now. Read them again and send 1.")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"when": {"keywords": "price"}},
            "rules[0].when.keywords: must be a list or null.",
        ),
        ({"when": 1}, "rules[0].when must be an object."),
        ({"name": 1}, "rules[0].name: must be text."),
        ({"name": ""}, "rules[0].name: A name has 1 to 80 characters, in one line."),
    ],
)
def test_problem_names_its_field_once(
    inbox: Inbox, wrong: dict[str, object], sentence: str
) -> None:
    assert put(inbox, {**LINKS, **wrong}).json["error"]["message"] == sentence


def test_version_must_be_sent(inbox: Inbox) -> None:
    put(inbox, LINKS)

    answer = inbox.send("PUT", "rules", {"rules": []})

    assert (answer.status, answer.json["error"]["code"]) == (400, "version_required")


def test_all_problems_are_said(inbox: Inbox) -> None:
    answer = put(inbox, {**LINKS, "then": "explode"}, {"name": "", "when": {}, "then": "hide"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_rules")
    assert {one["field"][:8] for one in answer.json["problems"]} == {"rules[0]", "rules[1]"}


def test_broad_rule_needs_force(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one) for one in range(40)))

    refused = put(inbox, ALL)

    assert (refused.status, refused.json["error"]["code"]) == (409, "rule_too_broad")
    assert refused.json["rules"] == [
        {"rule": "All", "fires": 40, "of": 40, "percent": 100, "examples": ["c0", "c1", "c2"]}
    ]
    assert put(inbox, ALL, force="true").status == 200


@pytest.mark.parametrize("change", [{"dry_run": True}, {"enabled": False}])
def test_rule_that_does_nothing_may_be_broad(inbox: Inbox, change: dict[str, bool]) -> None:
    inbox.ledger.put(*(comment(one) for one in range(40)))

    assert put(inbox, {**ALL, **change}).status == 200


def test_narrow_rule_is_accepted(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one) for one in range(30)), comment(31, text="see https://a.co"))

    assert put(inbox, LINKS).json["version"] == 1


def test_few_items_say_nothing(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one) for one in range(19)))

    answer = put(inbox, ALL)

    assert answer.status == 200
    assert "reach_unknown" in {one["code"] for one in answer.json["warnings"]}


def test_own_items_do_not_count(inbox: Inbox) -> None:
    inbox.ledger.put(*(comment(one, is_own=True) for one in range(40)))

    assert put(inbox, ALL).status == 200


def test_fired_rules_are_counted(inbox: Inbox) -> None:
    decision = Decision(at=NOON, rule="Links")
    inbox.ledger.put(*(comment(one, decision=decision) for one in range(3)), comment(4))
    inbox.ledger.put(comment(8 * 24 * 60, decision=decision))

    assert inbox.get("rules").json["fired"] == {"Links": 3}


@pytest.mark.parametrize(("name", "status"), [("Links", 200), ("Gone", 200), ("Lnks", 404)])
def test_undo_names_a_rule_that_never_was(store: RuleStore, name: str, status: int) -> None:
    inbox = Inbox(rule_store=store, undoing=NothingUndone())
    put(inbox, LINKS)
    inbox.ledger.put(comment(1, decision=Decision(at=NOON, rule="Gone", undone_at=NOON)))

    answer = inbox.send("POST", "rules/undo", {"rule": name, "since": "2026-11-20T12:00:00Z"})

    assert answer.status == status
    assert status == 200 or answer.json["error"]["code"] == "unknown_rule"


def test_ready_sets_can_be_stored(inbox: Inbox) -> None:
    sets = {one["name"]: one["rules"] for one in inbox.get("rules/sets").json["sets"]}

    assert set(sets) == {"spam", "questions", "abuse"}
    assert put(inbox, *sets["abuse"]).status == 200


def test_check_says_what_would_happen(inbox: Inbox) -> None:
    put(inbox, LINKS, ALL)

    found = inbox.send("POST", "rules/check", {"text": "look: https://a.co"}).json

    assert found["decided_by"] == "Links"
    assert [one["verdict"] for one in found["verdicts"]] == ["decided", "later"]
    assert all(one["why"] for one in found["verdicts"])


def test_check_takes_other_rules(inbox: Inbox) -> None:
    body = {"text": "hello", "rules": [ALL]}

    assert inbox.send("POST", "rules/check", body).json["decided_by"] == "All"
    assert inbox.send("POST", "rules/check", {**body, "rules": [1]}).status == 400


def test_check_knows_the_author(inbox: Inbox) -> None:
    first = {"name": "New", "when": {"author": {"first_contact": True}}, "then": "done"}
    inbox.ledger.put(comment(1))
    body = {"text": "hello", "rules": [first]}

    known = inbox.send("POST", "rules/check", {**body, "author_id": "900"}).json
    new = inbox.send("POST", "rules/check", {**body, "author_id": "901"}).json

    assert (known["decided_by"], new["decided_by"]) == (None, "New")


def test_rules_are_compiled_once(inbox: Inbox, store: RuleStore) -> None:
    book = RuleBook(store)
    put(inbox, LINKS)

    version, first = book.compiled(SHOP)
    assert (version, book.compiled(SHOP)[1] is first) == (1, True)
    put(inbox, ALL, version=1)
    assert [one.rule.name for one in book.compiled(SHOP)[1]] == ["All"]


def test_deleted_account_gets_no_rules(inbox: Inbox, store: RuleStore) -> None:
    store.marks.mark(SHOP, NOON)

    answer = put(inbox, LINKS)

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_disconnected")


def test_account_that_came_back_gets_rules(inbox: Inbox, store: RuleStore) -> None:
    store.marks.mark(SHOP, NOON - timedelta(days=1))

    assert put(inbox, LINKS).status == 200


def test_first_version_after_a_deletion_is_compiled(inbox: Inbox, store: RuleStore) -> None:
    book = RuleBook(store)
    put(inbox, LINKS)
    book.compiled(SHOP)
    store.table.delete_item(Key=keys.account_key(TENANT, SHOP, keys.RULES))
    inbox.clock.advance(timedelta(days=1))
    put(inbox, ALL)

    version, rules = book.compiled(SHOP)
    assert (version, [one.rule.name for one in rules]) == (1, ["All"])


@pytest.mark.parametrize("name", ["@shop", "@Shop"])
def test_answer_that_mentions_its_account_is_warned_of(inbox: Inbox, name: str) -> None:
    answers = ["Thanks {name}", f"Thanks from {name}.", "mail us: help@shop.example", "@shopping"]
    rule = {"name": "Thanks", "when": {"keywords": ["great"]}, "then": "reply"}

    stored = put(inbox, LINKS, {**rule, "template": answers})

    assert stored.status == 200
    warned = [one["field"] for one in stored.json["warnings"] if one["code"] == "mentions_itself"]
    assert warned == ["rules[1].template[1]"]


def test_check_reads_nothing_of_impossible_authors(inbox: Inbox) -> None:
    inbox.ledger.put(comment(1, author_id="9" * 3000))
    body = {"text": "Hello", "author_id": "9" * 3000}

    assert inbox.send("POST", "rules/check", body).status == 200
    assert inbox.ledger.looked_at == 0
