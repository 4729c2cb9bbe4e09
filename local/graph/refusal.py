"""The former name of `GraphError`."""

from local.graph.errors import GraphError as Refusal

__all__ = ["Refusal"]
