"""The runbook's queries, against what the functions of the deployed stack have really logged by the end of all tests."""

from __future__ import annotations

import json
import re

import pytest

from local.deployment import ROOT
from tests.deployed import Stack

QUERY = re.compile(r"(?:^    .+\n)+", re.MULTILINE)
# What a query itself names, and what Logs Insights knows of every line.
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
    """All of them, as they would be pasted."""
    runbook = (ROOT / "docs" / "operations.md").read_text()
    return [found for found in QUERY.findall(runbook) if "@timestamp" in found or "stats" in found]


def fields_of(query: str) -> set[str]:
    """The fields that it asks for."""
    plain = re.sub(r'"[^"]*"|/[^/]*/|<[^>]*>', " ", query)
    aliases = set(re.findall(r"\bas (\w+)", plain))
    return set(re.findall(r"(?<![@\w])[a-zA-Z]\w*", plain)) - WORDS - aliases


@pytest.fixture(scope="module")
def logged(stack: Stack) -> set[str]:
    from stacks.front import ACCESS_LOG_FIELDS

    # The embedded AWS writes no access log.
    keys: set[str] = set(ACCESS_LOG_FIELDS)
    for line in stack.logs().splitlines():
        if line.startswith("{"):
            keys |= json.loads(line).keys()
    return keys


def test_the_queries_are_found() -> None:
    assert len(queries()) >= 7
    assert {"message", "exception_name", "request_id"} <= set().union(*map(fields_of, queries()))


@pytest.mark.parametrize("query", queries())
def test_a_query_asks_for_fields_that_are_logged(query: str, logged: set[str]) -> None:
    assert fields_of(query) - logged == set(), query


def test_a_failure_of_a_queues_function_is_found_by_the_query_for_errors(stack: Stack) -> None:
    """The drill's own fault: a message that makes feed.forget fail."""
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
