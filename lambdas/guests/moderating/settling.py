"""Bringing the objects of many photos into line in the background, at the message of a request.

A request that decides about hundreds of photos has no time for all of their objects, and may be
killed before it has begun. So it asks first, with a delay; what it has settled itself by then is
left alone. Whatever else goes wrong, the sweep finds the marks that are left.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PHOTO_IDS = "photo_ids"
# Longer than the function can run that decides.
AFTER_REQUEST = timedelta(seconds=20)
AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class SettlingOrders:
    """Asks for photos to be settled. An empty `url` is that of functions that never do."""

    client: SQSClient
    url: str
    logger: Logger

    def send(self, event_id: str, photo_ids: Sequence[str], delay: timedelta) -> None:
        """Ask for photos to be settled after a delay; if that fails, the sweep does it later."""
        if not (self.url and photo_ids):
            return
        try:
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=json.dumps({"event_id": event_id, PHOTO_IDS: list(photo_ids)}),
                DelaySeconds=round(delay.total_seconds()),
            )
        except Exception:
            self.logger.exception("photos wait for the sweep", extra={"event_id": event_id})
