"""Items whose rules were not applied: they return to the queue of updates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def unfinished_of(body: str) -> str | None:
    """Return the id of the item of a message; None if the message holds updates.

    These are decoded elsewhere: they may hold numbers that the standard library refuses.
    """
    return str(json.loads(body)[ITEM]) if body.startswith(f'{{"{ITEM}"') else None
