"""Who of many adopts the environment's token, and when it may be tried again: it has no record of its own yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import sortable
from lambdas.storage.conditional import condition_failed

LEASE = timedelta(seconds=75)
AFTER_A_FAILURE = timedelta(hours=20)


class AdoptionLease:
    """One row in the table of tokens."""

    def __init__(self, table_name: str, tenant: str) -> None:
        self._name = table_name
        self._key = keys.single_key("ADOPTION", tenant)

    def take(self, now: datetime, *, forced: bool) -> bool:
        """Whether the caller is the one who adopts. Unless `forced` by a person, not within 20 hours of a failure."""
        condition = "attribute_not_exists(pk) OR lease_until <= :now"
        if not forced:
            condition = (
                f"({condition}) AND (attribute_not_exists(not_before) OR not_before <= :now)"
            )
        try:
            aws.table(self._name).update_item(
                Key=self._key,
                UpdateExpression=f"SET lease_until = :until, {keys.EXPIRES} = :end",
                ConditionExpression=condition,
                ExpressionAttributeValues={
                    ":now": sortable(now),
                    ":until": sortable(now + LEASE),
                    ":end": int((now + timedelta(days=7)).timestamp()),
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def failed(self, now: datetime) -> None:
        """Ends the lease, and puts the next try of the schedule off."""
        values: Any = {
            ":now": sortable(now),
            ":then": sortable(now + AFTER_A_FAILURE),
            ":yes": True,
        }
        aws.table(self._name).update_item(
            Key=self._key,
            UpdateExpression="SET lease_until = :now, not_before = :then, failing = :yes",
            ExpressionAttributeValues=values,
        )

    def done(self) -> None:
        """Ends the lease: what was adopted has a record of its own now."""
        aws.table(self._name).delete_item(Key=self._key)

    def failing(self) -> bool:
        """Whether the last try failed."""
        return bool(
            aws.table(self._name)
            .get_item(Key=self._key, ConsistentRead=True)
            .get("Item", {})
            .get("failing")
        )
