"""Logins that were begun, and links that let a person begin one: known to us by a hash alone, and over after a while."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit import aws
from lambdas.kit.clock import Clock, from_rfc3339
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import sortable

LOGIN_LIFE = timedelta(minutes=10)
TICKET_LIFE = timedelta(days=7)
INVITATION_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class BegunLogin:
    """A login on its way. `browser` is the hash of the browser's cookie; `account_id` is there if it is for that one account only."""

    tenant: str
    login_type: str
    browser: str
    account_id: str | None


@dataclass(frozen=True)
class Ticket:
    """What a link allows: a login for one account, or, with a login type instead, for any."""

    account_id: str | None
    login_type: str | None


class LoginStates:
    """Begun logins and tickets in the table of tokens."""

    def __init__(self, table_name: str, clock: Clock) -> None:
        self._name = table_name
        self._clock = clock

    def begin(self, login: BegunLogin) -> str:
        """Keeps a login for ten minutes; its state, which goes through the dialog."""
        values = {
            "tenant": login.tenant,
            "login_type": login.login_type,
            "browser": login.browser,
            "account_id": login.account_id,
        }
        return self._keep("LOGIN", values, LOGIN_LIFE)

    def take(self, state: str) -> BegunLogin | None:
        """The login of a state, which works once; None if there is none, it was used, or its time is over."""
        row: Any = (
            aws.table(self._name)
            .delete_item(Key=keys.single_key("LOGIN", hashed(state)), ReturnValues="ALL_OLD")
            .get("Attributes")
        )
        if not row or self._over(row):
            return None
        return BegunLogin(
            str(row["tenant"]),
            str(row["login_type"]),
            str(row["browser"]),
            str(row["account_id"]) if "account_id" in row else None,
        )

    def issue_ticket(self, account_id: str) -> str:
        """A link's secret, for a week: whoever has it may begin a login for this one account, and still has to log in as its owner."""
        return self._keep("TICKET", {"account_id": account_id}, TICKET_LIFE)

    def issue_invitation(self, login_type: str) -> str:
        """A link's secret, for an hour: whoever has it may connect any account. For operators to open in a browser, and for nobody else."""
        return self._keep("TICKET", {"login_type": login_type}, INVITATION_LIFE)

    def ticket(self, ticket: str) -> Ticket | None:
        """What a ticket allows; None if there is no such ticket or its time is over."""
        row: Any = (
            aws.table(self._name)
            .get_item(Key=keys.single_key("TICKET", hashed(ticket)), ConsistentRead=True)
            .get("Item")
        )
        return (
            None
            if not row or self._over(row)
            else Ticket(row.get("account_id"), row.get("login_type"))
        )

    def _keep(self, kind: str, values: dict[str, str | None], life: timedelta) -> str:
        state, until = secrets.token_urlsafe(32), self._clock.now() + life
        row: Any = {name: value for name, value in values.items() if value is not None}
        row |= {
            **keys.single_key(kind, hashed(state)),
            "until": sortable(until),
            keys.EXPIRES: int(until.timestamp()),
        }
        aws.table(self._name).put_item(Item=row)
        return state

    def _over(self, row: dict[str, Any]) -> bool:
        until: datetime = from_rfc3339(row["until"])
        return until <= self._clock.now()


def hashed(secret: str) -> str:
    """What is stored in place of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
