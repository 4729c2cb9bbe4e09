"""Numbers as the Graph client reads them, merged into what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from lambdas.analytics.records import Number, Post, Reason, Story
from lambdas.graph.metric import Metric, Missing

BASE = ("likes", "comments", "saved", "shares", "reach", "views", "total_interactions")
REASONS = {
    Missing.NOT_SUPPORTED: Reason.NOT_SUPPORTED,
    Missing.BEFORE_BUSINESS_ACCOUNT: Reason.BEFORE_BUSINESS_ACCOUNT,
    Missing.TOO_FEW_VIEWERS: Reason.TOO_FEW_VIEWERS,
    Missing.NOT_TOLD: Reason.NOT_YET,
}

Counted = TypeVar("Counted", Post, Story)


def merged(
    numbers: Mapping[str, Number], missing: Mapping[str, Reason], found: Iterable[Metric]
) -> tuple[dict[str, Number], dict[str, Reason]]:
    """Return numbers and reasons after a reading.

    A number is replaced by a number, also by a smaller one, and never by nothing: what was known
    stays known.
    """
    values, reasons = dict(numbers), dict(missing)
    for metric in found:
        if metric.value is not None:
            values[metric.name] = metric.value
            reasons.pop(metric.name, None)
        elif metric.name not in values and metric.missing:
            reasons[metric.name] = REASONS[metric.missing]
    return values, reasons


def without_numbers(reason: Reason, names: Iterable[str] = BASE) -> dict[str, Reason]:
    """Return the same reason for each metric."""
    return dict.fromkeys(names, reason)


def parts(metric: Metric) -> dict[str, Number]:
    """Return the parts of a metric with one dimension, by the dimension's value in lower case."""
    return {part.values[0]: part.value for part in metric.breakdowns if len(part.values) == 1}


def labelled(metric: Metric) -> dict[str, Number]:
    """Return the parts of a metric with one dimension, by the value as Instagram writes it."""
    return {part.labels[0]: part.value for part in metric.breakdowns if len(part.labels) == 1}
