"""Lists over the table itself: each filter finds its items by its own index."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from lambdas.comments import keys
from lambdas.comments.operating.inbox_filter import InboxFilter
from lambdas.comments.operating.listing import InboxLists
from lambdas.comments.records import ItemState
from lambdas.comments.store import InboxStore
from lambdas.storage.events.deletion_mark import DeletionMarks
from tests.comments.operating.inbox import CAFE, SHOP, TENANT, Inbox, account, comment
from tests.moto_aws import moto_aws

FILTERS = [
    (InboxFilter(), ["c1", "c2", "c3"]),
    (InboxFilter(account=CAFE), ["c2"]),
    (InboxFilter(states=(ItemState.DONE, ItemState.OPEN)), ["c1", "c2", "c3"]),
    (InboxFilter(states=(ItemState.DONE,)), ["c3"]),
    (InboxFilter(thread="m1"), ["c1", "c2", "c3"]),
    (InboxFilter(author="901"), ["c3"]),
]


@pytest.fixture
def lists() -> Iterator[InboxLists]:
    with moto_aws():
        columns = {"pk", "sk", *(one for pair in keys.INDEXES.values() for one in pair)}
        table = boto3.resource("dynamodb").create_table(
            TableName="inbox",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": one, "AttributeType": "S"} for one in sorted(columns)
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": name,
                    "KeySchema": [
                        {"AttributeName": partition, "KeyType": "HASH"},
                        {"AttributeName": sort, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for name, (partition, sort) in keys.INDEXES.items()
            ],
        )
        store = InboxStore(table, DeletionMarks(table), TENANT)
        store.add(comment(1))
        store.add(comment(2, account_id=CAFE))
        store.add(comment(3, state=ItemState.DONE, author_id="901"))
        inbox = Inbox([account(SHOP), account(CAFE)])
        inbox.dependencies.__dict__["ledger"] = store
        yield inbox.dependencies.inbox_lists


def test_indexes_find_items(lists: InboxLists) -> None:
    for chosen, found in FILTERS:
        page = lists.page(chosen, 50, None)
        assert [one.id for one in page.items] == found, chosen


def test_stored_pages_follow_each_other(lists: InboxLists) -> None:
    for chosen, found in FILTERS:
        first = lists.page(chosen, 1, None)
        rest = lists.page(chosen, 50, first.next).items if first.next else []
        assert [one.id for one in [*first.items, *rest]] == found, chosen
