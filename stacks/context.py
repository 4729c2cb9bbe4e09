"""The settings that a command line asks for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

from stacks.config import STAGES, StageConfig
from stacks.validation import ConfigError

SETTINGS = {field.name for field in fields(StageConfig)} - {"stage"}


def from_context(context: Mapping[str, object]) -> StageConfig:
    """The settings that `-c stage=... -c name=value ...` ask for.

    `context` is the CDK app's whole context; CDK's own keys hold a colon or an at sign and are passed over.
    Raises ConfigError for an unknown stage, an unknown name, or a value that makes no sense.
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
    return replace(StageConfig(stage=stage, **STAGES[stage]), **parsed)


def from_command(stage: str, text: str) -> StageConfig:
    """The settings of a command: a stage, and `name=value` pairs as a shell would read them. Raises ConfigError."""
    return from_context({**dict(pairs_of(text)), "stage": stage})


def pairs_of(text: str) -> list[tuple[str, str]]:
    """The `name=value` pairs of a text; values with spaces stand in quotes. Raises ConfigError for anything else.

    The stage is no setting: a command that was told `dev` must not do something to another one. Nor are the CDK's own switches.
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
        raise ConfigError(
            f"CONTEXT: {stray!r} is no name=value; a value with spaces stands in quotes"
        )
    if twice := next(
        (name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1), None
    ):
        raise ConfigError(f"CONTEXT: {twice} is given twice")
    for name, _ in pairs:
        if name not in SETTINGS:
            raise ConfigError(
                f"CONTEXT: unknown setting {name!r}: use one of {', '.join(sorted(SETTINGS))}"
            )
    return pairs


def _parse(name: str, value: object, wanted: object) -> object:
    """A value of the command line, which is text, as what the field holds."""
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
    return text or None if wanted == (str | None) else text
