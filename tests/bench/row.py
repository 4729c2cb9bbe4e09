"""One line of the table, and how times are taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measured value beside a reference (None: there is none to compare with)."""

    name: str
    ours: float
    unit: str
    reference: float | None = None
    reference_is: str = ""


def median_ms(action: Callable[[], object], times: int = 7) -> float:
    """The median of several runs after one that does not count, in milliseconds."""
    action()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
