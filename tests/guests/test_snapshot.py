"""The snapshot that instances of the public page's function start from (SnapStart)."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from snapshot_restore_py import get_before_snapshot

from lambdas.guests import handlers, page
from lambdas.kit.aws import AwsClients
from tests.guests.conftest import EVENT, Guest, Site


@pytest.fixture
def calls() -> list[str]:
    """Provide the calls that boto3 makes from now on."""
    seen: list[str] = []

    def note(event_name: str, **_: object) -> None:
        seen.append(event_name)

    boto3.DEFAULT_SESSION = None
    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-call", note)  # type: ignore[attr-defined]
    return seen


def built(site: Site) -> set[str]:
    """Return the names of the collaborators that exist, the clients' included."""
    return {*vars(site.dependencies), *vars(site.dependencies.aws)}


def test_hook_is_registered() -> None:
    hooks: list[Callable[..., object]] = [function for function, _, _ in get_before_snapshot()]

    assert handlers.warm_up_view in hooks


def test_snapshots_hold_the_first_page(site: Site) -> None:
    site.dependencies.warm_up()
    clients, templates = set(vars(site.dependencies.aws)), set(page.templates().cache or ())

    assert Guest(site).reading.get(f"/g/{EVENT}").status == 200

    assert templates
    assert clients == set(vars(site.dependencies.aws))
    assert templates == set(page.templates().cache or ())


def test_snapshots_call_nothing(site: Site, calls: list[str]) -> None:
    site.dependencies.__dict__["aws"] = AwsClients()
    del site.dependencies.__dict__["table"]
    site.dependencies.warm_up()

    assert calls == []

    # The same hook sees the calls of a page.
    Guest(site).reading.get(f"/g/{EVENT}")
    assert calls
