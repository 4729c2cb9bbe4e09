"""The writer of the vault: connected accounts, their tokens, and the lease under which one of many refreshes.

Only the feature `tokens` (and the operators' commands) may use it; every other feature has `storage.vault`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.storage import keys
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import (
    MAX_LEASE,
    LastError,
    State,
    TokenRecord,
    TokenSecrets,
    error_row,
    from_row,
    joined,
    sortable,
    to_row,
)
from lambdas.storage.conditional import condition_failed

DUE, RETRY = "DUE", "RETRY"


class ConflictError(Exception):
    """The record is no longer what the writer took it for: it must be read again, and what was to be written is dropped."""


class TokenStore(Protocol):
    """What the tokens' feature needs of a store; every write is conditional on the version, or on the lease."""

    def get(self, account_id: str) -> TokenRecord | None:
        """The record of an account, read consistently."""

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """All records in the order of their ids, those of disconnected accounts too; or those whose ids come after one."""

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """The ids of active accounts whose time to refresh has come."""

    def of_person(self, person_id: str) -> list[str]:
        """The ids of the accounts that an id of Meta's callbacks means."""

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """The tokens of a record."""

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, lease: timedelta
    ) -> TokenRecord:
        """Takes the lease. Raises Stale if the version moved, the account needs a person, or somebody holds the lease."""

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes a new token and ends the lease. Raises Stale if the lease is no longer the holder's."""

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Notes a failure, says when to try again, and ends the lease. Raises Stale as `commit` does."""

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Takes an account out of the index until a person has connected it again.

        Raises Stale if its version moved, or if somebody was faster: of many who find the same token dead one tells of it.
        """

    def told(self, seen: TokenRecord, at: datetime) -> None:
        """Notes that somebody was told that the account needs a person. Raises Stale if its version moved."""

    def connect(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes what a login gave, over whatever there was: what the login did not tell stays as it was."""

    def disconnect(self, account_id: str, now: datetime) -> TokenRecord | None:
        """Forgets the tokens of an account; what it was, or None if there was none."""


class DynamoTokenStore:
    """A `TokenStore` in the table of tokens."""

    def __init__(self, table_name: str, cipher: TokenCipher, tenant: str) -> None:
        self._name = table_name
        self._cipher = cipher
        self._tenant = tenant

    def get(self, account_id: str) -> TokenRecord | None:
        """The record of an account, read consistently."""
        row = self._row(account_id)
        return from_row(row) if row else None

    def all(self, after: str = "") -> Iterator[TokenRecord]:
        """All records in the order of their ids, those of disconnected accounts too; or those whose ids come after one."""
        start = keys.account_key(self._tenant, after)
        values = {":partition": start[keys.PARTITION], ":after": start[keys.SORT]}
        condition = f"{keys.PARTITION} = :partition AND {keys.SORT} > :after"
        return map(
            from_row,
            self._pages(KeyConditionExpression=condition, ExpressionAttributeValues=values),
        )

    def due(self, now: datetime, *, retries_only: bool = False) -> Iterator[str]:
        """The ids of active accounts whose time to refresh has come."""
        for kind in (RETRY,) if retries_only else (RETRY, DUE):
            condition = f"{keys.DUE_PARTITION} = :kind AND {keys.DUE_SORT} <= :now"
            values = {":kind": f"{self._tenant}#{kind}", ":now": sortable(now)}
            rows = self._pages(
                IndexName=keys.DUE_INDEX,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
            yield from (str(row[keys.SORT]).removeprefix("ACCOUNT#") for row in rows)

    def of_person(self, person_id: str) -> list[str]:
        """The ids of the accounts that an id of Meta's callbacks means."""
        values = {
            ":partition": keys.person_key(person_id, "", "")[keys.PARTITION],
            ":tenant": f"{self._tenant}#",
        }
        condition = f"{keys.PARTITION} = :partition AND begins_with({keys.SORT}, :tenant)"
        rows = self._pages(KeyConditionExpression=condition, ExpressionAttributeValues=values)
        return [str(row[keys.SORT]).removeprefix(f"{self._tenant}#") for row in rows]

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        """The tokens of a record. Raises Stale if the row has moved on, or LookupError if it holds none."""
        row = self._row(record.account_id)
        if not row or "token" not in row:
            raise LookupError("no token is stored for the account")
        if int(row["version"]) != record.version:
            raise ConflictError
        return decrypted_secrets(self._cipher, record, row)

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, lease: timedelta
    ) -> TokenRecord:
        """Takes the lease. Raises Stale if the version moved, the account needs a person, or somebody holds the lease."""
        held = replace(
            record,
            lease_owner=owner,
            lease_until=now + lease,
            attempted_at=now,
            attempted_before=record.attempted_at,
        )
        values = {
            ":owner": owner,
            ":until": sortable(now + lease),
            ":now": sortable(now),
            ":active": State.ACTIVE.value,
        }
        # A lease that ends later than any can was taken by a clock that ran ahead.
        values[":longest"] = sortable(now + MAX_LEASE)
        before = held.attempted_before
        update = "SET lease_owner = :owner, lease_until = :until, attempted_at = :now" + (
            ", attempted_before = :before" if before else ""
        )
        self._update(
            record,
            update,
            "#state = :active AND (attribute_not_exists(lease_until) OR lease_until <= :now OR lease_until > :longest)",
            values | ({":before": sortable(before)} if before else {}),
        )
        return held

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes a new token and ends the lease. Raises Stale if the lease is no longer the holder's."""
        done = replace(
            renewed,
            version=held.version + 1,
            failures=0,
            last_error=None,
            lease_owner=None,
            lease_until=None,
            state=State.ACTIVE,
        )
        self._put(
            done,
            secrets,
            "#version = :version AND lease_owner = :owner",
            {":version": held.version, ":owner": held.lease_owner},
        )
        return done

    def fail(self, held: TokenRecord, error: LastError, next_refresh_at: datetime) -> TokenRecord:
        """Notes a failure, says when to try again, and ends the lease. Raises Stale as `commit` does."""
        values = {
            ":owner": held.lease_owner,
            ":next": sortable(next_refresh_at),
            ":retry": f"{self._tenant}#{RETRY}",
            ":error": error_row(error),
            ":failures": held.failures + 1,
        }
        update = f"SET {keys.DUE_SORT} = :next, {keys.DUE_PARTITION} = :retry, last_error = :error, failures = :failures"
        self._update(
            held, f"{update} REMOVE lease_owner, lease_until", "lease_owner = :owner", values
        )
        changed = replace(
            held, next_refresh_at=next_refresh_at, last_error=error, failures=held.failures + 1
        )
        return replace(changed, lease_owner=None, lease_until=None)

    def require_reauth(self, seen: TokenRecord, error: LastError) -> TokenRecord:
        """Takes an account out of the index until a person has connected it again. Raises Stale if its version moved, or it is out."""
        values = {
            ":state": State.RECONNECT_REQUIRED.value,
            ":error": error_row(error),
            ":failures": seen.failures + 1,
        }
        update = f"SET #state = :state, last_error = :error, failures = :failures REMOVE {keys.DUE_PARTITION}, {keys.DUE_SORT}"
        self._update(
            seen,
            f"{update}, lease_owner, lease_until",
            "#state = :active",
            values | {":active": State.ACTIVE.value},
        )
        changed = replace(
            seen, state=State.RECONNECT_REQUIRED, last_error=error, failures=seen.failures + 1
        )
        return replace(changed, next_refresh_at=None, lease_owner=None, lease_until=None)

    def told(self, seen: TokenRecord, at: datetime) -> None:
        """Notes that somebody was told that the account needs a person. Raises Stale if its version moved."""
        self._update(seen, "SET notified_at = :at", "", {":at": sortable(at)})

    def connect(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Writes what a login gave, over whatever there was: what the login did not tell stays as it was."""
        while True:
            known = self.get(record.account_id)
            done = joined(record, known)
            condition = (
                "#version = :version" if known else f"attribute_not_exists({keys.PARTITION})"
            )
            try:
                self._put(done, secrets, condition, {":version": known.version} if known else {})
            except ConflictError:
                continue
            for person in done.people:
                aws.table(self._name).put_item(
                    Item=keys.person_key(person, self._tenant, done.account_id)
                )
            for person in set(known.people if known else ()) - set(done.people):
                # Whoever connected it before has no say in it any more.
                aws.table(self._name).delete_item(
                    Key=keys.person_key(person, self._tenant, done.account_id)
                )
            return done

    def disconnect(self, account_id: str, now: datetime) -> TokenRecord | None:
        """Forgets the tokens of an account; what it was, or None if there was none."""
        known = self.get(account_id)
        if known is None or known.state is State.DISCONNECTED:
            return None
        gone = TokenRecord(
            tenant=known.tenant,
            account_id=account_id,
            login_type=known.login_type,
            app_id=known.app_id,
            issued_at=now,
            expires_at=None,
            version=known.version + 1,
            state=State.DISCONNECTED,
        )
        aws.table(self._name).put_item(
            Item=keys.account_key(self._tenant, account_id) | to_row(gone)
        )
        for person in known.people:
            aws.table(self._name).delete_item(Key=keys.person_key(person, self._tenant, account_id))
        return known

    def _row(self, account_id: str) -> dict[str, Any] | None:
        table = aws.table(self._name)
        return table.get_item(
            Key=keys.account_key(self._tenant, account_id), ConsistentRead=True
        ).get("Item")

    def _put(
        self, record: TokenRecord, secrets: TokenSecrets, condition: str, values: Mapping[str, Any]
    ) -> None:
        row = keys.account_key(self._tenant, record.account_id) | to_row(record)
        row["token"] = self._cipher.encrypted(record, "token", secrets.token)
        if secrets.renewal:
            row["renewal"] = self._cipher.encrypted(record, "renewal", secrets.renewal)
        if record.next_refresh_at:
            row[keys.DUE_PARTITION] = f"{self._tenant}#{DUE}"
        more: dict[str, Any] = (
            {
                "ExpressionAttributeValues": values,
                "ExpressionAttributeNames": {"#version": "version"},
            }
            if values
            else {}
        )
        try:
            aws.table(self._name).put_item(Item=row, ConditionExpression=condition, **more)
        except ClientError as error:
            if condition_failed(error):
                raise ConflictError from None
            raise

    def _update(
        self, record: TokenRecord, update: str, condition: str, values: Mapping[str, Any]
    ) -> None:
        names = {"#version": "version"} | (
            {"#state": "state"} if "#state" in update + condition else {}
        )
        try:
            aws.table(self._name).update_item(
                Key=keys.account_key(self._tenant, record.account_id),
                UpdateExpression=update,
                ConditionExpression="#version = :version"
                + (f" AND {condition}" if condition else ""),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={":version": record.version, **values},
            )
        except ClientError as error:
            if condition_failed(error):
                raise ConflictError from None
            raise

    def _pages(self, **query: Any) -> Iterator[dict[str, Any]]:
        while True:
            page: Any = aws.table(self._name).query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def decrypted_secrets(
    cipher: TokenCipher, record: TokenRecord, row: Mapping[str, Any]
) -> TokenSecrets:
    """The tokens that a row of the record holds."""
    token = cipher.decrypted(record, "token", bytes(row["token"]))
    return TokenSecrets(
        token,
        cipher.decrypted(record, "renewal", bytes(row["renewal"])) if "renewal" in row else None,
    )
