"""From the names in the registry to the features' stacks."""

from __future__ import annotations

import importlib

from stacks.kit.feature import FeatureStack


def stack_class(feature: str) -> type[FeatureStack]:
    """Return the stack of a feature: `stacks.features.<feature>`, class `<Feature>Stack`."""
    module = importlib.import_module(f"stacks.features.{feature}")
    found: type[FeatureStack] = getattr(module, f"{feature.capitalize()}Stack")
    return found


def reserved_concurrency(features: tuple[str, ...]) -> int:
    """Return how many concurrent executions the features' functions reserve together."""
    specs = [spec for name in features for spec in stack_class(name).function_specs]
    return sum(spec.reserved_concurrency or 0 for spec in specs)
