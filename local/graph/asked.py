"""One call to the emulator, taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One call, taken apart."""

    method: str
    host: str
    path: tuple[str, ...]
    query: dict[str, str]
    form: dict[str, str]
    json: Any
    token: str
    url: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """Query and form together, without the token."""
        return {
            name: value
            for name, value in {**self.query, **self.form}.items()
            if name not in ("access_token", "appsecret_proof")
        }
