"""Drills wait for their own notification, and remove their fault on every exit."""

from __future__ import annotations

import functools
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local import drill as drills
from local.alarms import Inbox
from local.drill_record import DrillRecord
from local.drills import Drill
from local.faults import DRILLS, FEATURE_OF, NOTIFIED_AS
from local.features import feature_names
from tests.json_types import JsonObject

NOW = datetime(2026, 4, 29, 12, tzinfo=UTC)


def notice(name: str, state: str, at: datetime = NOW) -> JsonObject:
    change = {
        "AlarmName": f"daybook-local-{name}",
        "NewStateValue": state,
        "StateChangeTime": at.isoformat(),
    }
    return {"Subject": "", "Message": json.dumps(change)}


def inbox(*notices: JsonObject) -> Inbox:
    """An inbox that has received these notifications and receives no more."""
    made = object.__new__(Inbox)
    made.seen = list(notices)
    made._receive = lambda: None  # type: ignore[method-assign]
    return made


@pytest.mark.parametrize(
    "other",
    [
        notice("api-5xx", "OK"),
        notice("api-5xx", "ALARM", NOW - timedelta(minutes=1)),
        notice("api-5xx-other", "ALARM"),
        {"Subject": "api-5xx", "Message": "daybook-local-api-5xx ALARM"},
    ],
)
def test_other_notifications_do_not_count(other: JsonObject) -> None:
    with pytest.raises(TimeoutError, match="api-5xx in state ALARM"):
        inbox(other).wait_for_state("api-5xx", "ALARM", NOW, seconds=0)


def test_the_alarms_own_notification_counts() -> None:
    received = inbox(notice("api-5xx", "OK"), notice("api-5xx", "ALARM"))

    change = received.wait_for_state("api-5xx", "ALARM", NOW, seconds=0)

    assert change["NewStateValue"] == "ALARM"


class FakeSite:
    """A site that records what a drill does to it."""

    def __init__(self, folder: Path) -> None:
        self.record = DrillRecord(folder / "drill.json")
        self.deployment = None
        self.outputs = {"topic": "topic"}
        self.broken = False

    def has(self, _: str) -> bool:
        return True


def stop_by(number: signal.Signals) -> Callable[[FakeSite], None]:
    def break_it(site: FakeSite) -> None:
        site.broken = True
        signal.raise_signal(number)

    return break_it


def heal(site: FakeSite, _: Inbox | None) -> None:
    site.broken = False


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSite:
    made = inbox()
    made.url, made.subscription = "queue", "subscription"
    made.close = lambda: None  # type: ignore[method-assign]
    monkeypatch.setattr(drills, "Inbox", lambda *_: made)
    monkeypatch.setattr(drills, "wait_for_alarm", lambda *_: None)
    return FakeSite(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_heals(
    site: FakeSite, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    chosen = Drill("a fault", stop_by(number), heal)  # type: ignore[arg-type]
    monkeypatch.setitem(DRILLS, "api-5xx", chosen)

    with pytest.raises(KeyboardInterrupt), drills._exit_on_sigterm():
        drills._run(site, "api-5xx")  # type: ignore[arg-type]

    assert not site.broken
    assert site.record.alarm is None


def test_the_next_run_heals(
    site: FakeSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a kill only the record is left."""
    chosen = Drill("a fault", stop_by(signal.SIGINT), heal)  # type: ignore[arg-type]
    monkeypatch.setitem(DRILLS, "api-5xx", chosen)
    site.record._path.write_text(json.dumps({"alarm": "api-5xx"}))
    site.broken = True

    drills.heal_interrupted(site)  # type: ignore[arg-type]

    assert not site.broken
    assert site.record.alarm is None
    assert "interrupted" in capsys.readouterr().out


def cannot_heal(_: FakeSite, __: Inbox | None) -> None:
    raise RuntimeError("the login answered 400")


def test_a_fault_that_stays_is_one_line(site: FakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Drill("a fault", stop_by(signal.SIGINT), cannot_heal)  # type: ignore[arg-type]
    monkeypatch.setitem(DRILLS, "api-5xx", chosen)
    site.record._path.write_text(json.dumps({"alarm": "api-5xx"}))

    with pytest.raises(SystemExit, match=r"a fault\) is not removed: the login answered 400"):
        drills.heal_interrupted(site)  # type: ignore[arg-type]

    assert site.record.alarm == "api-5xx"


@pytest.mark.parametrize("record", ["", '{"alarm": "api', "\0\0"])
def test_a_damaged_record_heals_every_drill(
    site: FakeSite, monkeypatch: pytest.MonkeyPatch, record: str
) -> None:
    healed: list[str] = []

    def heal(alarm: str, *_: object) -> None:
        healed.append(alarm)

    for alarm in DRILLS:
        undo = functools.partial(heal, alarm)
        drill = Drill("a fault", stop_by(signal.SIGINT), undo)  # type: ignore[arg-type]
        monkeypatch.setitem(DRILLS, alarm, drill)
    site.record._path.write_text(record)

    drills.heal_interrupted(site)  # type: ignore[arg-type]

    assert healed == list(DRILLS)
    assert site.record.alarm is None


def test_policies_are_recorded(tmp_path: Path) -> None:
    record = DrillRecord(tmp_path / "drill.json")
    record.begin("api-5xx", {"queue": "q", "subscription": "s"})
    record.add_policy({"PolicyName": "one"})
    record.add_policy({"PolicyName": "two"})

    again = DrillRecord(tmp_path / "drill.json")

    assert [policy["PolicyName"] for policy in again.policies] == ["one", "two"]
    assert again.alarm == "api-5xx"


def test_drills_come_from_features() -> None:
    assert set(FEATURE_OF.values()) <= set(feature_names())
    assert set(DRILLS) == set(FEATURE_OF)
    assert set(NOTIFIED_AS) == {"severity-critical", "severity-low"}
