"""What the API's own function needs from outside."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.kit.settings import Settings

OPERATORS = "operators"
"""The group of the user pool whose members are operators."""


@dataclass(frozen=True)
class ApiSettings(Settings):
    """`version` is what runs: a release's name or a commit."""

    version: str
