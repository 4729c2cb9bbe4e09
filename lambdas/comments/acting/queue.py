"""The queue of actions that are to be performed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_DELAY_SECONDS = 900


class Actions(Protocol):
    """Takes the ids of actions."""

    def put(self, action_id: str, delay: timedelta = timedelta()) -> None:
        """Put an action into the queue, to be performed after a delay of 15 minutes at most."""


@dataclass(frozen=True)
class ActQueue:
    """The queue itself. A message that is lost costs minutes: the sweep looks at what is due."""

    client: SQSClient
    url: str

    def put(self, action_id: str, delay: timedelta = timedelta()) -> None:
        """Put an action into the queue, to be performed after a delay of 15 minutes at most."""
        seconds = math.ceil(max(delay.total_seconds(), 0))
        self.client.send_message(
            QueueUrl=self.url,
            MessageBody=json.dumps({"action": action_id}),
            DelaySeconds=min(seconds, MAX_DELAY_SECONDS),
        )
