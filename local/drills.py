"""Drills: real faults, each of which triggers one alarm, and their removal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local.alarms import Inbox
from local.local_site import LocalSite


def _nothing(_: LocalSite) -> None:
    """The default nudge."""


@dataclass(frozen=True)
class Drill:
    """One fault.

    `heal` is safe to repeat and works without `inbox`, after a drill that was interrupted.
    `by_hand` says what is set directly because it takes too long, or because the embedded AWS
    cannot do it. `nudge` runs what a schedule would run. `rolls_up` names the alarm of a whole
    severity that this drill serves for as well.
    """

    fault: str
    break_it: Callable[[LocalSite], None]
    heal: Callable[[LocalSite, Inbox | None], None]
    by_hand: str = ""
    nudge: Callable[[LocalSite], None] = _nothing
    rolls_up: str = ""
