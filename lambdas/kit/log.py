"""Structured logs and metrics (Powertools), with the same field names in every feature."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit


def feature_logger(feature: str) -> Logger:
    """Return a logger that writes JSON lines.

    Never pass it a token, a secret, a signed address or a guest's data.
    """
    return Logger(service=feature)


class FeatureMetrics:
    """Metrics in CloudWatch's embedded metric format, with the feature as dimension `service`.

    Their namespace is the variable `POWERTOOLS_METRICS_NAMESPACE`, so that two stages in one
    account do not mix.
    """

    def __init__(self, feature: str) -> None:
        self._feature = feature

    def emit(self, **values: float) -> None:
        """Write metric values at once, each under its own name."""
        # The plain class shares what it collects between threads, which then lose each other's.
        metrics = EphemeralMetrics(service=self._feature)
        for name, value in values.items():
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        metrics.flush_metrics()

    def count(self, name: str) -> None:
        """Count one occurrence."""
        self.emit(**{name: 1})

    def measure(self, name: str, value: float) -> None:
        """Record one value."""
        self.emit(**{name: value})
