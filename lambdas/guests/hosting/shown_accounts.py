"""The Instagram accounts whose posts an event can show."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.api.identifiers import is_identifier
from lambdas.instagram.account_rows import AccountRows
from lambdas.storage.accounts.token_record import State


@dataclass(frozen=True)
class ShownAccounts:
    """Looks accounts up; their tokens stay encrypted."""

    rows: AccountRows

    def problem_of(self, account_id: str) -> str | None:
        """Return why an account cannot be shown, or None."""
        row = self.rows.of(account_id) if is_identifier(account_id) else None
        if row is None:
            return "no connected Instagram account has this id."
        if row["state"] == State.DISCONNECTED.value:
            return "this account is disconnected. Open GET /instagram/connect to connect it."
        return None
