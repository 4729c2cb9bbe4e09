"""That a refused transaction leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from lambdas.storage import keys
from tests.conftest import Aws
from tests.json_types import JsonObject


def row(number: int, **more: object) -> JsonObject:
    return {keys.PARTITION: "event", keys.SORT: str(number), **more}


def test_refused_transaction_changes_nothing(fake_aws: Aws) -> None:
    table = fake_aws.clients.table(fake_aws.table)
    for number in range(3):
        table.put_item(Item=row(number, count=number, parts={"a": [1]}))
    before = table.scan()["Items"]
    name = {"TableName": table.name}
    count: JsonObject = {"UpdateExpression": "SET #c = :c, parts.a = :c REMOVE gone"}
    names = {"ExpressionAttributeNames": {"#c": "count"}}
    writes: list[JsonObject] = [
        {"Update": name | count | names | {"Key": row(0), "ExpressionAttributeValues": {":c": 9}}},
        {"Put": name | {"Item": row(1, count=9)}},
        {"Delete": name | {"Key": row(2)}},
        {"Put": name | {"Item": row(3)}},
    ]
    refused = name | {"Key": row(4), "ConditionExpression": "attribute_exists(pk)"}
    run: Callable[..., object] = table.meta.client.transact_write_items

    with pytest.raises(ClientError):
        run(TransactItems=[*writes, {"ConditionCheck": refused}])
    assert table.scan()["Items"] == before
    run(TransactItems=writes)

    after = {one[keys.SORT]: one for one in table.scan()["Items"]}
    assert set(after) == {"0", "1", "3"}
    assert (after["0"]["count"], after["0"]["parts"]) == (9, {"a": 9})
