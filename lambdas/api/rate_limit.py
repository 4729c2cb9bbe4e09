"""The rate limits that routes declare, counted in a table for all function instances together.

API Gateway's own limits per route stop a deployment once such a route is removed ("Unable to find
Route by key"); the stage's limit over all routes stays.

Of what anyone may request, one address gets half: a stranger who uses it up shuts no others out.
"""

from __future__ import annotations

import hashlib
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

    def check(self, key: str, limit: Limit, address: str = "") -> None:
        """Count a request. Raises LimitReached if its window, or the address's half, is used up.

        Without an `address` the caller has signed in. If the table cannot be written, requests go
        on: a limit must not cause an outage.
        """
        if address:
            # Addresses are personal data: neither the table nor a log has them.
            sender = hashlib.sha256(f"{key} {address}".encode()).hexdigest()[:16]
            self._count(key, limit, max(1, limit.burst // 2), f"#{sender}")
        self._count(key, limit, limit.burst)

    def _count(self, key: str, limit: Limit, most: int, sender: str = "") -> None:
        now = self.clock.now().timestamp()
        seconds = math.ceil(limit.burst / limit.rate)
        window = int(now // seconds)
        try:
            answer = self.table.update_item(
                Key=keys.single_key("LIMIT", f"{key}#{window}{sender}"),
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
        if int(str(answer["Attributes"]["hits"])) > most:
            raise LimitReached(
                "Too many requests right now. Please try again in a moment.",
                code="too_many_requests",
                retry_after=max(1, math.ceil((window + 1) * seconds - now)),
            )
