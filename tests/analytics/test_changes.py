"""What operators can change and start."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from lambdas.analytics.collecting.sweep import CollectQueue
from lambdas.storage.accounts.token_record import State
from tests.analytics.rows import ACCOUNT, NOW
from tests.analytics.site import Site


def messages(site: Site) -> list[dict[str, Any]]:
    """Return what the queue of collections holds."""
    received = boto3.client("sqs").receive_message(
        QueueUrl=site.aws.collect_url, MaxNumberOfMessages=10
    )
    return [json.loads(one["Body"]) for one in received.get("Messages", [])]


def test_zones_are_set(site: Site) -> None:
    answer = site.patch({"time_zone": "Europe/Berlin"})

    assert (answer.status, answer.json) == (
        200,
        {"account": ACCOUNT, "time_zone": "Europe/Berlin"},
    )
    assert site.report()["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "UTC+1", "europe/berlin"])
def test_other_zones_are_refused(site: Site, zone: str) -> None:
    answer = site.patch({"time_zone": zone})

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_time_zone")


@pytest.mark.parametrize("body", [{}, {"time_zone": 1}, {"time_zone": "UTC", "name": "x"}, []])
def test_other_changes_are_refused(site: Site, body: object) -> None:
    answer = site.patch(body)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")


def test_deleted_accounts_have_no_zone(site: Site) -> None:
    site.dependencies.marks.mark(ACCOUNT, NOW)
    answer = site.patch({"time_zone": "UTC"})

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_deleted")
    assert not site.rows("ACCOUNT")


def test_a_collection_is_started(site: Site) -> None:
    answer = site.collect(account=ACCOUNT)
    units = ["catalogue", "stories", "days", "audience"]

    assert answer.status == 202
    assert answer.json == {
        "account": ACCOUNT,
        "units": units,
        "startedAt": "2026-04-29T18:00:00Z",
    }
    sent = sorted(messages(site), key=lambda one: units.index(one["unit"]))
    assert sent == [{"account_id": ACCOUNT, "unit": unit, "if_due": False} for unit in units]


def test_collections_have_to_wait(site: Site) -> None:
    site.collect()
    site.clock.advance(timedelta(minutes=14))
    early = site.collect()
    site.clock.advance(timedelta(minutes=1))

    assert (early.status, early.json["error"]["code"]) == (429, "collected_recently")
    assert early.headers["retry-after"] == "60"
    assert site.collect().status == 202


def test_other_accounts_need_not_wait(site: Site) -> None:
    site.connect("2")

    assert site.collect(account=ACCOUNT).status == 202
    assert site.collect(account="2").status == 202


def test_a_failed_start_does_not_count(site: Site) -> None:
    working = site.dependencies.collect_now
    gone = CollectQueue(site.aws.clients.sqs, f"{site.aws.collect_url}-gone")
    broken = replace(working, queue=gone)
    site.dependencies.__dict__["collect_now"] = broken
    assert site.collect().status == 503
    site.dependencies.__dict__["collect_now"] = working

    assert site.collect().status == 202


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (State.DISCONNECTED, 409, "account_disconnected"),
        (State.RECONNECT_REQUIRED, 424, "reconnect_required"),
    ],
)
def test_unreadable_accounts_are_not_collected(
    site: Site, state: State, status: int, code: str
) -> None:
    site.writer().set_zone("Europe/Berlin")
    site.connect(state=state)

    answer = site.collect(account=ACCOUNT)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert not messages(site)


def test_deleted_accounts_are_unknown(site: Site) -> None:
    site.connect(state=State.DISCONNECTED)

    answer = site.collect(account=ACCOUNT)

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")


def test_unknown_accounts_are_not_collected(site: Site) -> None:
    answer = site.collect(account="9")

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")
