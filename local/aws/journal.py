"""The journal of DynamoDB: the items that were written since a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

from ministack.core.responses import request_scope
from ministack.services import dynamodb

from lambdas.kit.decoded import JsonObject

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


def written_keys(action: str, request: JsonObject) -> list[tuple[str, JsonObject]]:
    """Return table and key of each item that a request wrote."""
    if action == "BatchWriteItem":
        return [
            (table, _key_of(table, write["PutRequest"]["Item"]))
            if "PutRequest" in write
            else (table, write["DeleteRequest"]["Key"])
            for table, writes in request["RequestItems"].items()
            for write in writes
        ]
    if action == "TransactWriteItems":
        parts = [
            next(iter(part.items()))
            for part in request["TransactItems"]
            if "ConditionCheck" not in part
        ]
        return [
            (body["TableName"], _key_of(body["TableName"], body["Item"]))
            if kind == "Put"
            else (body["TableName"], body["Key"])
            for kind, body in parts
        ]
    name = request["TableName"]
    return [(name, _key_of(name, request["Item"]) if action == "PutItem" else request["Key"])]


def replay(journal: Path) -> None:
    """Write the journal's items into their tables. Lines that a loss of power cut are ignored."""
    for line in journal.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            account, region, table, key, item = json.loads(line)
        except (ValueError, TypeError):
            continue
        with request_scope(account, region):
            if dynamodb._normalize_table_name(table) not in dynamodb._tables:
                continue
            if item is None:
                dynamodb._delete_item({"TableName": table, "Key": key})
            else:
                dynamodb._put_item({"TableName": table, "Item": item})


def _key_of(table: str, item: JsonObject) -> JsonObject:
    record = dynamodb._tables[dynamodb._normalize_table_name(table)]
    names = [name for name in (record.get("pk_name"), record.get("sk_name")) if name]
    return {name: item[name] for name in names}


def item_of(table: str, key: JsonObject) -> JsonObject | None:
    """Return an item as it is stored now, or None."""
    _, _, body = dynamodb._get_item({"TableName": table, "Key": key, "ConsistentRead": True})
    found: JsonObject | None = json.loads(body).get("Item")
    return found


def number_of(journal: Path) -> int:
    """Return the number of the snapshot that a journal goes beyond."""
    return int(journal.stem.rpartition("-")[2])
