"""Which functions may continue pending logins, and decrypt their tokens."""

from __future__ import annotations

import json

from tests.stacks.conftest import PROD, synthesise

CALLERS = ("Connect", "Complete", "Operate", "Privacy", "Refresh", "Sweep")


def holders(action: str, resource: str) -> set[str]:
    """Return the functions that may do something with a resource of that name."""
    found = set()
    for name, policy in synthesise("prod", *PROD).templates["Tokens"]["Resources"].items():
        if policy["Type"] == "AWS::IAM::Policy":
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                if action in json.dumps(statement["Action"]) and resource in json.dumps(
                    statement["Resource"]
                ):
                    found.add(next(one for one in CALLERS if name.startswith(one)))
    return found


def test_login_function_cannot_decrypt() -> None:
    assert holders("kms:Decrypt", "TokenKey") == {"Complete", "Operate", "Refresh"}
    assert holders("kms:Encrypt", "TokenKey") == {"Connect", "Complete", "Operate", "Refresh"}


def test_every_writer_of_connections_may_check_requests() -> None:
    writers = holders("kms:Encrypt", "TokenKey")

    assert holders("dynamodb:ConditionCheckItem", "TokensTable") >= writers


def test_a_request_may_ask_whose_the_environments_token_is() -> None:
    assert holders("secretsmanager:GetSecretValue", "AppSecret") >= {"Privacy", "Sweep"}


def test_logins_alone_feed_the_completion_queue() -> None:
    assert holders("sqs:SendMessage", "CompletionQueue") == {"Connect", "Complete"}
    assert holders("sqs:ReceiveMessage", "CompletionQueue") == {"Complete"}


def test_a_round_may_be_killed_and_repeated() -> None:
    resources = synthesise("prod", *PROD).templates["Tokens"]["Resources"]
    [queue] = [
        one
        for name, one in resources.items()
        if name.startswith("CompletionQueue") and one["Type"] == "AWS::SQS::Queue"
    ]
    [function] = [
        one
        for one in resources.values()
        if one["Properties"].get("Handler") == "lambdas.tokens.handlers.complete"
    ]

    assert queue["Properties"]["VisibilityTimeout"] > function["Properties"]["Timeout"]
