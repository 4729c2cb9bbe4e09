"""The queue of zip files to make."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from lambdas.kit.decoded import JsonObject

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class PartOrder:
    """The message that asks for one part of a download."""

    event_id: str
    download_id: str
    number: int

    @classmethod
    def of(cls, message: JsonObject) -> PartOrder:
        """Return the order of a message."""
        return cls(message["event_id"], message["download_id"], int(message["number"]))


@dataclass(frozen=True)
class OrderQueue:
    """Sends orders."""

    client: SQSClient
    url: str

    def send(self, event_id: str, download_id: str, number: int) -> None:
        """Ask for one part of a download."""
        order = PartOrder(event_id, download_id, number)
        self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(asdict(order)))
