"""Logical ids that never change: of what holds data a new one would be a new, empty resource."""

from __future__ import annotations

from constructs import IConstruct


def pin(construct: IConstruct, logical_id: str) -> None:
    """Gives a construct's resource this logical id, whatever its place in the tree."""
    construct.node.default_child.override_logical_id(logical_id)  # type: ignore[union-attr]
