"""Collecting the account's own numbers: profile, days, and totals of windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial

import msgspec

from lambdas.analytics.collecting.day_rows import DayRows
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.instagram_days import (
    MAX_WINDOW,
    PACIFIC,
    closed_days,
    last_midnight,
    midnight,
    next_midnight,
    windows_before,
)
from lambdas.analytics.numbers import parts
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import AccountDay, Number, Profile
from lambdas.graph.errors import RequestRefused
from lambdas.graph.metric import Metric
from lambdas.graph.profile import Profile as ReadProfile

# What Instagram keeps of an account's numbers, less a day of caution.
KEPT_DAYS = 89
WINDOW_DAYS = 30
# Numbers may change for 48 hours after a day has ended: these days are asked again.
UNSETTLED_DAYS = 3
TRAILING = (7, WINDOW_DAYS)
# Calls for days that lack something, in one run.
MAX_REPAIRED = 2


@dataclass
class DayCollector:
    """Reads one account's days; one part that fails stops no other."""

    source: Source
    attempts: Attempts = field(default_factory=Attempts)

    @cached_property
    def rows(self) -> DayRows:
        """Return the account's stored days and windows."""
        return DayRows(self.source)

    def collect(self) -> Problem | None:
        """Read profile, series, windows, and what closed days still lack."""
        now = self.source.clock.now()
        known = self.rows.days_since(last_midnight(now, KEPT_DAYS))
        is_first = not any(day.reach is not None for day in known.values())
        run = self.attempts.run
        run(partial(self._read_profile, now))
        run(partial(self._read_reach, now, KEPT_DAYS if is_first else self._gap(known, now)))
        run(partial(self._read_new_followers, now))
        for days in TRAILING:
            start, end = next(windows_before(now, days))
            run(partial(self._read_window, start, end))
        run(partial(self._read_last_month, now))
        self._read_past(now)
        self._complete_days(now)
        return self.attempts.problem

    def _gap(self, known: dict[datetime, AccountDay], now: datetime) -> int:
        """Return how many closed days back the series is read: past the oldest unknown one."""
        ends = list(closed_days(now, KEPT_DAYS))
        oldest = min(known)
        missing = [
            number
            for number, end in enumerate(ends)
            if end > oldest and (end not in known or known[end].reach is None)
        ]
        return max([UNSETTLED_DAYS, *(number + 1 for number in missing)])

    def _read_profile(self, now: datetime) -> None:
        read = self.source.account.library.profile()
        self.source.writer.write_profile(_profile(read, now))
        if read.followers_count is not None:
            self.rows.store_days(now, {next_midnight(now): {"followers": read.followers_count}})

    def _read_reach(self, now: datetime, days: int) -> None:
        """Read the reach of each day, and of today so far."""
        since, until = last_midnight(now, days), next_midnight(now)
        insights = self.source.account.insights
        for start, end, found in insights.of_account(since, until, ["reach"], series=True):
            del start, end
            self.rows.store_series(now, "reach", found["reach"].points)

    def _read_new_followers(self, now: datetime) -> None:
        since, until = next(windows_before(now, WINDOW_DAYS))
        try:
            found = self.source.account.insights.new_followers(since, until)
        except RequestRefused:
            # Instagram has none for accounts with fewer than 100 followers.
            return
        self.rows.store_series(now, "new_followers", found.points)

    def _read_window(self, start: datetime, end: datetime) -> None:
        """Read the totals of a window of at most 30 days."""
        now = self.source.clock.now()
        known = self.rows.window(start, end)
        for _, _, found in self.source.account.insights.of_account(start, end):
            totals = {**known.totals, **_totals(found.values())}
            self.rows.store_window(
                msgspec.structs.replace(known, totals=totals, totals_asked_at=now, collected_at=now)
            )

    def _read_last_month(self, now: datetime) -> None:
        """Read the total of a month that has just ended, where one window covers it."""
        first = now.astimezone(PACIFIC).date().replace(day=1)
        start, end = midnight((first - timedelta(days=1)).replace(day=1)), midnight(first)
        is_new = now - end < timedelta(days=UNSETTLED_DAYS)
        if is_new and end - start <= MAX_WINDOW:
            self._read_window(start, end)

    def _read_past(self, now: datetime) -> None:
        """Read what Instagram keeps of the time before the account's first collection.

        Each window is read until it was answered once, however many runs that takes.
        """
        state = self.source.state
        first = state.first_collected_at if state and state.first_collected_at else now
        for start, end in windows_before(first, KEPT_DAYS):
            if start < last_midnight(now, KEPT_DAYS):
                return
            known = self.rows.window(start, end)
            if known.totals_asked_at is None:
                self.attempts.run(partial(self._read_window, start, end))
            if known.follows_asked_at is None:
                self.attempts.run(partial(self._read_follows, start, end))

    def _read_follows(self, start: datetime, end: datetime) -> None:
        now, known = self.source.clock.now(), self.rows.window(start, end)
        for _, _, found in self.source.account.insights.follows(start, end):
            gained, lost = _follows(found)
            self.rows.store_window(
                msgspec.structs.replace(
                    known,
                    follows=known.follows if gained is None else gained,
                    unfollows=known.unfollows if lost is None else lost,
                    follows_asked_at=now,
                    collected_at=now,
                )
            )

    def _complete_days(self, now: datetime) -> None:
        """Read totals and follows of closed days that lack them, the oldest first."""
        state = self.source.state
        first = state.first_collected_at if state and state.first_collected_at else now
        oldest = max(last_midnight(first, 2), last_midnight(now, KEPT_DAYS))
        known = self.rows.days_since(last_midnight(now, KEPT_DAYS))
        days = [
            known.get(end, AccountDay(end_time=end, collected_at=now))
            for end in closed_days(now, KEPT_DAYS)
            if end > oldest
        ]
        days.reverse()
        without_totals = [
            day for day in days if not day.totals and _may_come(day, day.totals_asked_at)
        ]
        without_follows = [
            day for day in days if day.follows is None and _may_come(day, day.follows_asked_at)
        ]
        for day in without_totals[:MAX_REPAIRED]:
            self.attempts.run(partial(self._read_totals, day.end_time))
        for day in without_follows[:MAX_REPAIRED]:
            self.attempts.run(partial(self._read_day_follows, day.end_time))

    def _read_totals(self, end: datetime) -> None:
        now = self.source.clock.now()
        for _, _, found in self.source.account.insights.of_account(_day_before(end), end):
            totals = _totals(found.values())
            self.rows.store_days(now, {end: {"totals": totals, "totals_asked_at": now}})

    def _read_day_follows(self, end: datetime) -> None:
        now = self.source.clock.now()
        for _, _, found in self.source.account.insights.follows(_day_before(end), end):
            gained, lost = _follows(found)
            changes = {"follows": gained, "unfollows": lost, "follows_asked_at": now}
            self.rows.store_days(now, {end: changes})


def _day_before(end: datetime) -> datetime:
    return midnight(end.astimezone(PACIFIC).date() - timedelta(days=1))


def _totals(found: Iterable[Metric]) -> dict[str, Number]:
    return {metric.name: metric.value for metric in found if metric.value is not None}


def _follows(metric: Metric) -> tuple[Number | None, Number | None]:
    """Return follows and unfollows: Instagram names them by who follows after the change."""
    found = parts(metric)
    return found.get("follower"), found.get("non_follower")


def _may_come(day: AccountDay, asked_at: datetime | None) -> bool:
    """Return whether Instagram may not have had a number yet when it was last asked for it."""
    return asked_at is None or asked_at < day.end_time + timedelta(days=UNSETTLED_DAYS)


def _profile(read: ReadProfile, now: datetime) -> Profile:
    return Profile(
        read_at=now,
        user_id=read.user_id,
        username=read.username,
        name=read.name,
        account_type=read.account_type,
        profile_picture_url=read.profile_picture_url,
        followers_count=read.followers_count,
        follows_count=read.follows_count,
        media_count=read.media_count,
        biography=read.biography,
        website=read.website,
    )
