"""Numbers about media and about the account.

Source: "Insights" in the platform's reference. An unknown number is None with a reason, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from lambdas.graph import parsing
from lambdas.graph.capability import Capability
from lambdas.graph.decoding import JsonObject
from lambdas.graph.errors import (
    Cause,
    ErrorReason,
    GraphError,
    NoData,
    PermissionMissing,
    RequestRefused,
)
from lambdas.graph.media import Media
from lambdas.graph.metric import HoursOnline, Metric, Missing
from lambdas.graph.metric_reader import MetricReader
from lambdas.graph.metric_sets import LearnedRefusals as LearnedRefusals
from lambdas.graph.metric_sets import metric_sets

HOUR = re.compile(r"\d{1,2}", re.ASCII)
MAX_WINDOW = timedelta(days=30)
NOT_ENOUGH_VIEWERS = 10
# The last 30 days. Source: "Account" in the platform's reference of insights.
THIS_MONTH = "this_month"


class Insights(MetricReader):
    """Reads numbers."""

    def of_media(self, media: Media, metrics: Iterable[str] | None = None) -> dict[str, Metric]:
        """Return the metrics of a media object, those of its product type unless named."""
        known: Mapping[str, list[str]] = metric_sets()["media"]
        # An unknown product type teaches nothing: the media may be of any.
        kind = media.product_type if media.product_type in known else None
        wanted = list(metrics or known[kind or "FEED"])
        accepted, unsupported = self._accepted(kind, wanted)
        return unsupported | self._media_metrics(media, kind, accepted, {})

    def media_breakdown(self, media: Media, metric: str) -> Metric:
        """Return a metric of a media object in its parts: `navigation`, `profile_activity`.

        Raises RequestRefused for any other metric.
        """
        breakdowns = metric_sets()["media_breakdowns"]
        if metric not in breakdowns:
            raise RequestRefused(Cause(edge="media_insights"), "the metric has no parts")
        query = {"breakdown": breakdowns[metric]}
        return self._media_metrics(media, None, [metric], query)[metric]

    def _media_metrics(
        self, media: Media, kind: str | None, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        try:
            return self._metrics(f"{media.id}/insights", "media_insights", kind, metrics, query)
        except NoData as error:
            few = error.reason is ErrorReason.TOO_FEW_VIEWERS
            missing = Missing.TOO_FEW_VIEWERS if few else Missing.BEFORE_BUSINESS_ACCOUNT
        except PermissionMissing as error:
            if not self._has_few_viewers(error):
                raise
            missing = Missing.TOO_FEW_VIEWERS
        return {name: Metric(name, missing=missing) for name in metrics}

    def _has_few_viewers(self, error: PermissionMissing) -> bool:
        """Return whether a refusal about a story means too few viewers, whatever its text says.

        Its code is that of a missing permission too. The difference is whether the same token may
        read the account's own numbers; that is asked once.
        """
        if error.cause.code != NOT_ENOUGH_VIEWERS:
            return False
        identity = self._caller.identity
        if identity not in self.learned.may_read:
            query = {"metric": "reach", "period": "day", "metric_type": "total_value"}
            try:
                self._account_insights("account_insights", query)
                self.learned.may_read[identity] = True
            except PermissionMissing:
                self.learned.may_read[identity] = False
            except RequestRefused:
                # Refused for another reason: the permission is there.
                self.learned.may_read[identity] = True
            except GraphError:
                # Unknown for now: what Meta said first holds.
                return False
        return self.learned.may_read[identity]

    def of_account(
        self,
        since: datetime,
        until: datetime,
        metrics: Iterable[str] | None = None,
        *,
        series: bool = False,
        breakdown: str | None = None,
    ) -> Iterator[tuple[datetime, datetime, dict[str, Metric]]]:
        """Iterate over `[since, until)` in windows of at most 30 days: start, end and metrics.

        The `reach` of windows must not be added up: it counts people.
        """
        kind, sets = "time_series" if series else "total_value", metric_sets()
        known = sets["account_breakdowns"][breakdown] if breakdown else sets["account"][kind]
        wanted = list(metrics or known)
        label = f"account {kind} {breakdown or ''}"
        for start, end in windows(since, until):
            query = _period(start, end) | {"metric_type": kind}
            query |= {"breakdown": breakdown} if breakdown else {}
            accepted, unsupported = self._accepted(label, wanted)
            found = self._account_metrics("account_insights", label, accepted, query)
            yield start, end, unsupported | found

    def new_followers(self, since: datetime, until: datetime) -> Metric:
        """Return new followers by day, for the last 30 days without today at most.

        Requested alone: with others it fails the call.
        """
        name = "follower_count"
        query = _period(since, until)
        return self._account_metrics("account_insights", name, [name], query)[name]

    def follows(
        self, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, datetime, Metric]]:
        """Iterate over follows and unfollows in windows; the API gives breakdowns only."""
        name = "follows_and_unfollows"
        for start, end, found in self.of_account(since, until, [name], breakdown="follow_type"):
            yield start, end, found[name]

    def online_followers(self) -> list[HoursOnline]:
        """Return when followers were online; empty for accounts with fewer than 100."""
        query = {"metric": "online_followers", "period": "lifetime"}
        raw = self._account_insights("online_followers", query)
        return [
            HoursOnline(_hours(day), parsing.moment(day, "end_time"))
            for entry in parsing.data(raw)
            for day in parsing.entries(entry.get("values"))
        ]

    def demographics(self, metric: str, breakdown: str, timeframe: str | None = None) -> Metric:
        """Return who follows, or who engaged, by `age`, `gender`, `country` or `city`."""
        query = {"period": "lifetime", "metric_type": "total_value", "breakdown": breakdown}
        query |= {"timeframe": timeframe} if timeframe else {}
        return self._account_metrics("demographics", metric, [metric], query)[metric]

    def audience(self, breakdown: str) -> dict[str, Metric]:
        """Return who follows and who engaged in the last 30 days, by a dimension.

        Both in one call; where that is refused, each in its own from then on.
        """
        followers, engaged = metric_sets()["demographics"]
        kind, together = "audience", "both"
        if self.learned.accepted(self._label(kind), [together]):
            query = {"period": "lifetime", "metric_type": "total_value", "breakdown": breakdown}
            try:
                fields = query | {"timeframe": THIS_MONTH}
                return self._read(
                    f"{self.account_id}/insights", "demographics", [followers, engaged], fields
                )
            except RequestRefused:
                self.learned.learn(self._label(kind), together)
        found = {}
        for name, timeframe in ((followers, None), (engaged, THIS_MONTH)):
            try:
                found[name] = self.demographics(name, breakdown, timeframe)
            except RequestRefused:
                found[name] = Metric(name, missing=Missing.NOT_SUPPORTED)
        return found

    def _account_metrics(
        self, edge: str, kind: str, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        return self._metrics(f"{self.account_id}/insights", edge, kind, metrics, query)

    def _account_insights(self, edge: str, query: Mapping[str, str]) -> JsonObject:
        return self._get(f"{self.account_id}/insights", edge, query, Capability.INSIGHTS)


def _period(since: datetime, until: datetime) -> dict[str, str]:
    return {
        "period": "day",
        "since": str(int(since.timestamp())),
        "until": str(int(until.timestamp())),
    }


def _hours(day: JsonObject) -> dict[int, float]:
    counts = parsing.mapping(day.get("value"))
    return {
        int(hour): count
        for hour in counts
        if HOUR.fullmatch(hour) and (count := parsing.amount(counts, hour)) is not None
    }


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Split `[since, until)` into windows of at most 30 days, the most one request may cover."""
    start = since.astimezone(UTC)
    while start < until:
        end = min(start + MAX_WINDOW, until.astimezone(UTC))
        yield start, end
        start = end
