"""The accounts that posts are made for, and whether something keeps them from being published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from boto3.dynamodb.conditions import Key

from lambdas.api.identifiers import is_identifier
from lambdas.graph.capability import Capability
from lambdas.graph.login_type import platform_of
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, DaybookError, NotFound
from lambdas.kit.login_type import LoginType
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.rows import from_row, query_all

RECONNECT_REQUIRED = "reconnect_required"
PUBLISHING_NOT_GRANTED = "publishing_not_granted"
COMMENTS_NOT_GRANTED = "comments_not_granted"


@dataclass(frozen=True, kw_only=True)
class PostingAccount:
    """A connected account.

    `person_needed` is the code of what only a person can change before it can publish, None if
    nothing is known of. `connected_at` is None for the environment's account.
    """

    id: str
    name: str
    login_type: LoginType
    connected_at: datetime | None = None
    person_needed: str | None = None
    may_comment: bool = True


@dataclass(frozen=True, kw_only=True)
class PostingAccounts:
    """Finds connected accounts; `bootstrap_account` is that of the environment's token, if any."""

    rows: AccountRows
    bootstrap_account: str
    login_type: LoginType
    clock: Clock

    def named(self, account_id: str) -> PostingAccount:
        """Return an account. Raises NotFound, and Conflict if it is disconnected."""
        row = self.rows.of(account_id) if is_identifier(account_id) else None
        if row is None:
            if account_id and account_id == self.bootstrap_account:
                return PostingAccount(id=account_id, name=account_id, login_type=self.login_type)
            raise _unknown()
        record = from_row(TokenRecord, row)
        if record.state is State.DISCONNECTED:
            raise Conflict(
                "This account is disconnected. Open GET /instagram/connect to connect it.",
                code="account_disconnected",
            )
        return self._of(record)

    def require_known(self, account_id: str) -> None:
        """Raise NotFound unless the account is or was connected."""
        if self.rows.of(account_id) is None and account_id != self.bootstrap_account:
            raise _unknown()

    def problem_of(self, account_id: str) -> DaybookError | None:
        """Return why no post can be made for an account, or None."""
        try:
            self.named(account_id)
        except (NotFound, Conflict) as error:
            return error
        return None

    def ids(self) -> Iterator[str]:
        """Iterate over the ids of all accounts that are or were connected."""
        partition = keys.account_key(self.rows.tenant, "")[keys.PARTITION]
        condition = Key(keys.PARTITION).eq(partition)
        seen = {self.bootstrap_account, ""}
        if self.bootstrap_account:
            yield self.bootstrap_account
        for row in query_all(self.rows.table, KeyConditionExpression=condition):
            if (account_id := str(row["account_id"])) not in seen:
                yield account_id

    def _of(self, record: TokenRecord) -> PostingAccount:
        return PostingAccount(
            id=record.account_id,
            name=record.name,
            login_type=record.login_type,
            connected_at=record.connected_at,
            person_needed=self._person_needed(record),
            may_comment=_is_granted(record, Capability.COMMENTS),
        )

    def _person_needed(self, record: TokenRecord) -> str | None:
        now = self.clock.now()
        ended = record.expired(now) or record.consent_lapsed(now)
        if record.state is State.RECONNECT_REQUIRED or ended:
            return RECONNECT_REQUIRED
        return None if _is_granted(record, Capability.PUBLISHING) else PUBLISHING_NOT_GRANTED


def _unknown() -> NotFound:
    return NotFound("No Instagram account with this id is known.", code="unknown_account")


def _is_granted(record: TokenRecord, capability: Capability) -> bool:
    """Return whether a permission was granted; where none is known, Instagram decides."""
    permission = platform_of(record.login_type).permission_of(capability)
    return not record.scopes or permission in record.scopes
