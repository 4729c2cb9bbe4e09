"""A metric as Meta told it: a number, a series, its parts, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambdas.graph import parsing


@dataclass(frozen=True)
class Breakdown:
    """A part of a total: the values of the dimensions (`("POST",)`), in lower case, and its number."""

    values: tuple[str, ...]
    value: float


@dataclass(frozen=True)
class Point:
    """One value of a time series. `end_time` is as it was sent, in UTC: the end of the account's own day, wherever that lies."""

    value: float
    end_time: datetime | None


@dataclass(frozen=True)
class HoursOnline:
    """How many followers were online in each hour of a day, by the hour's number; empty where nothing is told."""

    followers: Mapping[int, float]
    end_time: datetime | None


@dataclass(frozen=True)
class Metric:
    """A metric. `value` is None if there is none, and `missing` says why: `no_data`, `not_supported` or `not_told`."""

    name: str
    value: float | None = None
    missing: str | None = None
    breakdowns: tuple[Breakdown, ...] = ()
    points: tuple[Point, ...] = ()


def metric_of(raw: Mapping[str, Any]) -> Metric:
    """One metric of an answer, in any of the three shapes; texts for people are passed over."""
    total = parsing.mapping(raw.get("total_value"))
    values = parsing.entries(raw.get("values"))
    points = tuple(
        Point(value, parsing.moment(entry, "end_time"))
        for entry in values
        if (value := parsing.amount(entry, "value")) is not None
    )
    value = parsing.amount(total, "value") if total else None
    if (
        value is None
        and len(points) == 1
        and (raw.get("period") == "lifetime" or points[0].end_time is None)
    ):
        value = points[0].value
    breakdowns = tuple(_breakdowns(total))
    missing = None if value is not None or points or breakdowns else "not_told"
    return Metric(str(raw.get("name")), value, missing, breakdowns, points)


def _breakdowns(total: Mapping[str, Any]) -> Iterator[Breakdown]:
    for block in parsing.entries(total.get("breakdowns")):
        keys = parsing.words(block, "dimension_keys")
        for result in parsing.entries(block.get("results")):
            value = parsing.amount(result, "value")
            values = parsing.words(result, "dimension_values")
            # A leading timeframe is no dimension.
            told = tuple(
                str(one).lower()
                for key, one in zip(keys, values, strict=False)
                if key != "timeframe"
            )
            if value is not None and told:
                yield Breakdown(told, value)
