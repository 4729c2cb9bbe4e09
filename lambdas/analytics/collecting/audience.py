"""Collecting who follows and engages, and when followers are online."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.numbers import labelled
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import Audience, Number, OnlineFollowers, Reason
from lambdas.analytics.writer import Change
from lambdas.graph.errors import RequestRefused
from lambdas.graph.metric import Metric, Missing
from lambdas.graph.metric_sets import metric_sets

# Instagram gives demographics from so many followers, or people who engaged, on.
MIN_PEOPLE = 100


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
        known = next(iter(source.reader.audiences(source.account_id, date, date)), None)
        audience = Audience(
            date=date,
            collected_at=now,
            # What the day already has and did not get again stays.
            followers={**(known.followers if known else {}), **_dimensions(found, followers)},
            engaged={**(known.engaged if known else {}), **_dimensions(found, engaged)},
        )
        names = [
            name
            for name, parts in ((followers, audience.followers), (engaged, audience.engaged))
            if not parts
        ]
        if known and len(names) == len((followers, engaged)):
            return
        missing = {name: self._reason(found, name) for name in names}
        source.write(
            [Change(f"AUDIENCE#{date}", now, msgspec.structs.replace(audience, missing=missing))]
        )

    def _reason(self, found: dict[str, dict[str, Metric]], name: str) -> Reason:
        """Return why a metric has no values by any dimension."""
        reasons = {metrics[name].missing for metrics in found.values() if name in metrics}
        if Missing.NOT_SUPPORTED in reasons:
            return Reason.NOT_SUPPORTED
        profile = self.source.state.profile if self.source.state else None
        count = profile.followers_count if profile else None
        is_small = count is not None and count < MIN_PEOPLE
        return Reason.TOO_FEW_VIEWERS if is_small else Reason.NOT_YET

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
    read = {key: labelled(metrics[name]) for key, metrics in found.items() if name in metrics}
    return {breakdown: values for breakdown, values in read.items() if values}
