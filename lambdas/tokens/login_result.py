"""What a login found and connected, and what it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.graph.found_account import Skipped
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.tokens.connect_failed import ConnectFailed


@dataclass(frozen=True)
class Connected:
    """A connected account, and the missing permissions by what does not work without them."""

    record: TokenRecord
    missing: Mapping[str, list[str]]


@dataclass(frozen=True)
class LoginResult:
    """What a login connected, and what it did not: skipped Pages and refused accounts."""

    connected: tuple[Connected, ...]
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[ConnectFailed, ...] = ()
    declined_scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identified:
    """The accounts of a token, each with the tokens to store, and what was skipped."""

    accounts: list[tuple[TokenRecord, TokenSecrets]]
    skipped: tuple[Skipped, ...] = ()
    declined_scopes: tuple[str, ...] = ()
