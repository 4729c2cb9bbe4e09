"""Which account a request means, and whether its numbers can be read at present."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lambdas.analytics.reader import NumbersReader
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotFound
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.rows import Row, from_row


class Connection(enum.StrEnum):
    """Whether an account's numbers can be read at present."""

    CONNECTED = "connected"
    RECONNECT_REQUIRED = "reconnect_required"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class Account:
    """An account; `connected_at` is None for a disconnected one and the environment's."""

    id: str
    connection: Connection
    login_type: LoginType
    connected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AccountFinder:
    """Finds accounts that are or were connected, or that numbers are stored of.

    `site_account` is the account of `IG_USER_ID`; `bootstrap` says whether the environment holds
    a token for it.
    """

    rows: AccountRows
    reader: NumbersReader
    site_account: str
    bootstrap: bool
    login_type: LoginType
    clock: Clock

    def named(self, account_id: str | None) -> Account:
        """Return the account of an id, or the site's own. Raises NotFound."""
        if not account_id:
            return self._site()
        unknown = NotFound("No Instagram account with this id is known.", code="unknown_account")
        if row := self.rows.of(account_id):
            found = self._of(row)
            # What is left of a connection after its data was deleted is not an account.
            if found.connection is Connection.DISCONNECTED and not self.reader.state(account_id):
                raise unknown
            return found
        if self.bootstrap and account_id == self.site_account:
            return Account(account_id, Connection.CONNECTED, self.login_type)
        if self.reader.state(account_id):
            return Account(account_id, Connection.DISCONNECTED, self.login_type)
        raise unknown

    def _site(self) -> Account:
        found = self.rows.site(self.site_account)
        if found.connected:
            return self._of(found.connected)
        if self.bootstrap and self.site_account and not found.own:
            return Account(self.site_account, Connection.CONNECTED, self.login_type)
        return self._with_numbers(found.rows)

    def _with_numbers(self, rows: Sequence[Row]) -> Account:
        """Return the account whose numbers were collected first, of those that were connected."""
        known = {str(row["account_id"]): row for row in rows}
        ids = [*known, *({self.site_account} - known.keys() - {""})]
        states = self.reader.states(ids).values()
        for state in sorted(states, key=lambda one: (str(one.first_collected_at), one.account_id)):
            row = known.get(state.account_id)
            gone = Account(state.account_id, Connection.DISCONNECTED, self.login_type)
            return self._of(row) if row else gone
        raise NotFound(
            "No Instagram account is connected. Open GET /instagram/connect to connect one.",
            code="no_account",
        )

    def _of(self, row: Row) -> Account:
        record = from_row(TokenRecord, row)
        return Account(
            record.account_id, self._connection(record), record.login_type, record.connected_at
        )

    def _connection(self, record: TokenRecord) -> Connection:
        if record.state is State.DISCONNECTED:
            return Connection.DISCONNECTED
        broken = record.state is State.RECONNECT_REQUIRED or record.expired(self.clock.now())
        return Connection.RECONNECT_REQUIRED if broken else Connection.CONNECTED
