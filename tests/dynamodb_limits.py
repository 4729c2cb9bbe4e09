"""DynamoDB's limits of keys, which moto does not know for all calls.

Source: "Quotas in Amazon DynamoDB": a partition key has up to 2048 bytes, a sort key up to 1024.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from botocore.exceptions import ClientError
from botocore.model import OperationModel

MAX_PARTITION, MAX_SORT = 2048, 1024
# The names of key columns, those of indexes included.
PARTITION, SORT = re.compile(r"pk|\w+_(pk|list)"), re.compile(r"sk|\w+_sk|listed_at")
VALUE = re.compile(r":\w+")


def refuse_long_keys(model: OperationModel, params: Any, **_: object) -> None:
    """Raise what DynamoDB answers to a request with a key that is too long."""
    body = params["body"]
    if len(body) <= MAX_SORT:
        return
    for name, size in _keys(json.loads(body)):
        if size > (MAX_SORT if SORT.fullmatch(name) else MAX_PARTITION):
            message = f"the key {name} has {size} bytes"
            answer = {"Error": {"Code": "ValidationException", "Message": message}}
            raise ClientError(cast(Any, answer), model.name)


def _keys(request: Any) -> Iterator[tuple[str, int]]:
    """Yield the names of key columns and the bytes of their values, wherever they are."""
    if isinstance(request, list):
        for part in request:
            yield from _keys(part)
        return
    if not isinstance(request, dict):
        return
    values = request.get("ExpressionAttributeValues", {})
    for name in VALUE.findall(request.get("KeyConditionExpression", "")):
        yield name, _size(values[name])
    for name, value in request.items():
        if SORT.fullmatch(name) or PARTITION.fullmatch(name):
            yield name, _size(value)
        elif name != "ExpressionAttributeValues":
            yield from _keys(value)


def _size(value: dict[str, str]) -> int:
    return len(value.get("S", "").encode())
