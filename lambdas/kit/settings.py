"""One class for both ends of a function's environment: stacks write it, functions read it."""

from __future__ import annotations

import enum
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Self, get_type_hints
from urllib.parse import urlsplit


class SettingsError(RuntimeError):
    """A variable is missing or has the wrong type; the message is one line that names it."""


@dataclass(frozen=True)
class Settings:
    """Base of a feature's settings: the field `table_name` is the variable `TABLE_NAME`.

    Fields are `str`, `int`, `bool`, `tuple[str, ...]` or a `StrEnum`. If a field without a default
    is missing, the stack fails at synth with a TypeError and the function at its first call with a
    SettingsError.
    """

    def to_env(self) -> dict[str, str]:
        """Return the variables that `from_env` reads back into an equal object."""
        return {field.name.upper(): _to_text(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the settings from `env`, or from the process environment. Raises SettingsError."""
        source = os.environ if env is None else env
        types = get_type_hints(cls)
        values: dict[str, object] = {}
        for field in fields(cls):
            name = field.name.upper()
            if name in source:
                values[field.name] = _from_text(name, source[name], types[field.name])
            elif field.default is MISSING:
                raise SettingsError(f"the environment variable {name} is missing")
        return cls(**values)


class PublicAddress:
    """Mixin for settings with a `public_url`: the site's address, without a trailing slash."""

    public_url: str

    @property
    def base_path(self) -> str:
        """Return the path in front of the site's own paths: empty on a domain of its own."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def secure(self) -> bool:
        """Return whether the site is reached over TLS, so that its cookies are `Secure`."""
        return self.public_url.startswith("https://")


def _to_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _from_text(name: str, text: str, wanted: object) -> object:
    if wanted is bool and text in ("true", "false"):
        return text == "true"
    if wanted is int:
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"the environment variable {name} is not a whole number") from None
    if wanted == tuple[str, ...]:
        return tuple(text.split())
    if wanted is str:
        # Files of settings and of secrets often end with a line break.
        return text.strip()
    if isinstance(wanted, type) and issubclass(wanted, enum.StrEnum):
        try:
            return wanted(text)
        except ValueError:
            choices = ", ".join(wanted)
            raise SettingsError(f"the environment variable {name} is none of {choices}") from None
    raise SettingsError(f"the environment variable {name} is not a {wanted}")
