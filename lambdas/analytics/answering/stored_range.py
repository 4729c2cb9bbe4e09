"""The stored rows that a range's report is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lambdas.analytics.answering.account_days import AccountRange, fitting, merged
from lambdas.analytics.answering.coverage import reason_for_unknown
from lambdas.analytics.answering.dates import ONE, Dates, closed_dates, start_of
from lambdas.analytics.answering.post_view import PostViews, measured_posts
from lambdas.analytics.answering.report import Report
from lambdas.analytics.instagram_days import HALF_A_DAY
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountDay, AccountState, Post, Unit, Window


@dataclass(frozen=True, kw_only=True)
class StoredRange:
    """The rows of an account that belong to a range; posts are oldest first.

    `first_day` and `last_day` are the oldest and newest of all stored days.
    """

    posts: Sequence[Post] = ()
    days: Sequence[AccountDay] = ()
    windows: Sequence[Window] = ()
    first_day: AccountDay | None = None
    last_day: AccountDay | None = None

    @classmethod
    def read(cls, reader: NumbersReader, account_id: str, dates: Dates) -> StoredRange:
        """Read the rows of a range."""
        found = cls.read_days(reader, account_id, dates)
        return replace(found, posts=reader.posts(account_id, dates.starts_at, dates.ends_at))

    @classmethod
    def read_days(cls, reader: NumbersReader, account_id: str, dates: Dates) -> StoredRange:
        """Read the rows of the account itself in a range."""
        # A day's row is named by its end, half a day after its middle; a window's by its start.
        ends = dates.starts_at + HALF_A_DAY, dates.ends_at + HALF_A_DAY
        first = dates.starts_at - HALF_A_DAY, start_of(dates.since + ONE, dates.zone) - HALF_A_DAY
        return cls(
            days=reader.days(account_id, *ends),
            windows=reader.windows(account_id, *first),
            first_day=reader.first_day(account_id),
            last_day=reader.last_day(account_id),
        )

    def account(self, dates: Dates, now: datetime) -> AccountRange:
        """Return what is known about the account itself."""
        return AccountRange(
            dates,
            merged(self.days, dates.zone),
            fitting(self.windows, dates),
            closed_dates(dates, now),
        )

    def report(
        self, account_id: str, state: AccountState | None, dates: Dates, now: datetime
    ) -> Report:
        """Return the report of the range."""
        return Report(
            account_id=account_id,
            state=state,
            posts=measured_posts(self.posts, dates.zone),
            account=self.account(dates, now),
            views=PostViews(now, reason_for_unknown(state, Unit.POSTS)),
            first_day=self.first_day,
            last_day=self.last_day,
        )
