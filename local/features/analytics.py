"""Numbers of accounts: their first collection, and numbers that are no longer collected."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from lambdas.analytics import keys
from lambdas.analytics.reader import UNIT_COLUMN, packed
from lambdas.analytics.records import Unit, UnitStatus
from local.alarms import Inbox
from local.clients import client
from local.drills import Drill
from local.graph.data import ACCOUNT_ID
from local.local_site import LocalSite, stamp
from local.sample import Sample

READY_SECONDS = 120.0
SWEEP_QUEUE = "Analytics.SweepQueue"
STALE = timedelta(hours=27)


def load_sample(site: LocalSite, sample: Sample) -> str:
    """Collect the account's numbers, and wait until there are some."""
    del sample
    site.put(SWEEP_QUEUE, {"sweep": "due"})
    deadline, problem = time.monotonic() + READY_SECONDS, "none yet"
    while time.monotonic() < deadline:
        status, answer = site.operate("GET", "/instagram/analytics/posts?limit=1&since=2026-01-01")
        if status != 200:
            return f"Numbers: {answer['error']['message']}"
        if answer["posts"]:
            return "Numbers: collected"
        time.sleep(1)
        site.put(SWEEP_QUEUE, {"sweep": "due"})
    return f"Numbers: {problem}"


def _sweep(site: LocalSite) -> None:
    site.put(SWEEP_QUEUE, {"sweep": "due"})


def _stop_collecting(site: LocalSite) -> None:
    """Record that nothing was collected for 27 hours and that nothing is due before tomorrow."""
    site.operate("POST", "/instagram/token/refresh")
    site.change_account(connected_at=stamp(-2 * STALE))
    now = datetime.now(UTC)
    status = UnitStatus(succeeded_at=now - STALE, due_at=now + timedelta(days=1))
    _set_status(site, status)
    _sweep(site)


def _collect_again(site: LocalSite, _: Inbox | None) -> None:
    # Not that of the fault: data of a connection is refused that is older than a deletion.
    site.change_account(connected_at=stamp())
    _set_status(site, UnitStatus())
    _sweep(site)


def _set_status(site: LocalSite, status: UnitStatus) -> None:
    columns = [UNIT_COLUMN + unit.value for unit in Unit]
    client(site.deployment, "dynamodb").update_item(
        TableName=site.outputs["tables"]["Storage.AnalyticsTable"],
        Key={
            name: {"S": value}
            for name, value in keys.row_key("main", ACCOUNT_ID, keys.ACCOUNT).items()
        },
        UpdateExpression="SET " + ", ".join(f"{name} = :status" for name in columns),
        ExpressionAttributeValues={":status": {"B": packed(status)}},
    )


DRILLS = {
    "analytics-stale": Drill(
        "the sample account's numbers are not collected",
        _stop_collecting,
        _collect_again,
        by_hand="the time of the last collection is 27 hours ago, and nothing is due",
        nudge=_sweep,
    ),
}
