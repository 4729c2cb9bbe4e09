"""Collecting who follows and engages, and when followers are online."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from lambdas.analytics import keys
from lambdas.analytics.numbers import REASONS, labelled
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import Audience, Number, OnlineFollowers, Reason
from lambdas.analytics.source import Source
from lambdas.analytics.writer import Change
from lambdas.graph.errors import RequestRefused
from lambdas.graph.metric import Metric
from lambdas.graph.metric_sets import metric_sets


@dataclass
class AudienceCollector:
    """Reads one account's audience."""

    source: Source
    attempts: Attempts = field(default_factory=Attempts)

    def collect(self) -> Problem | None:
        """Read demographics and online hours."""
        self._read_demographics()
        self.attempts.run(self._read_online)
        return self.attempts.problem

    def _read_demographics(self) -> None:
        source, now = self.source, self.source.clock.now()
        followers, engaged = metric_sets()["demographics"]
        found: dict[str, dict[str, Metric]] = {}
        for breakdown in metric_sets()["demographic_breakdowns"]:
            self.attempts.run(partial(self._read_dimension, breakdown, found))
        if not found:
            return
        date = source.date_of(now).isoformat()
        audience = Audience(
            date=date,
            collected_at=now,
            followers=_dimensions(found, followers),
            engaged=_dimensions(found, engaged),
            missing=_missing(found),
        )
        source.write([Change(f"AUDIENCE#{date}", now, audience)])

    def _read_dimension(self, breakdown: str, found: dict[str, dict[str, Metric]]) -> None:
        found[breakdown] = self.source.account.insights.audience(breakdown)

    def _read_online(self) -> None:
        source, now = self.source, self.source.clock.now()
        try:
            days = source.account.insights.online_followers()
        except RequestRefused:
            # Instagram has none for accounts with fewer than 100 followers.
            return
        rows = [
            Change(
                keys.at("ONLINE", day.end_time),
                day.end_time,
                OnlineFollowers(end_time=day.end_time, collected_at=now, hours=dict(day.followers)),
            )
            for day in days
            if day.end_time and day.followers
        ]
        source.write(rows)


def _dimensions(found: dict[str, dict[str, Metric]], name: str) -> dict[str, dict[str, Number]]:
    read = {breakdown: labelled(metrics[name]) for breakdown, metrics in found.items()}
    return {breakdown: values for breakdown, values in read.items() if values}


def _missing(found: dict[str, dict[str, Metric]]) -> dict[str, Reason]:
    """Return why a metric has no values by any dimension: mostly too few people."""
    reasons: dict[str, Reason] = {}
    for metrics in found.values():
        for name, metric in metrics.items():
            if not metric.breakdowns:
                why = REASONS[metric.missing] if metric.missing else Reason.TOO_FEW_VIEWERS
                reasons[name] = Reason.TOO_FEW_VIEWERS if why is Reason.NOT_YET else why
    return reasons
