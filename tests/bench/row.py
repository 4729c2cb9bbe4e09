"""One line of the table, and the measurement of times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measured value beside that of a reference; None if there is no reference."""

    name: str
    ours: float
    unit: str
    reference: float | None = None
    reference_is: str = ""


def median_ms(action: Callable[[], object], times: int = 7) -> float:
    """Return the median time of several runs in milliseconds; a first run does not count."""
    action()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
