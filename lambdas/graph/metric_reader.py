"""Reading metrics: one bad metric fails a whole request, so refusals are remembered."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.graph import parsing
from lambdas.graph.capability import Capability
from lambdas.graph.edges import EdgeContext, Edges
from lambdas.graph.errors import RequestRefused
from lambdas.graph.metric import Metric, Missing, metric_of
from lambdas.graph.metric_sets import LearnedRefusals

UNSUPPORTED = 100
# "facebook_views is not applicable": the media is not shared there.
NOT_SHARED = 2207086


class MetricReader(Edges):
    """Reads metrics. `learned` is shared by all who should not repeat what was refused."""

    def __init__(self, context: EdgeContext, learned: LearnedRefusals) -> None:
        super().__init__(context)
        self.learned = learned

    def _accepted(self, kind: str | None, wanted: list[str]) -> tuple[list[str], dict[str, Metric]]:
        """Return the metrics to request, and the others as not supported."""
        accepted = self.learned.accepted(self._label(kind), wanted)
        return accepted, {name: _unsupported(name) for name in wanted if name not in accepted}

    def _metrics(
        self, path: str, edge: str, kind: str | None, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        """Return the metrics by one request, or, if one of them is refused, each by its own."""
        if not metrics:
            return {}
        try:
            return self._read(path, edge, metrics, query)
        except RequestRefused as error:
            # With one metric it is unknown whether the metric is wrong or the request.
            if not _concerns_metrics(error) or len(metrics) == 1:
                raise
        with self.learned.lock:
            left = self.learned.accepted(self._label(kind), metrics)
            if left and left != metrics:
                # Another caller has found out meanwhile.
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
                if not _concerns_metrics(error):
                    raise
                refusal = error
        if refusal and not found:
            # The request itself is wrong: nothing about metrics follows from that.
            raise refusal
        refused = [name for name in metrics if name not in found]
        for name in refused:
            self.learned.learn(self._label(kind), name)
        return found | {name: _unsupported(name) for name in refused}

    def _label(self, kind: str | None) -> str | None:
        """Return what a refusal holds for: the other login type or version may differ."""
        return kind and f"{self.platform.name} {self._addresses.version} {kind}"

    def _read(
        self, path: str, edge: str, metrics: list[str], query: Mapping[str, str]
    ) -> dict[str, Metric]:
        fields = {**query, "metric": ",".join(metrics)}
        raw = self._get(path, edge, fields, Capability.INSIGHTS)
        found = {str(entry.get("name")): metric_of(entry) for entry in parsing.data(raw)}
        return {name: found.get(name, Metric(name, missing=Missing.NOT_TOLD)) for name in metrics}


def _unsupported(name: str) -> Metric:
    return Metric(name, missing=Missing.NOT_SUPPORTED)


def _concerns_metrics(error: RequestRefused) -> bool:
    return error.cause.code == UNSUPPORTED and error.cause.subcode in (None, NOT_SHARED)
