"""What local mode knows about each feature: one module per feature, named after it.

A module may define any of these; shared code iterates over the modules and names no feature:

- `DRILLS: dict[str, Drill]`: the feature's alarms, each with a fault that triggers it.
- `after_deploy(site)`: what a deployment needs before the site is used.
- `load_sample(site, sample) -> str`: load sample data; return one line about the outcome.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def feature_names() -> list[str]:
    """Return the names of the features that local mode knows."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def feature_modules() -> Iterator[tuple[str, ModuleType]]:
    """Return each feature's name and module."""
    for name in feature_names():
        yield name, importlib.import_module(f"{__name__}.{name}")
