"""The stage that a command works on, and the arguments that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import UsageError

if TYPE_CHECKING:
    from stacks.config import StageConfig

StageName = Annotated[str, typer.Argument(envvar="STAGE", help="dev, prod or local")]
Context = Annotated[
    str,
    typer.Option(envvar="CONTEXT", help='settings that replace the stage\'s: "name=value ..."'),
]


def config_of(stage: str, context: str = "") -> StageConfig:
    """Return the settings of a stage with those of `context`. Raises UsageError."""
    from stacks.context import from_command
    from stacks.validation import ConfigError

    try:
        return from_command(stage, context)
    except ConfigError as error:
        raise UsageError(str(error)) from None


def cloud_config_of(stage: str, context: str, instead: str) -> StageConfig:
    """Return the settings of a stage of the cloud; `instead` is the command for the stage `local`.

    Raises UsageError.
    """
    if stage == "local":
        raise UsageError(f"the stage local has a command of its own: {instead}")
    return config_of(stage, context)
