"""The one list of features. Everything else about a feature is declared by the feature itself."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.kit.feature import FeatureStack

FEATURES = ("guests", "feed", "tokens")


def stack_class(feature: str) -> type[FeatureStack]:
    """Return the stack of a feature: `stacks.features.<feature>`, class `<Feature>Stack`."""
    module = importlib.import_module(f"stacks.features.{feature}")
    found: type[FeatureStack] = getattr(module, f"{feature.capitalize()}Stack")
    return found
