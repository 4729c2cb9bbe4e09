"""The report over a range of dates, computed in one pass from stored rows. It reads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from lambdas.analytics.answering.account_days import AccountRange, net
from lambdas.analytics.answering.coverage import Facts, posts_were_read
from lambdas.analytics.answering.dates import Dates
from lambdas.analytics.answering.measures import Measures, Sums
from lambdas.analytics.answering.post_view import MeasuredPost, PostViews, kind_of, ranked
from lambdas.analytics.answering.totals import group_json, month_json, profile_json, totals_json
from lambdas.analytics.answering.views import (
    AccountInsightsJson,
    DailySeriesJson,
    DailyValueJson,
    GroupJson,
    MonthJson,
    ReportJson,
    TopPostsJson,
)
from lambdas.analytics.instagram_days import date_of_day
from lambdas.analytics.records import AccountDay, AccountState, Number

TOP = 5
MAX_POSTS = 500
WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
END_TIME = "%Y-%m-%dT%H:%M:%S+0000"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a request asks for; `max_posts` are listed, all are counted."""

    min_reach: int = 100
    max_posts: int = MAX_POSTS


@dataclass(frozen=True, kw_only=True)
class Report:
    """A range of an account. `posts` are newest first; `first_day` and `last_day` ever stored."""

    account_id: str
    state: AccountState | None
    posts: Sequence[MeasuredPost]
    account: AccountRange
    views: PostViews
    first_day: AccountDay | None = None
    last_day: AccountDay | None = None

    @property
    def dates(self) -> Dates:
        """Return the range."""
        return self.account.dates

    def to_json(
        self, options: Options, cursor_after: Callable[[MeasuredPost], str | None]
    ) -> ReportJson:
        """Return the report; `cursor_after` makes the cursor that continues after a post."""
        posts, shown = self.posts, self.posts[: options.max_posts]
        more = len(shown) < len(posts)
        return ReportJson(
            account=profile_json(self.account_id, self.state),
            since=self.dates.since.isoformat(),
            until=self.dates.until.isoformat(),
            time_zone=self.dates.zone.key,
            totals=totals_json(self.sums, self.account),
            account_insights=_account_insights(self.account.days.values()),
            monthly=self.monthly(),
            media_type_breakdown=self._by_kind(),
            weekday_breakdown=_in_order(
                self._breakdown(lambda one: WEEKDAYS[one.local.isoweekday() % 7]), WEEKDAYS
            ),
            hour_breakdown=sorted(
                self._breakdown(lambda one: f"{one.local.hour:02}:00"), key=lambda one: one.key
            ),
            top_posts=TopPostsJson(
                *(
                    [self.views.of(one) for one in ranked(posts, name, options.min_reach)[:TOP]]
                    for name in ("reach", "engagementRateByReach", "saved", "shares")
                )
            ),
            posts=[self.views.of(one) for one in shown],
            posts_cursor=cursor_after(shown[-1]) if more else None,
            fetched_at=self._fetched_at,
        )

    @property
    def sums(self) -> Sums:
        """Return the sums over all posts; no posts are nothing known until all were read once."""
        measures = [one.measures for one in self.posts]
        return Sums.of(measures, complete=posts_were_read(self.state))

    def facts(self, shown: int) -> Facts:
        """Return what the report knows about its gaps, if `shown` posts are listed."""
        zone, first, last = self.dates.zone, self.first_day, self.last_day
        since = date_of_day(first.end_time, zone) if first else None
        no_follows = self.account.net_followers is None
        return msgspec.structs.replace(
            post_facts(self.posts, self.views),
            first_day=since,
            last_day=date_of_day(last.end_time, zone) if last else None,
            days_missing=self._missing_since(since, lambda day: day.reach),
            follows_missing=(len(self.account.without(net)) or None) if no_follows else None,
            new_followers_missing=self._missing_since(since, lambda day: day.new_followers),
            shown=min(shown, len(self.posts)),
        )

    def _missing_since(
        self, since: date | None, number: Callable[[AccountDay], Number | None]
    ) -> int:
        """Return of how many dates a number is not known; those before `since` are not counted."""
        return sum(since is None or at >= since for at in self.account.without(number))

    @property
    def _fetched_at(self) -> int | None:
        posts = (one.post.collected_at for one in self.posts)
        profile = self.state.profile if self.state else None
        read = [profile.read_at] if profile else []
        return fetched_at([*posts, *self.account.collected_at, *read])

    def _grouped(self, key: Callable[[MeasuredPost], str]) -> Mapping[str, list[Measures]]:
        groups: dict[str, list[Measures]] = {}
        for one in self.posts:
            groups.setdefault(key(one), []).append(one.measures)
        return groups

    def monthly(self) -> list[MonthJson]:
        """Return the posts by month, oldest first."""
        groups = self._grouped(lambda one: f"{one.local.year}-{one.local.month:02}")
        return [month_json(month, Sums.of(group)) for month, group in sorted(groups.items())]

    def _breakdown(self, key: Callable[[MeasuredPost], str]) -> list[GroupJson]:
        return [group_json(name, Sums.of(group)) for name, group in self._grouped(key).items()]

    def _by_kind(self) -> list[GroupJson]:
        """Return the kinds by average reach, highest first; unknown averages last."""
        groups = self._breakdown(lambda one: kind_of(one.post))
        return sorted(
            groups,
            key=lambda one: (
                one.avg_reach_per_post is None,
                -(one.avg_reach_per_post or 0),
                one.key,
            ),
        )


def post_facts(posts: Sequence[MeasuredPost], views: PostViews) -> Facts:
    """Return what is known about the gaps in the numbers of listed posts."""
    gaps = [set(views.unknown_base(one.post).values()) for one in posts]
    return Facts(
        posts=len(posts),
        shown=len(posts),
        incomplete_posts=sum(bool(reasons) for reasons in gaps),
        numbers_missing=dict(Counter(reason for reasons in gaps for reason in reasons)),
    )


def fetched_at(times: Iterable[datetime | None]) -> int | None:
    """Return the oldest of the times at which numbers were collected, in epoch milliseconds."""
    found = min((time for time in times if time), default=None)
    return round(found.timestamp() * 1000) if found else None


def _in_order(groups: Iterable[GroupJson], order: Sequence[str]) -> list[GroupJson]:
    return sorted(groups, key=lambda one: order.index(one.key))


def _account_insights(days: Iterable[AccountDay]) -> AccountInsightsJson:
    """Return the stored series in the Graph API's shape."""
    known = list(days)
    return AccountInsightsJson(
        _series("reach", [(day.reach, day.end_time) for day in known]),
        _series("follower_count", [(day.new_followers, day.end_time) for day in known]),
    )


def _series(
    name: str, values: Iterable[tuple[int | float | None, datetime]]
) -> list[DailySeriesJson]:
    found = [
        DailyValueJson(value, end.strftime(END_TIME)) for value, end in values if value is not None
    ]
    return [DailySeriesJson(name, "day", found)] if found else []
