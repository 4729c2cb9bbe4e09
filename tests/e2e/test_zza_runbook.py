"""Check the runbook's queries against the fields that the deployed functions have logged.

These tests run after all others of the deployed stack.
"""

from __future__ import annotations

import json
import re

import pytest

from local.deployment import ROOT
from tests.deployed import Stack

QUERY = re.compile(r"(?:^    .+\n)+", re.MULTILINE)
# Words of the query language.
WORDS = {
    "fields",
    "filter",
    "sort",
    "limit",
    "stats",
    "by",
    "as",
    "and",
    "or",
    "in",
    "like",
    "desc",
    "asc",
    "count",
    "max",
    "bin",
    "15m",
}


def queries() -> list[str]:
    """Return all queries of the runbook."""
    runbook = (ROOT / "docs" / "operations.md").read_text()
    return [found for found in QUERY.findall(runbook) if "@timestamp" in found or "stats" in found]


def fields_of(query: str) -> set[str]:
    """Return the fields that a query names."""
    plain = re.sub(r'"[^"]*"|/[^/]*/|<[^>]*>', " ", query)
    aliases = set(re.findall(r"\bas (\w+)", plain))
    return set(re.findall(r"(?<![@\w])[a-zA-Z]\w*", plain)) - WORDS - aliases


@pytest.fixture(scope="module")
def logged(stack: Stack) -> set[str]:
    """Provide the names of all logged fields."""
    from stacks.front import ACCESS_LOG_FIELDS

    # The embedded AWS writes no access log.
    keys: set[str] = set(ACCESS_LOG_FIELDS)
    # Nor is there a firewall's log. Source: "Log fields" in the AWS WAF developer guide.
    keys |= {"terminatingRuleId", "httpRequest", "uri", "httpMethod", "country"}
    for line in stack.logs().splitlines():
        if line.startswith("{"):
            # A function that is killed leaves a line without its end, before Lambda's own word.
            keys |= json.JSONDecoder().raw_decode(line)[0].keys()
    return keys


def test_the_runbook_has_queries() -> None:
    assert len(queries()) >= 7
    assert {"message", "exception_name", "request_id"} <= set().union(*map(fields_of, queries()))


@pytest.mark.parametrize("query", queries())
def test_queries_name_logged_fields(query: str, logged: set[str]) -> None:
    assert fields_of(query) - logged == set(), query


def test_failed_messages_are_logged(stack: Stack) -> None:
    """Look for the fault of the drill of `function-errors`, which makes feed.forget fail."""
    lines = [
        json.loads(line)
        for line in stack.logs().splitlines()
        if line.startswith("{") and '"ERROR"' in line
    ]

    failed = [
        line
        for line in lines
        if line.get("message") == "message failed" and line["service"] == "feed"
    ]
    assert failed
    assert all(line["exception_name"] == "KeyError" and line["message_id"] for line in failed)
