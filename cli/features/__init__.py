"""What features add to the command line. Each folder is one feature; this file names none."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.aws import ClientOf
    from cli.preflight.finding import Finding
    from stacks.config import StageConfig

Check = Callable[["StageConfig", "ClientOf"], "Iterator[Finding]"]


@dataclass(frozen=True)
class FeatureCommands:
    """A feature's part of the command line.

    `commands` are functions with Typer's annotations, `checks` join the preflight, and
    `after_deployment` runs once a stage with the feature has been deployed.
    """

    commands: tuple[Callable[..., Any], ...] = ()
    checks: tuple[Check, ...] = ()
    after_deployment: Callable[[StageConfig, ClientOf], None] | None = None


@functools.cache
def feature_commands() -> Mapping[str, FeatureCommands]:
    """Return the parts of all features that have one (`COMMANDS` of their module), by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module.COMMANDS for name, module in found.items()}


def deployed_features(config: StageConfig) -> list[FeatureCommands]:
    """Return the parts of the features that a stage consists of."""
    return [part for name, part in feature_commands().items() if name in config.features]
