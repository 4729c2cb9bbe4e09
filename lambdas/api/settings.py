"""What the API's own function needs from outside."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.cdn import HttpSettings

OPERATORS = "operators"
"""The group of the user pool whose members are operators."""


@dataclass(frozen=True, kw_only=True)
class ApiSettings(HttpSettings):
    """`version` is what runs: a release's name or a commit."""

    version: str
