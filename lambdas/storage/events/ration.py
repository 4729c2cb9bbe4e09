"""A ration limits how often something may happen across the whole site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.storage import keys
from lambdas.storage.conditional import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class Ration:
    """`count` uses in each `window`, counted in one row per window that expires."""

    table: Table
    name: str
    count: int
    window: timedelta

    def take(self, now: datetime) -> bool:
        """Use one; return False if none is left in this window."""
        seconds, number = self._seconds, self._number(now)
        try:
            self.table.update_item(
                Key=self._key(now),
                UpdateExpression="ADD #uses :one SET #expires = :expires",
                ConditionExpression="attribute_not_exists(#uses) OR #uses < :count",
                ExpressionAttributeNames={"#uses": "uses", "#expires": keys.EXPIRES},
                ExpressionAttributeValues={
                    ":one": 1,
                    ":count": self.count,
                    ":expires": (number + 2) * seconds,
                },
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def give_back(self, now: datetime) -> None:
        """Give back one that was taken just now and not used."""
        self.table.update_item(
            Key=self._key(now),
            UpdateExpression="ADD #uses :one SET #expires = :expires",
            ExpressionAttributeNames={"#uses": "uses", "#expires": keys.EXPIRES},
            ExpressionAttributeValues={
                ":one": -1,
                ":expires": (self._number(now) + 2) * self._seconds,
            },
        )

    @property
    def _seconds(self) -> int:
        return int(self.window.total_seconds())

    def _number(self, now: datetime) -> int:
        return int(now.timestamp()) // self._seconds

    def _key(self, now: datetime) -> dict[str, str]:
        return keys.ration_key(f"{self.name}#{self._number(now)}")
