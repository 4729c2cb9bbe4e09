"""Every alarm's fault, made to happen in the deployed stack: it goes on, tells somebody, and ends. Last of all, since they break things."""

from __future__ import annotations

import pytest

from local.drill import section
from local.faults import DRILLS
from tests.deployed import ENV, Stack, run_local


@pytest.mark.parametrize("alarm", DRILLS)
def test_a_drill(stack: Stack, alarm: str) -> None:
    done = run_local("drill", env=ENV | {"ALARM": alarm}, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "--- the notification" in done.stdout
    assert f"## {alarm}" in done.stdout
    assert "Healed" in done.stdout


def test_there_is_a_drill_for_each_section_of_the_runbook() -> None:
    from local.drill import RUNBOOK

    sections = [
        line.removeprefix("## ")
        for line in RUNBOOK.read_text().splitlines()
        if line.startswith("## ")
    ]

    assert sorted(DRILLS) == sorted(sections)
    assert all(
        "**First look.**" in section(alarm) and "**Resolved when**" in section(alarm)
        for alarm in DRILLS
    )
