"""Logical ids that never change: a new one would be a new, empty resource."""

from __future__ import annotations

from constructs import IConstruct


def pin(construct: IConstruct, logical_id: str) -> None:
    """Give a construct's resource this logical id, wherever it is in the tree."""
    construct.node.default_child.override_logical_id(logical_id)  # type: ignore[union-attr]
