"""Writes docs/openapi.yaml from the registry: `python -m stacks.openapi`."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

import yaml

from lambdas.api.openapi import document
from lambdas.api.routing import Route
from stacks.registry import FEATURES

PLACE = Path(__file__).resolve().parents[1] / "docs" / "openapi.yaml"
HEADER = "# Made from the routes by `python -m stacks.openapi`; a test compares the two.\n"


def routes_of(feature: str) -> Sequence[Route]:
    """Return the routes of a feature; none if it declares none."""
    try:
        module = importlib.import_module(f"lambdas.{feature}.routes")
    except ModuleNotFoundError:
        return ()
    routes: Sequence[Route] = module.ROUTES
    return routes


def current() -> dict[str, object]:
    """Return the document of all features."""
    return document({name: routes_of(name) for name in ("api", *FEATURES)}, "1")


def text() -> str:
    """Return the document as YAML."""
    return HEADER + yaml.safe_dump(current(), sort_keys=False, width=100, allow_unicode=True)


def write(place: Path = PLACE) -> None:
    """Write the document."""
    place.write_text(text())


if __name__ == "__main__":
    write()
