"""From the CDK's context or a command line to the settings of a stage."""

from __future__ import annotations

import enum
import re
import shlex
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

from stacks.config import STAGES, StageConfig
from stacks.validation import ConfigError, validate

SETTINGS = {field.name for field in fields(StageConfig)} - {"stage"}


def from_context(context: Mapping[str, object]) -> StageConfig:
    """Return the settings that `-c stage=... -c name=value ...` describe.

    `context` is the CDK app's whole context, in which the CDK's own keys contain a colon or an at
    sign. Raises ConfigError for an unknown stage or name, or an invalid value.
    """
    given = {name: value for name, value in context.items() if ":" not in name and "@" not in name}
    stage = str(given.pop("stage", "dev"))
    if stage not in STAGES:
        raise ConfigError(f"unknown stage {stage!r}: use one of {', '.join(STAGES)}")
    types = get_type_hints(StageConfig)
    for name in given:
        if name not in SETTINGS:
            raise ConfigError(f"unknown setting {name!r}: use one of {', '.join(sorted(SETTINGS))}")
    parsed: dict[str, Any] = {
        name: _parse(name, value, types[name]) for name, value in given.items()
    }
    return validate(replace(StageConfig(stage=stage, **STAGES[stage]), **parsed))


def from_command(stage: str, text: str) -> StageConfig:
    """Return the settings of a stage with `name=value` pairs, quoted as in a shell.

    Raises ConfigError.
    """
    return from_context({**dict(pairs_of(text)), "stage": stage})


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Return the `name=value` pairs of a text; values with spaces are quoted. Raises ConfigError.

    The stage is not a setting: a command for `dev` must not change another stage. Neither are the
    CDK's own options.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise ConfigError(f"CONTEXT={text!r}: a quote is not closed") from None
    pairs = [
        (name, value)
        for name, sign, value in (word.partition("=") for word in words)
        if sign and name
    ]
    if len(pairs) < len(words):
        stray = next(word for word in words if not word.partition("=")[0] or "=" not in word)
        raise ConfigError(f"CONTEXT: {stray!r} is not name=value; put values with spaces in quotes")
    if twice := next(
        (name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1), None
    ):
        raise ConfigError(f"CONTEXT: {twice} is set twice")
    for name, _ in pairs:
        if name not in SETTINGS:
            raise ConfigError(
                f"CONTEXT: unknown setting {name!r}: use one of {', '.join(sorted(SETTINGS))}"
            )
    return pairs


def _parse(name: str, value: object, wanted: object) -> object:
    """Convert a command line's text to the type of the field."""
    text = str(value).strip()
    if wanted is bool:
        if text.lower() not in ("true", "false"):
            raise ConfigError(f"{name}={text!r}: use true or false")
        return text.lower() == "true"
    if wanted is int:
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            raise ConfigError(f"{name}={text!r}: use a whole number")
        return int(text)
    if wanted == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(wanted, type) and issubclass(wanted, enum.StrEnum):
        if text not in list(wanted):
            raise ConfigError(f"{name}={text!r}: use one of {', '.join(wanted)}")
        return wanted(text)
    return text or None if wanted == (str | None) else text
