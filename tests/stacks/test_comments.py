"""The stack of comments: its table, queues, alarms, and who may do what."""

from __future__ import annotations

import json

import pytest

from lambdas.comments.keys import INDEXES
from tests.json_types import JsonObject
from tests.stacks.conftest import Synthesised

FUNCTIONS = ("Receive", "Operate", "Take", "Act", "Backfill", "Sweep", "Forget")
READS = {"dynamodb:GetItem", "dynamodb:Query"}
DELETES = {"dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
CHANGES = {*READS, "dynamodb:PutItem", "dynamodb:UpdateItem"}


def resources(site: Synthesised, kind: str) -> dict[str, JsonObject]:
    """Return the properties of the stack's resources of a type, by logical id."""
    found: dict[str, JsonObject] = site.templates["Comments"]["Resources"]
    return {name: one["Properties"] for name, one in found.items() if one["Type"] == kind}


def statements(site: Synthesised, function: str) -> list[JsonObject]:
    found: list[JsonObject] = [
        statement
        for policy in resources(site, "AWS::IAM::Policy").values()
        if policy["Roles"][0]["Ref"].startswith(f"{function}Role")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return found


def allowed(site: Synthesised, function: str, of: str) -> set[str]:
    """Return what a function may do with resources whose ARN contains a text."""
    found: set[str] = set()
    for one in statements(site, function):
        if of in json.dumps(one["Resource"]):
            found |= {one["Action"]} if isinstance(one["Action"], str) else {*one["Action"]}
    return found


def indexes(site: Synthesised, function: str) -> set[str]:
    text = json.dumps(statements(site, function))
    return {name for name in INDEXES if f"/index/{name}" in text}


def functions(site: Synthesised) -> dict[str, JsonObject]:
    found = resources(site, "AWS::Lambda::Function").values()
    return {one["Handler"].rpartition(".")[2].capitalize(): one for one in found}


def rows_of(site: Synthesised, function: str) -> set[str]:
    """Return the verbs on the inbox's rows, without those on its indexes."""
    return {
        action
        for one in statements(site, function)
        if "InboxTable" in json.dumps(one["Resource"])
        and "/index/" not in json.dumps(one["Resource"])
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }


def test_the_inbox_has_five_indexes(prod: Synthesised) -> None:
    table = prod.templates["Storage"]["Resources"]["InboxTable"]["Properties"]
    found = {
        one["IndexName"]: tuple(key["AttributeName"] for key in one["KeySchema"])
        for one in table["GlobalSecondaryIndexes"]
    }

    assert found == INDEXES
    assert {
        one["IndexName"]: one["Projection"]["ProjectionType"]
        for one in table["GlobalSecondaryIndexes"]
    } == {**dict.fromkeys(INDEXES, "ALL"), "by_due": "KEYS_ONLY"}


@pytest.mark.parametrize(
    ("function", "verbs"),
    [
        ("Receive", set()),
        ("Operate", {*CHANGES, *DELETES}),
        ("Take", CHANGES),
        ("Act", CHANGES),
        ("Backfill", CHANGES),
        ("Sweep", {*CHANGES} - {"dynamodb:Query"}),
        ("Forget", {*READS, *DELETES}),
    ],
)
def test_rows_are_changed_where_needed(prod: Synthesised, function: str, verbs: set[str]) -> None:
    assert rows_of(prod, function) == verbs


def test_indexes_are_read_where_needed(prod: Synthesised) -> None:
    assert {name: indexes(prod, name) for name in FUNCTIONS} == {
        "Receive": set(),
        "Operate": {*INDEXES} - {"by_due"},
        "Take": {"by_author", "by_thread"},
        "Act": {"by_thread"},
        "Backfill": {"by_author", "by_thread"},
        "Sweep": {"by_due"},
        "Forget": {"by_account", "by_author", "by_thread"},
    }


@pytest.mark.parametrize("function", ["Operate", "Take", "Backfill"])
def test_new_rows_are_checked_for_deletions(prod: Synthesised, function: str) -> None:
    assert "dynamodb:ConditionCheckItem" in allowed(prod, function, "EventsTable")


def test_queues_are_filled_where_needed(prod: Synthesised) -> None:
    queues = ("Incoming", "Act", "Backfill")
    found = {
        name: {
            queue for queue in queues if "sqs:SendMessage" in allowed(prod, name, f"{queue}Queue")
        }
        for name in FUNCTIONS
    }

    assert found == {
        "Receive": {"Incoming"},
        "Operate": {"Act", "Backfill"},
        "Take": {"Act"},
        "Act": {"Act"},
        "Backfill": {"Act", "Backfill"},
        "Sweep": {*queues},
        "Forget": set(),
    }


def test_senders_know_their_queues(prod: Synthesised) -> None:
    known = {
        name: {
            variable
            for variable, value in one["Environment"]["Variables"].items()
            if variable.endswith("_QUEUE_URL") and value
        }
        for name, one in functions(prod).items()
    }
    incoming, act, backfill = (f"{one}_QUEUE_URL" for one in ("INCOMING", "ACT", "BACKFILL"))

    assert known == {
        "Receive": {incoming},
        "Operate": {act, backfill},
        "Take": {act},
        "Act": {act},
        "Backfill": {act, backfill},
        "Sweep": {incoming, act, backfill},
        "Forget": set(),
    }


@pytest.mark.parametrize("function", ["Receive", "Forget", "Sweep"])
def test_tokens_are_for_callers_only(prod: Synthesised, function: str) -> None:
    text = json.dumps(statements(prod, function))

    assert "TokenKey" not in text
    assert allowed(prod, function, "TokensTable") <= {"dynamodb:Query"}


def test_the_app_secret_is_for_two(prod: Synthesised) -> None:
    readers = {name for name in FUNCTIONS if allowed(prod, name, "AppSecret")}

    assert readers == {"Receive", "Backfill"}


def test_the_webhook_can_do_little(prod: Synthesised) -> None:
    # Anyone on the internet can call it.
    actions = {
        action
        for one in statements(prod, "Receive")
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }

    assert {one for one in actions if not one.startswith(("logs:", "xray:", "kms:"))} == {
        "dynamodb:UpdateItem",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "sqs:SendMessage",
    }
    assert allowed(prod, "Receive", "LimitsTable") == {"dynamodb:UpdateItem"}
    assert allowed(prod, "Receive", "/webhooks/*") == {"s3:PutObject"}


def test_nothing_lists_the_bucket(prod: Synthesised) -> None:
    assert "s3:ListBucket" not in json.dumps([statements(prod, name) for name in FUNCTIONS])
    assert allowed(prod, "Take", "/webhooks/*") == {"s3:GetObject"}


def test_functions_wait_as_long_as_they_should(prod: Synthesised) -> None:
    found = functions(prod)
    limits = {
        name: (one["Timeout"], one.get("ReservedConcurrentExecutions"))
        for name, one in found.items()
    }

    assert limits == {
        "Receive": (29, None),
        "Operate": (29, None),
        "Take": (120, 10),
        "Act": (120, 5),
        "Backfill": (300, 3),
        "Sweep": (120, 2),
        "Forget": (300, 2),
    }
    assert {name for name, one in found.items() if "SnapStart" in one} == {"Receive", "Operate"}


def test_updates_come_back_within_minutes(prod: Synthesised) -> None:
    queues = resources(prod, "AWS::SQS::Queue")
    [incoming] = [one for name, one in queues.items() if name.startswith("IncomingQueue")]

    assert 120 < incoming["VisibilityTimeout"] <= 180
    assert incoming["MessageRetentionPeriod"] == 14 * 24 * 3600
    # An outage of Instagram's API is not the updates' fault.
    assert incoming["VisibilityTimeout"] * incoming["RedrivePolicy"]["maxReceiveCount"] >= 45 * 60


def test_rules_fill_the_right_queues(prod: Synthesised) -> None:
    rules = resources(prod, "AWS::Events::Rule").values()
    found = {
        one.get("ScheduleExpression") or one["EventPattern"]["detail-type"][0]: one["Targets"][0][
            "Arn"
        ]["Fn::GetAtt"][0].partition("Queue")[0]
        for one in rules
    }

    assert found == {
        "rate(5 minutes)": "Sweep",
        "AccountConnected": "Backfill",
        "AccountDataDeletionRequested": "Forget",
        "PersonDataDeletionRequested": "Forget",
    }


@pytest.mark.parametrize(
    ("alarm", "parts"),
    [
        (
            "webhook-rejected",
            {
                "signatures",
                "secret",
                "homeless",
                "unreadable",
                "receive",
                "take",
                "incoming-dead-letters",
            },
        ),
        (
            "webhook-silent",
            {
                "accounts",
                "sweeps",
                "backfill",
                "sweep",
                "backfill-dead-letters",
                "sweep-dead-letters",
            },
        ),
        ("inbox-overdue", {"promises", "uncertain", "act", "act-dead-letters"}),
    ],
)
def test_alarms_have_their_parts(prod: Synthesised, alarm: str, parts: set[str]) -> None:
    start = f"daybook-prod-{alarm}-"
    names = {
        one["Properties"]["AlarmName"] for one in prod.resources("AWS::CloudWatch::Alarm").values()
    }

    assert {name.removeprefix(start) for name in names if name.startswith(start)} == parts
