"""The vault's door for every feature: a usable token, and nothing of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lambdas.kit import aws
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired
from lambdas.storage import keys
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import State, from_row

# How long a token is used without looking whether there is a newer one; the older one stays valid meanwhile.
CACHE_TTL = timedelta(seconds=30)


@dataclass(frozen=True)
class UsableToken:
    """A token to call with, and the professional account it speaks for (`me`: whichever the token belongs to)."""

    account_id: str
    login_type: str
    app_id: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Bootstrap:
    """The token of the environment: used only while no record of its account is stored. Of its account nothing else is known."""

    token: str = field(repr=False)
    account_id: str
    login_type: str


@dataclass
class _Remembered:
    usable: UsableToken
    version: int
    looked_at: datetime


class TokenProvider:
    """Access tokens by account: the stored one, else the environment's. A storage that cannot be read is an error, never "no record"."""

    def __init__(
        self,
        table_name: str,
        cipher: TokenCipher,
        tenant: str,
        bootstrap: Bootstrap | None,
        clock: Clock,
        site_account: str = "",
    ) -> None:
        self._name = table_name
        self._cipher = cipher
        self._tenant = tenant
        self._bootstrap = bootstrap
        self._clock = clock
        self._site_account = site_account
        self._remembered: dict[str, _Remembered] = {}

    def usable_token(self, account_id: str | None = None) -> UsableToken | None:
        """The token of an account, or, if none is named, of the site's own: the one of `IG_USER_ID`, else the one connected first.

        None if nothing is connected. Raises PersonNeeded for an account that must be connected again, and the SDK's errors if the storage
        cannot be read or the token not be decrypted.
        """
        name, now = account_id or "", self._clock.now()
        remembered = self._remembered.get(name)
        if remembered and timedelta() <= now - remembered.looked_at < CACHE_TTL:
            return remembered.usable
        row = self._row(account_id) if account_id else self._site_row()
        if row is None:
            return self._from_bootstrap(account_id)
        record = from_row(row)
        if record.state is State.DISCONNECTED:
            return None
        if record.state is State.RECONNECT_REQUIRED or record.expired(now):
            self._remembered.pop(name, None)
            raise ReauthRequired(
                f"The Instagram account {record.name} must be connected again.",
                code="reconnect_required",
            )
        if (
            remembered
            and remembered.version == record.version
            and remembered.usable.account_id == record.account_id
        ):
            usable = remembered.usable
        else:
            token = self._cipher.decrypted(record, "token", bytes(row["token"]))
            usable = UsableToken(record.account_id, record.login_type, record.app_id, token)
        self._remembered[name] = _Remembered(usable, record.version, now)
        return usable

    def _row(self, account_id: str) -> Any:
        key = keys.account_key(self._tenant, account_id)
        return aws.table(self._name).get_item(Key=key, ConsistentRead=True).get("Item")

    def _site_row(self) -> Any:
        """The row of the site's own account; if no account is connected, a marker that one was, which keeps the bootstrap token away."""
        if self._site_account and (own := self._row(self._site_account)):
            return own
        partition = keys.account_key(self._tenant, "")[keys.PARTITION]
        found: list[Any] = []
        query: dict[str, Any] = {}
        while True:
            page = aws.table(self._name).query(
                KeyConditionExpression=f"{keys.PARTITION} = :partition",
                ExpressionAttributeValues={":partition": partition},
                ConsistentRead=True,
                **query,
            )
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            query = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        connected = [row for row in found if row["state"] != State.DISCONNECTED.value]
        first = min(connected, key=lambda row: str(row.get("connected_at", "")), default=None)
        return first or (found[0] if found and not self._site_account else None)

    def _from_bootstrap(self, account_id: str | None) -> UsableToken | None:
        known = self._bootstrap
        if known is None or (account_id and known.account_id and account_id != known.account_id):
            return None
        return UsableToken(
            known.account_id or account_id or "me", known.login_type, "", known.token
        )
