"""`make drill ALARM=name`: cause an alarm's real fault in the local deployment, then remove it.

It shows what the responder gets. What the embedded AWS cannot do is set directly, and said so.
The fault is removed on every exit; after a kill, the next drill or `make up` removes it.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from local.alarms import Inbox, wait_for_alarm
from local.clients import client
from local.deployment import ROOT, LocalDeployment
from local.drill_record import UNKNOWN
from local.drills import Drill
from local.faults import DRILLS, FEATURE_OF, NOTIFIED_AS
from local.local_site import LocalSite
from local.lock import locked

RUNBOOK = ROOT / "docs" / "operations.md"
HEAL_SECONDS = 150.0
ALARM_SECONDS = 60.0


def drill(deployment: LocalDeployment, alarm: str) -> int:
    """Run one drill; return 1 if alarm or notification failed to come, or to end."""
    if alarm not in DRILLS:
        sys.exit(f"daybook: ALARM={alarm}: use one of {', '.join(DRILLS)}")
    site = LocalSite(deployment)
    if not site.has(FEATURE_OF[alarm]):
        sys.exit(f"daybook: ALARM={alarm}: the feature {FEATURE_OF[alarm]} is not deployed")
    # The lock of `up`, which would remove the fault in the middle of the drill.
    with locked(deployment.directory / "lock", f"drill ALARM={alarm}"), _exit_on_sigterm():
        heal_interrupted(site)
        try:
            _run(site, alarm)
        except (TimeoutError, LookupError, RuntimeError) as error:
            print(f"Failed: {error}", file=sys.stderr)
            return 1
    return 0


def heal_interrupted(site: LocalSite) -> None:
    """Remove the fault that an interrupted drill left, if there is one."""
    alarm = site.record.alarm
    if alarm is None:
        return
    name = alarm or "an unknown alarm"
    print(f"An earlier drill of {name} was interrupted. Removing its fault ...", flush=True)
    for chosen in _interrupted(site, alarm):
        try:
            chosen.heal(site, None)
        except (TimeoutError, LookupError, RuntimeError, OSError) as error:
            problem = f"the fault of an interrupted drill ({chosen.fault}) is not removed: {error}"
            if alarm != UNKNOWN:
                sys.exit(f"\ndaybook: {problem}. Run this again.")
            # It may never have been there.
            print(f"Perhaps {problem}")
    if inbox := site.record.inbox:
        with contextlib.suppress(client(site.deployment, "sqs").exceptions.ClientError):
            client(site.deployment, "sns").unsubscribe(SubscriptionArn=inbox["subscription"])
            client(site.deployment, "sqs").delete_queue(QueueUrl=inbox["queue"])
    site.record.end()


def _interrupted(site: LocalSite, alarm: str) -> list[Drill]:
    """Return the drills that may have left a fault: all, if the record is damaged."""
    if alarm != UNKNOWN:
        return [DRILLS[alarm]] if alarm in DRILLS else []
    deployed = [DRILLS[name] for name in DRILLS if site.has(FEATURE_OF[name])]
    return list({id(drill): drill for drill in deployed}.values())


def section(alarm: str) -> str:
    """Return an alarm's section of the runbook."""
    found = re.search(
        rf"^## {re.escape(alarm)}$.*?(?=^## |\Z)", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL
    )
    return found[0].strip() if found else ""


def _run(site: LocalSite, alarm: str) -> None:
    chosen, deployment = DRILLS[alarm], site.deployment
    notified = NOTIFIED_AS.get(alarm, alarm)
    wait_for_alarm(deployment, alarm, "OK", HEAL_SECONDS, lambda: chosen.nudge(site))
    inbox = Inbox(deployment, site.outputs["topic"])
    site.record.begin(alarm, {"queue": inbox.url, "subscription": inbox.subscription})
    try:
        since, started = datetime.now(UTC), time.monotonic()
        print(f"Fault: {chosen.fault}." + _sentence("\nSet directly: ", chosen.by_hand))
        try:
            chosen.break_it(site)
            wait_for_alarm(deployment, alarm, "ALARM", ALARM_SECONDS, lambda: chosen.nudge(site))
            change = inbox.wait_for_state(notified, "ALARM", since, ALARM_SECONDS)
            _show(alarm, change["AlarmName"], change["AlarmDescription"], started)
        except BaseException:
            # The notice that a heal could wait for may never have been sent.
            _heal(site, chosen, None)
            raise
        healed = datetime.now(UTC)
        _heal(site, chosen, inbox)
        wait_for_alarm(deployment, alarm, "OK", HEAL_SECONDS, lambda: chosen.nudge(site))
        inbox.wait_for_state(notified, "OK", healed, ALARM_SECONDS)
        print(f"Healed: the alarm is OK again, {time.monotonic() - started:.0f} s after the fault.")
    finally:
        inbox.close()


def _heal(site: LocalSite, chosen: Drill, inbox: Inbox | None) -> None:
    """Remove the fault, undisturbed by a second interruption."""
    handlers = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        chosen.heal(site, inbox)
        site.record.end()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _show(alarm: str, name: str, description: str, started: float) -> None:
    print(f"Alarm after {time.monotonic() - started:.0f} s.\n\n--- the notification")
    print(f"{name}: ALARM\n{description}\n\n--- docs/operations.md\n{section(alarm)}")


def _sentence(start: str, text: str) -> str:
    return f"{start}{text}." if text else ""


@contextlib.contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that the fault is removed."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
