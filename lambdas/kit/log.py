"""Structured logs and metrics (Powertools), named alike in every feature."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

Work = Callable[[SQSRecord], Any]


def logger(feature: str) -> Logger:
    """A logger whose lines are JSON objects. Never hand it a token, a secret, a signed address or a guest's data."""
    return Logger(service=feature)


def logs_failures(logger: Logger) -> Callable[[Work], Work]:
    """For what works on one message of a queue: all its lines say which message, and what it raises becomes a line before it goes on.

    What a function raises is else written by Lambda alone, as plain text that no query for errors finds.
    """

    def decorate(work: Work) -> Work:
        @functools.wraps(work)
        def logged(record: SQSRecord) -> Any:
            with logger.append_context_keys(
                message_id=record.message_id, attempt=record.attributes.approximate_receive_count
            ):
                try:
                    return work(record)
                except Exception:
                    logger.exception("a message failed")
                    raise

        return logged

    return decorate


class FeatureMetrics:
    """Metrics that leave as log lines (embedded metric format), with the feature as the dimension `service`.

    Their namespace is the stage's own, `POWERTOOLS_METRICS_NAMESPACE`, so that two stages in one account do not mix.
    """

    def __init__(self, feature: str) -> None:
        self._feature = feature

    def emit(self, **values: float) -> None:
        """Writes numbers under the names of metrics, at once."""
        metrics = Metrics(service=self._feature)
        for name, value in values.items():
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        metrics.flush_metrics()

    def count(self, name: str) -> None:
        """Counts one occurrence."""
        self.emit(**{name: 1})
