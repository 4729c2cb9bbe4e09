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
        seconds = int(self.window.total_seconds())
        number = int(now.timestamp()) // seconds
        try:
            self.table.update_item(
                Key=keys.ration_key(f"{self.name}#{number}"),
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
