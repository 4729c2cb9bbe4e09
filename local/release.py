"""What belongs to a deployment beside the deploying itself."""

from __future__ import annotations

import json
from typing import Any


def first_look(sqs: Any, sweep_queue_url: str) -> None:
    """Has the tokens looked at once: the alarms get their first numbers now, and not with the first run of the schedule."""
    sqs.send_message(QueueUrl=sweep_queue_url, MessageBody=json.dumps({"sweep": "deployed"}))
