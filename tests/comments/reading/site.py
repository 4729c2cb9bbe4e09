"""A connected account whose comments and messages are read from the emulator, in emulated time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.media import MediaStore
from lambdas.comments.reading.account_state import AccountState, AccountStates, Health
from lambdas.comments.reading.app_webhooks import AppWebhooks
from lambdas.comments.reading.backfill import Backfill, BackfillDone
from lambdas.comments.reading.comment_reader import CommentReader
from lambdas.comments.reading.message_reader import MessageReader
from lambdas.comments.reading.scheduling import Scheduling
from lambdas.comments.reading.subscriptions import Subscriptions
from lambdas.comments.reading.work import AccountWork
from lambdas.comments.records import Item, Origin
from lambdas.comments.store import InboxStore
from lambdas.comments.taking.items import comment_item, message_item
from lambdas.comments.updates import CommentWritten, MessageWritten, Update
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.login_type import LoginType
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import PARTITION, SORT
from local.graph.data import ACCOUNT_ID
from local.graph.tokens import LoginType as EmulatedLogin
from tests.conftest import Aws
from tests.tokens.conftest import Feature

INBOX = "inbox"
HOOK = "https://photos.example.com/webhooks/instagram"


def inbox_table() -> None:
    """Create the table of the inbox with its indexes."""
    names = sorted({name for pair in keys.INDEXES.values() for name in pair})
    partition, sort = PARTITION, SORT

    def schema(hash_key: str, range_key: str) -> Any:
        return [
            {"AttributeName": hash_key, "KeyType": "HASH"},
            {"AttributeName": range_key, "KeyType": "RANGE"},
        ]

    boto3.client("dynamodb").create_table(
        TableName=INBOX,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": one, "AttributeType": "S"} for one in (partition, sort, *names)
        ],
        KeySchema=schema(partition, sort),
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": schema(*index),
                "Projection": {"ProjectionType": "KEYS_ONLY" if name == keys.BY_DUE else "ALL"},
            }
            for name, index in keys.INDEXES.items()
        ],
    )


class StoringTaker:
    """Stores updates as items, without rules."""

    def __init__(self, store: InboxStore, accounts: InboxAccounts) -> None:
        self.store = store
        self.accounts = accounts
        self.taken: list[Update] = []

    def take(self, update: Update, origin: Origin = Origin.WEBHOOK) -> bool:
        """Store a comment or message; return whether it was new."""
        account = self.accounts.of(update.account_id)
        assert account
        now = self.accounts.clock.now()
        self.taken.append(update)
        if isinstance(update, MessageWritten):
            return self.store.add(message_item(update, account, now, origin))
        assert isinstance(update, CommentWritten)
        return self.store.add(comment_item(update, account, now, origin))


class RecordingAccounts:
    """The queue of accounts, in memory."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, timedelta]] = []
        self.renewals: list[str] = []
        self.broken_for = ""

    def put(self, account_id: str, delay: timedelta = timedelta(), *, renew: bool = False) -> None:
        """Remember an account."""
        if account_id == self.broken_for:
            raise ClientError({"Error": {"Code": "Throttling"}}, "SendMessage")
        self.sent.append((account_id, delay))
        if renew:
            self.renewals.append(account_id)


class ReadingSite:
    """The account, what reads it, and what people do on Instagram."""

    def __init__(self, aws: Aws, login_type: LoginType = LoginType.INSTAGRAM) -> None:
        inbox_table()
        self.feature = Feature(aws)
        self.bench, self.clock = self.feature.bench, self.feature.clock
        self.feature.connected(login_type)
        self.bench.answer_challenges_at(HOOK)
        needed = self.feature.dependencies
        table = aws.clients.table(INBOX)
        marks = DeletionMarks(aws.clients.table(aws.table))
        self.store = InboxStore(table, marks, "main")
        self.media = MediaStore(table, marks, "main")
        self.states = AccountStates(table, marks, "main")
        rows = AccountRows(aws.clients.table(aws.tokens), "main")
        self.accounts = InboxAccounts(rows, self.clock)
        self.taker = StoringTaker(self.store, self.accounts)
        self.queue = RecordingAccounts()
        self.emitted: list[dict[str, float]] = []
        self.subscriptions = Subscriptions(
            states=self.states, clock=self.clock, logger=needed.logger
        )
        self.backfill = Backfill(
            states=self.states,
            comments=CommentReader(
                store=self.store, media=self.media, taker=self.taker, clock=self.clock
            ),
            messages=MessageReader(self.taker),
            clock=self.clock,
            logger=needed.logger,
            emit=lambda **values: self.emitted.append(values),
        )
        self.app = AppWebhooks(
            table=table,
            tenant="main",
            client=lambda one: needed.graph_of(one).app_subscriptions,
            callback_url=HOOK,
            verify_token=lambda: "token",
            clock=self.clock,
            logger=needed.logger,
        )
        self.work = AccountWork(
            accounts=self.accounts,
            instagram=needed.instagram,
            states=self.states,
            subscriptions=self.subscriptions,
            app=self.app,
            backfill=self.backfill,
            queue=self.queue,
            bus=self.feature.bus,
            clock=self.clock,
            logger=needed.logger,
        )
        self.scheduling = Scheduling(
            states=self.states, queue=self.queue, clock=self.clock, logger=needed.logger
        )

    @property
    def account(self) -> InboxAccount:
        found = self.accounts.of(ACCOUNT_ID)
        assert found
        return found

    @property
    def state(self) -> AccountState:
        return self.states.get(ACCOUNT_ID)

    @property
    def health(self) -> Health:
        return self.state.health_at(self.clock.now())

    def run(self, *, renew: bool = False) -> BackfillDone:
        """Work on the account."""
        done = self.work.run(ACCOUNT_ID, renew=renew)
        assert done
        return done

    def go_on(self) -> BackfillDone:
        """Work on the account as an unfinished run asked for it."""
        self.later(minutes=1)
        return self.run()

    def allow_messages(self) -> None:
        """Connect the account again, with a login that says which permissions it gave."""
        record = self.feature.store.get(ACCOUNT_ID)
        assert record
        scopes = tuple(sorted(EmulatedLogin(record.login_type).scopes))
        secrets = self.feature.store.secrets(record)
        self.feature.connections.save(replace(record, scopes=scopes), secrets)
        self.later(minutes=1)

    def post(self, *ids: str, at: datetime | None = None, account: str = ACCOUNT_ID) -> None:
        """Replace the account's media by new objects."""
        taken_at = to_rfc3339(at or self.clock.now() - timedelta(days=1))
        self.bench.emulator_state.accounts[account].media.clear()
        self.bench.emulator_state.accounts[account].comments.clear()
        media = [{"id": one, "taken_at": taken_at} for one in ids]
        self.bench.control("media", account=account, media=media)

    def comment(self, media: str, text: str = "Nice", **more: object) -> str:
        """Let a person comment."""
        self.bench._follow_clock()
        answer = self.bench.control("comment", account=ACCOUNT_ID, media=media, text=text, **more)
        return str(answer["id"])

    def throttle(self, minutes: int) -> None:
        """Let Meta allow no calls for a while."""
        self.bench._follow_clock()
        self.bench.control("throttle", account=ACCOUNT_ID, code=80002, minutes=minutes)

    def item(self, item_id: str) -> Item:
        found = self.store.item(item_id)
        assert found
        return found

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def calls(self, path: str = "") -> int:
        return self.bench.calls(path)
