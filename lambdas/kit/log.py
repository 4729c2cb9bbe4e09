"""Structured logs and metrics (Powertools), named alike in every room."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics

NAMESPACE = "daybook"


def logger(room: str) -> Logger:
    """A logger whose lines are JSON objects. Never hand it a token, a secret, a signed address or a guest's data."""
    return Logger(service=room)


def metrics(room: str) -> Metrics:
    """Metrics that leave as log lines (embedded metric format), with the room as the dimension `service`."""
    return Metrics(namespace=NAMESPACE, service=room)
