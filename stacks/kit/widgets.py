"""How features declare their rows of the dashboard."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch


@dataclass(frozen=True)
class Graph:
    """One graph: a title and its metrics."""

    title: str
    metrics: tuple[cloudwatch.IMetric, ...]


@dataclass(frozen=True)
class DashboardRow:
    """One row: the question that a responder asks, and the graphs that answer it."""

    question: str
    graphs: tuple[Graph, ...]
