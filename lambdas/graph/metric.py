"""A metric: a number, a series, its parts, or the reason why there is none."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lambdas.graph import parsing
from lambdas.graph.decoding import JsonObject


class Missing(enum.StrEnum):
    """Why a metric has no value."""

    BEFORE_BUSINESS_ACCOUNT = "before_business_account"
    """The media is older than the professional account, for good."""
    TOO_FEW_VIEWERS = "too_few_viewers"
    NOT_SUPPORTED = "not_supported"
    NOT_TOLD = "not_told"
    """The answer holds the metric without a value, or not at all."""


@dataclass(frozen=True)
class Breakdown:
    """A part of a total: the dimensions' values (`("post",)`), in lower case, and its number.

    `labels` are the values as Meta writes them.
    """

    values: tuple[str, ...]
    value: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """One value of a time series. `end_time` is the end of the account's own day, in UTC."""

    value: float
    end_time: datetime | None


@dataclass(frozen=True)
class HoursOnline:
    """The followers online in each hour of a day, by the hour's number; empty if unknown."""

    followers: Mapping[int, float]
    end_time: datetime | None


@dataclass(frozen=True)
class Metric:
    """A metric. `value` is None if there is none, and `missing` says why."""

    name: str
    value: float | None = None
    missing: Missing | None = None
    breakdowns: tuple[Breakdown, ...] = ()
    points: tuple[Point, ...] = ()


# Instagram has some 45 parts of a metric, and short names. A row holds 400 KB.
MAX_PARTS, MAX_LABEL, MAX_NAME = 1000, 100, 100


def metric_of(raw: JsonObject) -> Metric:
    """Return one metric of an answer, in any of its three shapes."""
    total = parsing.mapping(raw.get("total_value"))
    points = tuple(
        Point(value, parsing.moment(entry, "end_time"))
        for entry in parsing.entries(raw.get("values"))
        if (value := parsing.amount(entry, "value")) is not None
    )
    value = parsing.amount(total, "value") if total else None
    is_single = len(points) == 1 and (raw.get("period") == "lifetime" or points[0].end_time is None)
    if value is None and is_single:
        value = points[0].value
    breakdowns = tuple(islice(_breakdowns(total), MAX_PARTS))
    is_known = value is not None or points or breakdowns
    missing = None if is_known else Missing.NOT_TOLD
    return Metric(str(raw.get("name"))[:MAX_NAME], value, missing, breakdowns, points)


def _breakdowns(total: JsonObject) -> Iterator[Breakdown]:
    for block in parsing.entries(total.get("breakdowns")):
        keys = parsing.words(block, "dimension_keys")
        for result in parsing.entries(block.get("results")):
            value = parsing.amount(result, "value")
            dimensions = zip(keys, parsing.words(result, "dimension_values"), strict=False)
            # A leading timeframe is no dimension.
            labels = tuple(one for key, one in dimensions if key != "timeframe")
            if value is not None and labels and max(map(len, labels)) <= MAX_LABEL:
                yield Breakdown(tuple(label.lower() for label in labels), value, labels)
