"""Insights of accounts: each metric has its own parameters, and windows have at most 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from local.graph.call import Answer, Call
from local.graph.errors import bad_parameter
from local.graph.metrics import (
    ACCOUNT,
    ACCOUNT_LEVEL,
    DEMOGRAPHICS,
    SERIES,
    TOTALS,
    made_up_number,
    metric_texts,
    requested_metrics,
    total_value,
    unknown_metric,
)
from local.graph.numbers import day_end, day_of, day_start, days_between
from local.graph.parameters import Parameters
from local.graph.records import EmulatedAccount
from local.graph.reported import DayReport, followers
from local.graph.timestamps import graph_time, time_parameter

MAX_WINDOW = timedelta(days=30)
MIN_FOLLOWERS = 100
DAY = timedelta(days=1)
METRIC_TYPES = ("default", "time_series", "total_value")
DEMOGRAPHIC_BREAKDOWNS = (["age"], ["gender"], ["country"], ["city"])
TIMEFRAMES = (
    "last_14_days", "last_30_days", "last_90_days", "prev_month", "this_month", "this_week",
)  # fmt: skip
ENGAGED_TIMEFRAMES = ("this_month", "this_week")


@dataclass(frozen=True)
class Query:
    """The parameters of a call."""

    account: EmulatedAccount
    now: datetime
    period: str
    start: datetime
    end: datetime
    metric_type: str
    breakdowns: list[str]
    timeframe: str | None

    @property
    def followers(self) -> int:
        """Return the followers that the account has now."""
        return followers(self.account, self.now)

    @property
    def days(self) -> DayReport | None:
        """Return the numbers of days; None if the account's numbers are made up."""
        live = self.account.live
        return DayReport(self.account, live, self.now) if live else None


def read(call: Call) -> Answer:
    """`GET /{ig-id}/insights`."""
    metrics = requested_metrics(call.params)
    known = ACCOUNT - call.state.refused_metrics[ACCOUNT_LEVEL]
    query = _query(call.account, call.params, call.state.now())
    if "online_followers" in metrics and len(metrics) > 1:
        raise bad_parameter("online_followers cannot be combined with other metrics")
    for index, name in enumerate(metrics):
        if name not in known:
            raise bad_parameter(unknown_metric(index, known))
    found = [entry for name in metrics if (entry := _entry(query, name)) is not None]
    node = call.account.id
    return {
        "data": [
            {**entry, "id": f"{node}/insights/{entry['name']}/{entry['period']}"} for entry in found
        ]
    }


def _query(account: EmulatedAccount, params: Parameters, now: datetime) -> Query:
    periods = params.words("period")
    if len(periods) != 1:
        raise bad_parameter("The parameter period is required, with one value")
    metric_type, timeframe = params.get("metric_type", "default"), params.get("timeframe")
    if metric_type not in METRIC_TYPES:
        raise bad_parameter(f"metric_type must be one of {', '.join(METRIC_TYPES)}")
    if timeframe is not None and timeframe not in TIMEFRAMES:
        raise bad_parameter(f"timeframe must be one of {', '.join(TIMEFRAMES)}")
    start, end = (
        time_parameter(params, "since") or now - DAY,
        time_parameter(params, "until") or now,
    )
    if end - start > MAX_WINDOW:
        raise bad_parameter("There cannot be more than 30 days (2592000 s) between since and until")
    if end <= start:
        raise bad_parameter("until must be after since")
    breakdowns = list(dict.fromkeys(params.words("breakdown")))
    return Query(account, now, periods[0], start, end, metric_type, breakdowns, timeframe)


def _entry(query: Query, name: str) -> dict[str, object] | None:
    """Return the entry of a metric; None if there is no data."""
    if name in DEMOGRAPHICS:
        return _demographics(query, name)
    if name == "online_followers":
        return _online_followers(query)
    if query.period != "day":
        raise bad_parameter(f"The period {query.period} is not available for {name}")
    if name == "follower_count":
        return _new_followers(query)
    if query.metric_type == "total_value":
        return _total(query, name)
    if name in SERIES:
        return _series(query, name)
    raise bad_parameter(
        f"The metric {name} should be specified with parameter metric_type=total_value"
    )


def _total(query: Query, name: str) -> dict[str, object] | None:
    for breakdown in query.breakdowns:
        if breakdown not in TOTALS[name]:
            raise bad_parameter(f"The breakdown {breakdown} is not available for {name}")
    days = query.days
    if days is None:
        total = total_value(made_up_number(query.account.id + name), query.breakdowns)
    elif name == "follows_and_unfollows":
        follows = _follows(query, days)
        if follows is None:
            return None
        total = follows
    else:
        value = days.total(name, query.start, query.end)
        if value is None:
            return None
        total = total_value(value, query.breakdowns)
    if name == "follows_and_unfollows":
        # The value is missing without the breakdown, and with it only the parts have one.
        del total["value"]
    return {"name": name, "period": "day", **metric_texts(name), "total_value": total}


def _follows(query: Query, days: DayReport) -> dict[str, object] | None:
    """Return the follows as those of `FOLLOWER`, and the unfollows as those of `NON_FOLLOWER`."""
    values = [days.total(name, query.start, query.end) for name in ("follows", "unfollows")]
    follows, unfollows = values
    if follows is None or unfollows is None or query.followers < MIN_FOLLOWERS:
        return None
    total = follows + unfollows
    return total_value(total, query.breakdowns, [follows, unfollows])


def _demographics(query: Query, name: str) -> dict[str, object]:
    if query.period != "lifetime" or query.metric_type != "total_value":
        raise bad_parameter(f"The metric {name} needs period=lifetime and metric_type=total_value")
    if query.breakdowns not in DEMOGRAPHIC_BREAKDOWNS:
        raise bad_parameter(f"The metric {name} needs a breakdown: age, gender, country or city")
    is_engaged = name == "engaged_audience_demographics"
    if is_engaged and query.timeframe not in (None, *ENGAGED_TIMEFRAMES):
        raise bad_parameter(f"The timeframe {query.timeframe} is not available for {name}")
    entry: dict[str, object] = {"name": name, "period": "lifetime", **metric_texts(name)}
    if query.followers < MIN_FOLLOWERS:
        nothing = {"dimension_keys": query.breakdowns, "results": []}
        return entry | {"total_value": {"breakdowns": [nothing]}}
    total = total_value(query.followers, query.breakdowns)
    del total["value"]
    return entry | {"total_value": total}


def _new_followers(query: Query) -> dict[str, object] | None:
    today = query.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if query.start < today - MAX_WINDOW or query.end > query.now:
        raise bad_parameter(
            "(follower_count) metric only supports querying data for the last 30 days"
            " excluding the current day"
        )
    if query.followers < MIN_FOLLOWERS:
        raise bad_parameter(
            f"follower_count is not available for accounts with fewer than {MIN_FOLLOWERS}"
            " followers"
        )
    return _series(query, "follower_count")


def _online_followers(query: Query) -> dict[str, object]:
    if query.period != "lifetime":
        raise bad_parameter("online_followers needs period=lifetime")
    end = day_start(day_of(query.now))
    has_data = query.followers >= MIN_FOLLOWERS
    hours = {str(hour): 40 + hour * 3 for hour in range(24)} if has_data else {}
    values = [
        {"value": hours, "end_time": graph_time(end - DAY)},
        {"value": {}, "end_time": graph_time(end)},
    ]
    return {
        "name": "online_followers",
        "period": "lifetime",
        "values": values,
        **metric_texts("online_followers"),
    }


def _series(query: Query, name: str) -> dict[str, object] | None:
    days = query.days
    if days is None:
        found = {
            day: made_up_number(f"{query.account.id}{name}{day_end(day):%F}") % 300
            for day in days_between(query.start, query.end)
        }
    else:
        found = days.series(name, query.start, query.end)
        if name == "follower_count":
            found = {day: count for day, count in found.items() if day_end(day) <= query.now}
        if not found:
            return None
    values = [{"value": found[day], "end_time": graph_time(day_end(day))} for day in found]
    return {"name": name, "period": "day", "values": values, **metric_texts(name)}
