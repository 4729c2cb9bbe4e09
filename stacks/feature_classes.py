"""From the names in the registry to the features' stacks."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from constructs import Construct

from stacks.api import ApiStack
from stacks.kit.feature import FeatureStack
from stacks.site import Site

Builder = Callable[[Construct, Site], FeatureStack]


def stack_class(feature: str) -> type[FeatureStack]:
    """Return the stack of a feature: `stacks.features.<feature>`, class `<Feature>Stack`."""
    module = importlib.import_module(f"stacks.features.{feature}")
    found: type[FeatureStack] = getattr(module, f"{feature.capitalize()}Stack")
    return found


def stack_builder(feature: str) -> Builder:
    """Return what builds a feature's stack from its scope and the site."""
    return cast("Builder", stack_class(feature))


def reserved_concurrency(features: tuple[str, ...]) -> int:
    """Return how many concurrent executions a site of these features reserves."""
    classes: list[type[FeatureStack]] = [ApiStack, *map(stack_class, features)]
    specs = [spec for one in classes for spec in one.function_specs]
    return sum(spec.reserved_concurrency or 0 for spec in specs)
