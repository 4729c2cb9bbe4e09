"""How many events hosts can create: an event costs storage, and a link may go astray."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.kit.errors import LimitReached
from lambdas.storage.events.ration import Ration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

EVENTS, DAY = 3, timedelta(days=1)


def count_event(table: Table, origin: str, now: datetime) -> None:
    """Count an event that hosts create; `origin` is the operators' event that they come from.

    The links of an event that a host created count with those of its origin, so that one link
    cannot make ever more. Raises LimitReached.
    """
    if Ration(table, f"host-events#{origin}", EVENTS, DAY).take(now):
        return
    seconds = DAY.total_seconds()
    raise LimitReached(
        f"Hosts can create {EVENTS} events a day. Please try again tomorrow.",
        code="too_many_events",
        retry_after=math.ceil(seconds - now.timestamp() % seconds),
    )
