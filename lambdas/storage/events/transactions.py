"""Transactions that meet others on the same row, such as grants on an event's usage."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.storage.conditional import cancellation_codes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_TRIES = 12
REFUSED = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"


def transact(
    table: Table,
    writes: Sequence[TransactWriteItemTypeDef],
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Run a transaction; return nothing if it was made, else why each write was refused.

    A transaction that conflicts with another one is repeated, with full jitter.
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            table.meta.client.transact_write_items(TransactItems=list(writes))
        except ClientError as error:
            codes = cancellation_codes(error)
            if REFUSED in codes:
                return codes
            if CONFLICT not in codes or attempt == MAX_TRIES:
                raise
            sleep(random.uniform(0, min(0.01 * 2**attempt, 0.5)))  # noqa: S311  Jitter.
        else:
            return []
    raise AssertionError("unreachable")
