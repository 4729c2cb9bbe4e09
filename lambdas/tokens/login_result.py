"""What a login found and connected, and what it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lambdas.graph.found_account import Skipped
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens.connect_failed import ConnectFailed


@dataclass(frozen=True)
class Connected:
    """A connected account, and the missing permissions by what does not work without them."""

    record: TokenRecord
    missing: Mapping[str, list[str]]


@dataclass(frozen=True)
class LoginResult:
    """What a login connected, and what it did not: skipped Pages and refused accounts.

    `pending` is the secret of the page on which a login continues that is not finished.
    """

    connected: tuple[Connected, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[ConnectFailed, ...] = ()
    declined_scopes: tuple[str, ...] = ()
    pending: str = field(default="", repr=False)
