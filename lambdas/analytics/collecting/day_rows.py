"""The stored days and windows of an account, as the collection completes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.instagram_days import next_midnight
from lambdas.analytics.records import AccountDay, Window
from lambdas.analytics.writer import Change
from lambdas.graph.metric import Point


@dataclass(frozen=True)
class DayRows:
    """Reads and writes the days and windows of one account."""

    source: Source

    def days_since(self, since: datetime) -> dict[datetime, AccountDay]:
        """Return the stored days up to today, by their end."""
        until = next_midnight(self.source.clock.now()) + timedelta(seconds=1)
        days = self.source.reader.days(self.source.account_id, since, until)
        return {day.end_time: day for day in days}

    def store_series(self, now: datetime, name: str, points: Iterable[Point]) -> None:
        """Store one number of each day of a series."""
        days = {point.end_time: {name: point.value} for point in points if point.end_time}
        self.store_days(now, days)

    def store_days(self, now: datetime, days: Mapping[datetime, Mapping[str, object]]) -> None:
        """Store numbers of days; what a day already has and did not get again stays."""
        if not days:
            return
        source = self.source
        until = max(days) + timedelta(seconds=1)
        known = {
            day.end_time: day for day in source.reader.days(source.account_id, min(days), until)
        }
        rows = []
        for end, numbers in days.items():
            day = known.get(end, AccountDay(end_time=end, collected_at=now))
            got = {name: value for name, value in numbers.items() if value is not None}
            if isinstance(totals := got.get("totals"), dict):
                got["totals"] = {**day.totals, **totals}
            if got:
                day = msgspec.structs.replace(day, collected_at=now, **got)
                rows.append(Change(keys.at("DAY", end), end, day))
        source.write(rows)

    def window(self, start: datetime, end: datetime) -> Window:
        """Return a window as it is stored, or an empty one."""
        source = self.source
        until = start + timedelta(seconds=1)
        known = source.reader.windows(source.account_id, start, until)
        fresh = Window(start=start, end=end, collected_at=source.clock.now())
        return next((one for one in known if one.end == end), fresh)

    def store_window(self, window: Window) -> None:
        """Store a window."""
        self.source.write([Change(keys.window(window.start, window.end), window.end, window)])
