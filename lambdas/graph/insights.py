"""Numbers about media and about the account.

Source: "Insights" in the platform's reference. One bad metric fails a whole request, so that what an account's product types refuse is
learned and not asked again; what is not told is None with a reason, and never 0.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.caller import Caller
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, GraphError, NoData, PermissionMissing, RequestRefused
from lambdas.graph.login_type import Addresses, LoginType
from lambdas.graph.media import Media
from lambdas.graph.metric import HoursOnline, Metric, metric_of

HOUR = re.compile(r"\d{1,2}", re.ASCII)
MAX_WINDOW = timedelta(days=30)
NOT_ENOUGH_VIEWERS = 10
UNSUPPORTED = 100
# "facebook_views is not applicable": the media is not shared there.
NOT_SHARED = 2207086


@dataclass
class LearnedRefusals:
    """Which metrics were refused for which product type. Hand the same one to every account of the app and version."""

    refused: dict[str, set[str]] = field(default_factory=dict)
    may_read: dict[str, bool] = field(default_factory=dict)
    """Which tokens may read an account's numbers at all."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one of many who finds out which metric is refused."""

    def accepted(self, kind: str | None, metrics: Iterable[str]) -> list[str]:
        """Those that were not refused so far."""
        return [
            metric
            for metric in metrics
            if kind is None or metric not in self.refused.get(kind, set())
        ]

    def learn(self, kind: str | None, metric: str) -> None:
        """Remembers a refusal, unless it says something of the one media object alone."""
        if kind is not None and metric not in metric_sets()["depends_on_sharing"]:
            self.refused.setdefault(kind, set()).add(metric)


@functools.cache
def metric_sets() -> Mapping[str, Any]:
    """The metrics by product type and kind, from `metrics.json`."""
    sets: Mapping[str, Any] = json.loads((Path(__file__).parent / "metrics.json").read_text())
    return sets


class Insights(Edges):
    """Reads numbers. `learned` is shared by whoever should not repeat what was refused."""

    def __init__(
        self,
        login_type: LoginType,
        addresses: Addresses,
        caller: Caller,
        account_id: str,
        proof: str | None,
        learned: LearnedRefusals,
    ) -> None:
        super().__init__(login_type, addresses, caller, account_id, proof)
        self.learned = learned

    def of_media(self, media: Media, metrics: Iterable[str] | None = None) -> dict[str, Metric]:
        """The metrics of a media object, those of its product type unless named."""
        known: Mapping[str, list[str]] = metric_sets()["media"]
        wanted = list(metrics or known.get(media.product_type or "", known["FEED"]))
        # Of media whose type is not told, or is none of those, nothing is learned: they may be of any.
        kind = media.product_type if media.product_type in known else None
        asked = self.learned.accepted(self._label(kind), wanted)
        found = {
            name: Metric(name, missing="not_supported") for name in wanted if name not in asked
        }
        try:
            found |= self._asked(f"{media.id}/insights", "media_insights", kind, asked, {})
        except NoData:
            found |= {name: Metric(name, missing="no_data") for name in asked}
        except PermissionMissing as error:
            if not self._few_viewers(error):
                raise
            found |= {name: Metric(name, missing="no_data") for name in asked}
        return found

    def media_breakdown(self, media: Media, metric: str) -> Metric:
        """A metric of a media object in its parts: `navigation` of stories, `profile_activity`. Any other is refused."""
        if metric not in metric_sets()["media_breakdowns"]:
            raise RequestRefused(Cause(edge="media_insights"), "the metric has no parts")
        query = {"breakdown": metric_sets()["media_breakdowns"][metric]}
        try:
            return self._asked(f"{media.id}/insights", "media_insights", None, [metric], query)[
                metric
            ]
        except NoData:
            return Metric(metric, missing="no_data")
        except PermissionMissing as error:
            if not self._few_viewers(error):
                raise
            return Metric(metric, missing="no_data")

    def _few_viewers(self, error: PermissionMissing) -> bool:
        """Whether a refusal about a story means too few viewers: the code is that of a missing permission too.

        What tells them apart is whether the same token may read the account's own numbers; that is asked once.
        """
        if error.cause.code != NOT_ENOUGH_VIEWERS:
            return False
        who = self._caller.who
        if who not in self.learned.may_read:
            query = {"metric": "reach", "period": "day", "metric_type": "total_value"}
            try:
                self._get(f"{self.account_id}/insights", "account_insights", query, "insights")
                self.learned.may_read[who] = True
            except PermissionMissing:
                self.learned.may_read[who] = False
            except GraphError:
                # Nobody can tell now: what Meta said first stands.
                return False
        return self.learned.may_read[who]

    def of_account(
        self,
        since: datetime,
        until: datetime,
        metrics: Iterable[str] | None = None,
        *,
        series: bool = False,
        breakdown: str | None = None,
    ) -> Iterator[tuple[datetime, datetime, dict[str, Metric]]]:
        """The account's metrics over `[since, until)` in windows of at most 30 days: start, end and metrics of each.

        `reach` of windows must not be added up: it counts people.
        """
        kind = "time_series" if series else "total_value"
        wanted = list(
            metrics
            or (
                metric_sets()["account_breakdowns"][breakdown]
                if breakdown
                else metric_sets()["account"][kind]
            )
        )
        for start, end in windows(since, until):
            query = {
                "period": "day",
                "since": str(int(start.timestamp())),
                "until": str(int(end.timestamp())),
            }
            query |= {"metric_type": kind} | ({"breakdown": breakdown} if breakdown else {})
            label = f"account {kind} {breakdown or ''}"
            asked = self.learned.accepted(self._label(label), wanted)
            found = {
                name: Metric(name, missing="not_supported") for name in wanted if name not in asked
            }
            yield (
                start,
                end,
                found
                | self._asked(
                    f"{self.account_id}/insights", "account_insights", label, asked, query
                ),
            )

    def new_followers(self, since: datetime, until: datetime) -> Metric:
        """New followers for each day: the last 30 days without today at most, and asked for alone, since elsewhere it fails the call."""
        query = {
            "period": "day",
            "since": str(int(since.timestamp())),
            "until": str(int(until.timestamp())),
        }
        return self._asked(
            f"{self.account_id}/insights",
            "account_insights",
            "follower_count",
            ["follower_count"],
            query,
        )["follower_count"]

    def follows(
        self, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, datetime, Metric]]:
        """Follows and unfollows over `[since, until)`, in windows, as breakdowns: without one the API tells no value."""
        for start, end, found in self.of_account(
            since, until, ["follows_and_unfollows"], breakdown="follow_type"
        ):
            yield start, end, found["follows_and_unfollows"]

    def online_followers(self) -> list[HoursOnline]:
        """When followers were online, for each of the last days; empty for accounts with fewer than 100."""
        raw = self._get(
            f"{self.account_id}/insights",
            "online_followers",
            {"metric": "online_followers", "period": "lifetime"},
            "insights",
        )
        return [
            HoursOnline(
                {
                    int(hour): count
                    for hour, count in parsing.mapping(day.get("value")).items()
                    if HOUR.fullmatch(hour) and _is_number(count)
                },
                parsing.moment(day, "end_time"),
            )
            for entry in parsing.data(raw)
            for day in parsing.entries(entry.get("values"))
        ]

    def demographics(self, metric: str, breakdown: str, timeframe: str | None = None) -> Metric:
        """Who follows, or who engaged, by `age`, `gender`, `country` or `city`."""
        query = {"period": "lifetime", "metric_type": "total_value", "breakdown": breakdown}
        query |= {"timeframe": timeframe} if timeframe else {}
        return self._asked(f"{self.account_id}/insights", "demographics", metric, [metric], query)[
            metric
        ]

    def _asked(
        self, path: str, edge: str, kind: str | None, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        """The metrics in one request, or, if one of them is refused, each by itself."""
        if not metrics:
            return {}
        try:
            return self._read(path, edge, metrics, query)
        except RequestRefused as error:
            # A request with one metric cannot tell whether the metric is wrong or the request.
            if not _is_about_metrics(error) or len(metrics) == 1:
                raise
        with self.learned.lock:
            left = self.learned.accepted(self._label(kind), metrics)
            if left and left != metrics:
                # Somebody else has found out meanwhile.
                return self._read(path, edge, left, query) | {
                    name: _unsupported(name) for name in metrics if name not in left
                }
            return self._one_by_one(path, edge, kind, metrics, query)

    def _one_by_one(
        self, path: str, edge: str, kind: str | None, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        found: dict[str, Metric] = {}
        refusal: RequestRefused | None = None
        for name in metrics:
            try:
                found |= self._read(path, edge, [name], query)
            except RequestRefused as error:
                if not _is_about_metrics(error):
                    raise
                refusal = error
        if refusal and not found:
            # Not the metrics but the request itself is wrong: nothing may be learned from that.
            raise refusal
        refused = [name for name in metrics if name not in found]
        for name in refused:
            self.learned.learn(self._label(kind), name)
        return found | {name: _unsupported(name) for name in refused}

    def _label(self, kind: str | None) -> str | None:
        """What a refusal holds for: the other login type, or another version, may take the metric."""
        return kind and f"{self.login_type.name} {self._addresses.version} {kind}"

    def _read(
        self, path: str, edge: str, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        raw = self._get(path, edge, {**query, "metric": ",".join(metrics)}, "insights")
        told = {str(entry.get("name")): metric_of(entry) for entry in parsing.data(raw)}
        return {name: told.get(name, Metric(name, missing="not_told")) for name in metrics}


def _unsupported(name: str) -> Metric:
    return Metric(name, missing="not_supported")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_about_metrics(error: RequestRefused) -> bool:
    return error.cause.code == UNSUPPORTED and error.cause.subcode in (None, NOT_SHARED)


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """`[since, until)` in parts of at most 30 days, which is the most that one request may ask for."""
    start = since.astimezone(UTC)
    while start < until:
        end = min(start + MAX_WINDOW, until.astimezone(UTC))
        yield start, end
        start = end
