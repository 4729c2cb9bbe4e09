"""`make drill ALARM=name`: makes the real fault happen in the local stack, shows what the responder gets, and heals it.

What the embedded AWS cannot do is done by hand, and the output says so.
"""

from __future__ import annotations

import json
import re
import sys
import time

from local.alarms import Inbox, wait_for_alarm
from local.deployment import ROOT, STAGE, LocalDeployment
from local.faults import DRILLS, TOLD_BY
from local.local_site import LocalSite

RUNBOOK = ROOT / "docs" / "operations.md"
HEALS_WITHIN = 150.0


def drill(deployment: LocalDeployment, alarm: str) -> int:
    """Runs one drill; 1 if the alarm did not go on, told nobody, or did not end."""
    if alarm not in DRILLS:
        sys.exit(f"daybook: ALARM={alarm}: use one of {', '.join(DRILLS)}")
    chosen, site, started = DRILLS[alarm], LocalSite(deployment), time.monotonic()
    inbox = Inbox(deployment, site.outputs["topic"])
    try:
        wait_for_alarm(deployment, alarm, "OK", HEALS_WITHIN, lambda: chosen.nudge(site))
        print(
            f"Fault: {chosen.fault}." + (f"\nBy hand: {chosen.by_hand}." if chosen.by_hand else "")
        )
        chosen.break_it(site)
        _watch(deployment, alarm, inbox, started)
        chosen.heal_it(site, inbox)
        wait_for_alarm(deployment, alarm, "OK", HEALS_WITHIN, lambda: chosen.nudge(site))
        print(f"Healed: OK again after {time.monotonic() - started:.0f} s in all.")
    except TimeoutError as error:
        print(f"Failed: {error}")
        return 1
    finally:
        inbox.close()
    return 0


def _watch(deployment: LocalDeployment, alarm: str, inbox: Inbox, started: float) -> None:
    """Waits for the alarm and shows what the responder gets: the notification, and the section to read."""
    notice = inbox.wait_for(f'"{STAGE}-{TOLD_BY.get(alarm, alarm)}"', 40)
    told = json.loads(notice["Message"])
    print(
        f"Alarm after {time.monotonic() - started:.0f} s.\n\n--- the notification\n{told['AlarmName']}: {told['NewStateValue']}"
    )
    print(f"{told['AlarmDescription']}\n\n--- docs/operations.md\n{section(alarm)}")
    if alarm in TOLD_BY:
        wait_for_alarm(deployment, alarm, "ALARM")


def section(alarm: str) -> str:
    """An alarm's section of the runbook."""
    found = re.search(
        rf"^## {re.escape(alarm)}$.*?(?=^## |\Z)", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL
    )
    return found[0].strip() if found else ""
