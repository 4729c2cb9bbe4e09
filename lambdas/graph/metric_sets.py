"""Which metrics exist for what, from `metrics.json`, and which of them Meta has refused."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@functools.cache
def metric_sets() -> Mapping[str, Any]:
    """Return the metrics by product type and kind."""
    sets: Mapping[str, Any] = json.loads((Path(__file__).parent / "metrics.json").read_text())
    return sets


@dataclass
class LearnedRefusals:
    """Which metrics were refused for which product type, for all accounts of an app and version."""

    refused: dict[str, set[str]] = field(default_factory=dict)
    may_read: dict[str, bool] = field(default_factory=dict)
    """Which tokens may read an account's numbers at all."""
    unexpanded: set[str] = field(default_factory=set)
    """Edges whose pages were refused together with their numbers although each number alone was
    not."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one caller that finds out which metric is refused."""

    def accepted(self, kind: str | None, metrics: Iterable[str]) -> list[str]:
        """Return those that were not refused so far."""
        refused = self.refused.get(kind, set()) if kind is not None else set()
        return [metric for metric in metrics if metric not in refused]

    def learn(self, kind: str | None, metric: str) -> None:
        """Remember a refusal, unless it concerns one media object alone."""
        if kind is not None and metric not in metric_sets()["depends_on_sharing"]:
            self.refused.setdefault(kind, set()).add(metric)
