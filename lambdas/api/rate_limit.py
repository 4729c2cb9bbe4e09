"""The rate limits that routes declare, counted in a table for all function instances together.

API Gateway's own limits per route stop a deployment once such a route is removed ("Unable to find
Route by key"); the stage's limit over all routes stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.api.routing import Limit
from lambdas.kit.clock import Clock
from lambdas.kit.errors import LimitReached
from lambdas.storage import keys

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from mypy_boto3_dynamodb.service_resource import Table

MIN_RETENTION_SECONDS = 3600


@dataclass(frozen=True)
class RateLimiter:
    """Counts requests in windows in which a route's burst is spent at its rate."""

    table: Table
    clock: Clock
    logger: Logger

    def check(self, key: str, limit: Limit) -> None:
        """Count a request. Raises LimitReached if its window is used up.

        If the table cannot be written, requests go on: a limit must not cause an outage.
        """
        now = self.clock.now().timestamp()
        seconds = math.ceil(limit.burst / limit.rate)
        window = int(now // seconds)
        try:
            answer = self.table.update_item(
                Key=keys.single_key("LIMIT", f"{key}#{window}"),
                UpdateExpression=f"ADD hits :one SET {keys.EXPIRES} = :end",
                ExpressionAttributeValues={
                    ":one": 1,
                    ":end": int(now) + max(seconds, MIN_RETENTION_SECONDS),
                },
                ReturnValues="UPDATED_NEW",
            )
        except Exception:
            self.logger.exception("rate limit could not be counted", extra={"route": key})
            return
        if int(str(answer["Attributes"]["hits"])) > limit.burst:
            raise LimitReached(
                "Too many requests right now. Please try again in a moment.",
                code="too_many_requests",
                retry_after=max(1, math.ceil((window + 1) * seconds - now)),
            )
