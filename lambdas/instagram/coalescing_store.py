"""Reads of the Graph API that several functions make at the same time: one makes the call, the others take its answer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.kit.clock import Clock
from lambdas.storage import keys
from lambdas.storage.conditional import condition_failed

ROW = "READ"
LEAD = timedelta(seconds=25)
HANDED_OUT = timedelta(seconds=2)
POLL_SECONDS = 0.1
# A row may hold 400 KB; an answer that is larger is read by everybody.
MAX_BYTES = 300_000


class DynamoCoalescingStore:
    """A `ReadStore` in the events' table. Answers that hold tokens never come here."""

    def __init__(
        self, table_name: str, clock: Clock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._name = table_name
        self._clock = clock
        self._sleep = sleep
        # A lead that ran out may be somebody else's by now: whoever comes late must not end theirs.
        self._me = secrets.token_hex(8)

    def lead(self, key: str) -> bool:
        """Whether the caller is the one who reads: nobody does, or their time is over.

        An answer that lies there is for those who waited for it. Whoever comes after it reads anew: it may be older than a change that
        the caller has just made.
        """
        now = self._now()
        try:
            aws.table(self._name).put_item(
                Item={
                    **keys.graph_key(key, ROW),
                    "until": now + int(LEAD.total_seconds() * 1000),
                    "leader": self._me,
                    keys.EXPIRES: now // 1000 + 3600,
                },
                ConditionExpression="attribute_not_exists(pk) OR #until <= :now OR attribute_exists(body)",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={":now": now},
            )
        except ClientError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def put(self, key: str, body: Any) -> None:
        """Hands an answer out, for two seconds."""
        text = json.dumps(body)
        if len(text.encode()) > MAX_BYTES:
            self.give_up(key)
            return
        now = self._now()
        until = now + int(HANDED_OUT.total_seconds() * 1000)
        row: dict[str, Any] = {
            **keys.graph_key(key, ROW),
            "until": until,
            "body": text,
            keys.EXPIRES: now // 1000 + 3600,
        }
        self._if_leading(lambda condition: aws.table(self._name).put_item(Item=row, **condition))

    def give_up(self, key: str) -> None:
        """Ends a lead without an answer."""
        self._if_leading(
            lambda condition: aws.table(self._name).delete_item(
                Key=keys.graph_key(key, ROW), **condition
            )
        )

    def _if_leading(self, write: Callable[[Any], object]) -> None:
        try:
            write(
                {
                    "ConditionExpression": "leader = :me",
                    "ExpressionAttributeValues": {":me": self._me},
                }
            )
        except ClientError as error:
            if not condition_failed(error):
                raise

    def wait(self, key: str) -> tuple[bool, Any]:
        """Waits for the leader's answer as long as there is a leader."""
        while True:
            row: Any = (
                aws.table(self._name)
                .get_item(Key=keys.graph_key(key, ROW), ConsistentRead=True)
                .get("Item")
            )
            if row and "body" in row:
                return True, json.loads(row["body"])
            if not row or int(row["until"]) <= self._now():
                return False, None
            self._sleep(POLL_SECONDS)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
