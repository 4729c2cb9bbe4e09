"""Run the drill of every alarm. Late in the run, since drills break the deployed stack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.storage.events.deletion_mark import DeletionMarks
from local.drill import RUNBOOK, section
from local.faults import DRILLS
from local.graph.data import ACCOUNT_ID
from tests.deployed import ENV, Stack, run_local


@pytest.fixture(scope="module")
def used_stack(stack: Stack) -> Stack:
    """Provide a stack whose account's data was deleted once, before the account was connected."""
    marks = DeletionMarks(stack.table("EventsTable"))
    marks.mark(ACCOUNT_ID, datetime.now(UTC) - timedelta(hours=6))
    return stack


@pytest.mark.usefixtures("used_stack")
@pytest.mark.parametrize("alarm", DRILLS)
def test_drills_alarm_and_heal(alarm: str) -> None:
    done = run_local("drill", env=ENV | {"ALARM": alarm}, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "--- the notification" in done.stdout
    assert f"## {alarm}" in done.stdout
    assert "Healed" in done.stdout


def test_every_section_has_a_drill() -> None:
    sections = [
        line.removeprefix("## ")
        for line in RUNBOOK.read_text().splitlines()
        if line.startswith("## ")
    ]

    # Those of the CDN have no drill: the embedded AWS has none of its metrics.
    assert sorted(DRILLS) == sorted(set(sections) - {"cdn-errors", "firewall-blocks"})
    assert all(
        "**First look.**" in section(alarm) and "**Resolved when**" in section(alarm)
        for alarm in DRILLS
    )
