"""Items whose rules were not applied: they return to the queue of updates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.kit.decoded import JsonObject

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ITEM = "item"


@dataclass(frozen=True)
class UnfinishedItems:
    """Puts items into the queue of updates."""

    client: SQSClient
    url: str

    def put(self, item_id: str) -> None:
        """Put an item into the queue."""
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps({ITEM: item_id}))


def unfinished_of(message: JsonObject) -> str | None:
    """Return the id of the item of a message; None if the message holds updates."""
    return str(message[ITEM]) if ITEM in message else None
