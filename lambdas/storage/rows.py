"""Records as rows: frozen dataclasses in, DynamoDB's plain values out, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import msgspec
from boto3.dynamodb.types import Binary

from lambdas.kit.clock import to_sortable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import QueryInputTableQueryTypeDef, ScanInputTableScanTypeDef

Record = TypeVar("Record")
Row = dict[str, Any]


def to_row(record: object) -> Row:
    """Return the columns of a record; a field that is None has none.

    Times become RFC 3339 texts of whole seconds, which sort as times do, enums their values,
    tuples lists, nested records maps.
    """
    return _stored_row(msgspec.to_builtins(record, builtin_types=(bytes, datetime)))


def from_row(kind: type[Record], row: Mapping[str, object]) -> Record:
    """Build a record from a row, ignoring unknown columns.

    Raises msgspec.ValidationError, which names the column, for a row that does not fit.
    """
    return msgspec.convert(_plain(row), kind)


def query_all(table: Table, **query: Unpack[QueryInputTableQueryTypeDef]) -> Iterator[Row]:
    """Return all rows of a query, page by page."""
    pages: Any = table.meta.client.get_paginator("query")
    for page in pages.paginate(TableName=table.name, **query):
        yield from page["Items"]


def scan_all(table: Table, **scan: Unpack[ScanInputTableScanTypeDef]) -> Iterator[Row]:
    """Return all rows of a scan, page by page: for what happens once in years."""
    pages: Any = table.meta.client.get_paginator("scan")
    for page in pages.paginate(TableName=table.name, **scan):
        yield from page["Items"]


def _stored_row(values: Mapping[str, object]) -> Row:
    return {name: _stored(one) for name, one in values.items() if one is not None}


def _stored(value: object) -> object:
    if isinstance(value, dict):
        return _stored_row(value)
    if isinstance(value, list | tuple):
        return [_stored(one) for one in value]
    return to_sortable(value) if isinstance(value, datetime) else value


def _plain(value: object) -> object:
    """Return a value without DynamoDB's own number and binary types."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.value if isinstance(value, Binary) else value  # type: ignore[attr-defined]
