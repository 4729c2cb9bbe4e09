"""Rules that settings of one kind share. Each refuses a value in one line that names it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from stacks.config import StageConfig


class ConfigError(ValueError):
    """A stage, setting or value is invalid; the message is one line that names it."""


def matches(name: str, pattern: str, meaning: str) -> Callable[[StageConfig], None]:
    """Return the rule that a text has a pattern."""

    def check(config: StageConfig) -> None:
        value = getattr(config, name)
        if value is not None and not re.fullmatch(pattern, value, re.ASCII):
            raise ConfigError(f"{name}={value!r}: {meaning}")

    return check


def one_of(name: str, choices: tuple[object, ...]) -> Callable[[StageConfig], None]:
    """Return the rule that a value is one of some."""

    def check(config: StageConfig) -> None:
        value = getattr(config, name)
        if value not in choices:
            raise ConfigError(f"{name}={value!r}: use one of {', '.join(map(str, choices))}")

    return check


def between(name: str, minimum: int, maximum: int) -> Callable[[StageConfig], None]:
    """Return the rule that a number is within bounds."""

    def check(config: StageConfig) -> None:
        if not minimum <= getattr(config, name) <= maximum:
            raise ConfigError(f"{name}={getattr(config, name)}: use {minimum} to {maximum}")

    return check


def some_of(name: str, choices: tuple[str, ...]) -> Callable[[StageConfig], None]:
    """Return the rule that a list holds some of these texts, each once."""

    def check(config: StageConfig) -> None:
        values = getattr(config, name)
        for value in values:
            if value not in choices:
                raise ConfigError(f"{name}={value!r}: use any of {', '.join(choices)}")
            if values.count(value) > 1:
                raise ConfigError(f"{name}: {value!r} is listed twice")

    return check


def is_address(value: str) -> bool:
    """Return whether a text is an http or https address without a query."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    path_is_plain = re.fullmatch(r"[A-Za-z0-9._~$/-]*", parts.path) is not None
    host_is_plain = re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?", parts.netloc) is not None
    return (
        parts.scheme in ("http", "https")
        and host_is_plain
        and path_is_plain
        and not parts.query
        and not parts.fragment
    )


def is_origin(value: str) -> bool:
    """Return whether a text is scheme, host and port alone."""
    return is_address(value) and value == "://".join(urlsplit(value)[:2])
