"""The snapshot that instances of the public page's function start from (SnapStart)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from snapshot_restore_py import get_before_snapshot

from lambdas.guests import dependencies as feature
from lambdas.guests import page
from lambdas.kit import aws
from tests.guests.conftest import EVENT, Guest


@pytest.fixture
def calls() -> list[str]:
    """What boto3 is asked for from now on."""
    seen: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        seen.append(event_name)

    boto3.DEFAULT_SESSION = None
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-call", note)  # type: ignore[attr-defined]
    return seen


def take_snapshot() -> None:
    """Runs the hooks as Lambda does: the last registered first. Source: "Lambda SnapStart runtime hooks for Python"."""
    for function, arguments, named in reversed(get_before_snapshot()):
        function(*arguments, **named)


def test_a_snapshot_holds_what_a_first_page_needs(guest: Guest) -> None:
    take_snapshot()
    clients, tables, templates = (
        aws._client.cache_info().misses,
        aws.table.cache_info().misses,
        set(page._templates().cache or ()),
    )

    assert guest.reading.get(f"/g/{EVENT}").status == 200

    assert templates
    assert (clients, tables, templates) == (
        aws._client.cache_info().misses,
        aws.table.cache_info().misses,
        set(page._templates().cache or ()),
    )


def test_taking_a_snapshot_asks_nobody(guest: Guest, calls: list[str]) -> None:
    take_snapshot()

    assert calls == []

    # The same ear hears a page.
    feature.forget()
    guest.reading.get(f"/g/{EVENT}")
    assert calls
