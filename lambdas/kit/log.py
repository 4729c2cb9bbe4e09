"""Structured logs and metrics (Powertools), named alike in every room."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit


def logger(room: str) -> Logger:
    """A logger whose lines are JSON objects. Never hand it a token, a secret, a signed address or a guest's data."""
    return Logger(service=room)


class RoomMetrics:
    """Metrics that leave as log lines (embedded metric format), with the room as the dimension `service`.

    Their namespace is the stage's own, `POWERTOOLS_METRICS_NAMESPACE`, so that two stages in one account do not mix.
    """

    def __init__(self, room: str) -> None:
        self._room = room

    def emit(self, **values: float) -> None:
        """Writes numbers under the names of metrics, at once."""
        metrics = Metrics(service=self._room)
        for name, value in values.items():
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        metrics.flush_metrics()

    def count(self, name: str) -> None:
        """Counts one occurrence."""
        self.emit(**{name: 1})
