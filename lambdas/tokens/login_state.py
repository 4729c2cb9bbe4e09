"""Logins in progress, and links that start one: stored as hashes, for a limited time."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if
from lambdas.storage.rows import Row, from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

LOGIN_LIFE = timedelta(minutes=10)
TICKET_LIFE = timedelta(days=7)
INVITATION_LIFE = timedelta(hours=1)
LOGIN, TICKET = "LOGIN", "TICKET"


@dataclass(frozen=True)
class BegunLogin:
    """A login in progress.

    `browser` is the hash of the browser's cookie; with `account_id` the login is for that account
    only; `ticket` is the hash of the link that started it.
    """

    tenant: str
    login_type: LoginType
    browser: str
    account_id: str | None = None
    ticket: str | None = None


@dataclass(frozen=True)
class Ticket:
    """What a link allows: a login for one account, or by a login type for any account."""

    account_id: str | None = None
    login_type: LoginType | None = None


@dataclass(frozen=True)
class _Until:
    until: datetime


class LoginStates:
    """Logins in progress and tickets, in the table of tokens."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def begin(self, login: BegunLogin) -> str:
        """Store a login for ten minutes; return its state, which goes through the dialog."""
        return self._store(LOGIN, login, LOGIN_LIFE)

    def take(self, state: str) -> BegunLogin | None:
        """Return the login of a state, which works once; None if unknown, used or expired."""
        key = keys.single_key(LOGIN, hashed(state))
        answer = self._table.delete_item(Key=key, ReturnValues="ALL_OLD")
        row = answer.get("Attributes")
        return from_row(BegunLogin, row) if row and not self._expired(row) else None

    def issue_ticket(self, account_id: str) -> str:
        """Return the secret of a link that starts a login for one account, for a week.

        Its holder still has to log in as the account's owner.
        """
        return self._store(TICKET, Ticket(account_id=account_id), TICKET_LIFE)

    def issue_invitation(self, login_type: LoginType) -> str:
        """Return the secret of a link that connects any account, for an hour. For operators."""
        return self._store(TICKET, Ticket(login_type=login_type), INVITATION_LIFE)

    def ticket(self, ticket: str) -> Ticket | None:
        """Return what a ticket allows; None if it is unknown, used or expired."""
        key = keys.single_key(TICKET, hashed(ticket))
        row = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return from_row(Ticket, row) if row and not self._expired(row) else None

    def use_ticket(self, ticket_hash: str) -> bool:
        """Use a ticket up; return False if it was used before, or has expired."""
        key = keys.single_key(TICKET, ticket_hash)
        return delete_if(self._table, key, Attr(keys.PARTITION).exists())

    def _store(self, kind: str, value: object, life: timedelta) -> str:
        # In hexadecimal: it stands in a path, where an id starts with a letter or a digit.
        secret, until = secrets.token_hex(32), self._clock.now() + life
        row = {
            **to_row(value),
            **to_row(_Until(until)),
            **keys.single_key(kind, hashed(secret)),
            keys.EXPIRES: int(until.timestamp()),
        }
        self._table.put_item(Item=row)
        return secret

    def _expired(self, row: Row) -> bool:
        return from_row(_Until, row).until <= self._clock.now()


def hashed(secret: str) -> str:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
