"""The analytics feature's real dependencies against the emulator, in emulated time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import boto3
import pytest

from lambdas.analytics.collecting.counting import CountingTransport
from lambdas.analytics.dependencies import AnalyticsDependencies
from lambdas.analytics.records import AccountDay, Post, Unit, UnitStatus
from lambdas.graph.transport import Answer, Request
from lambdas.kit.login_type import LoginType
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.storage.rows import to_row
from tests.analytics.settings import analytics_settings
from tests.analytics.site import Site
from tests.conftest import NOW, Aws
from tests.doubles import RecordingBus
from tests.graph.conftest import Bench

ACCOUNT = "17841400000000077"
TOKEN = "IGAAtokenofthenumbers"
LONG_AGO = datetime(2000, 1, 1, tzinfo=NOW.tzinfo)


class Numbers(Bench):
    """An account with posts whose numbers live, and what collects them."""

    def __init__(
        self,
        aws: Aws,
        posts: int = 30,
        days: int = 40,
        expansion: str = "works",
        *,
        from_environment: bool = False,
    ) -> None:
        super().__init__()
        self.aws = aws
        self.on_request: Callable[[Request], object] | None = None
        self.answer_instead: Callable[[Request], Answer | None] = lambda _: None
        self.bus = RecordingBus()
        since = self.clock.now() - timedelta(days=days)
        self.control(
            "generate",
            id=ACCOUNT,
            posts=posts,
            since=since.isoformat(),
            until=self.clock.now().isoformat(),
            token=TOKEN,
        )
        self.control("live", account=ACCOUNT, since=since.isoformat())
        self.control("expansion", behaviour=expansion)
        self.settings = analytics_settings(aws)
        if from_environment:
            self.settings = replace(self.settings, ig_access_token=TOKEN, ig_user_id=ACCOUNT)
        self.dependencies = self.fresh_dependencies()
        if not from_environment:
            self.connect()

    def fresh_dependencies(self) -> AnalyticsDependencies:
        """Return the dependencies of another function instance."""
        return AnalyticsDependencies(
            self.settings,
            aws=self.aws.clients,
            clock=self.clock,
            transport=CountingTransport(self.transport),
            bus=self.bus,
            sleep=self.sleep,
            rng=random.Random(1),
        )

    def _answer(self, request: Request) -> Answer:
        """Answer a request of the client; what `on_request` is set to happens once before.

        `answer_instead` answers in the emulator's place where it returns an answer.
        """
        hook, self.on_request = self.on_request, None
        if hook:
            hook(request)
        return self.answer_instead(request) or super()._answer(request)

    def connect(self, account_id: str = ACCOUNT, token: str = TOKEN) -> TokenRecord:
        """Store a connected account, as the tokens feature does."""
        now = self.clock.now()
        record = TokenRecord(
            tenant="main",
            account_id=account_id,
            login_type=LoginType.INSTAGRAM,
            app_id="1000000001",
            issued_at=now - timedelta(days=2),
            expires_at=now + timedelta(days=400),
            username="maker",
            connected_at=now,
            version=int(now.timestamp()),
        )
        columns = self.dependencies.token_cipher.encrypted_columns(record, TokenSecrets(token))
        key = keys.account_key("main", account_id)
        self.dependencies.tokens_table.put_item(Item={**key, **to_row(record), **columns})
        return record

    def change_connection(self, **changes: str) -> None:
        """Change the stored record of the account."""
        table, key = self.dependencies.tokens_table, keys.account_key("main", ACCOUNT)
        row = table.get_item(Key=key)["Item"]
        table.put_item(Item={**row, **changes})

    def collect(self, *units: Unit) -> list[UnitStatus | None]:
        """Collect units now."""
        return [self.dependencies.collection.collect(ACCOUNT, unit) for unit in units or Unit]

    def run_hours(self, count: int) -> list[int]:
        """Run what the schedule does in some hours; return the calls of each."""
        return [self.run_hour() for _ in range(count)]

    def run_hour(self) -> int:
        """Run what the schedule does within an hour; return the calls it took."""
        before = self.dependencies.transport.calls
        self.dependencies.sweep.run()
        for message in self.messages():
            unit = Unit(message["unit"])
            self.dependencies.collection.collect(message["account_id"], unit, if_due=True)
        self.clock.advance(timedelta(hours=1))
        return self.dependencies.transport.calls - before

    def messages(self) -> list[dict[str, str]]:
        """Take all messages of the queue."""
        sqs, found = boto3.client("sqs"), []
        while answer := sqs.receive_message(
            QueueUrl=self.aws.collect_url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in answer:
                found.append(json.loads(message["Body"]))
                handle = message["ReceiptHandle"]
                sqs.delete_message(QueueUrl=self.aws.collect_url, ReceiptHandle=handle)
        return found

    def known(self) -> dict[str, dict[str, int | float]]:
        """Return the stored numbers of all posts."""
        return {post.id: post.numbers for post in self.posts()}

    def days(self) -> list[AccountDay]:
        """Return all stored days, oldest first."""
        until = self.clock.now() + timedelta(days=3)
        return self.dependencies.reader.days(ACCOUNT, LONG_AGO, until)

    def posts(self) -> list[Post]:
        """Return all stored posts, oldest first."""
        until = self.clock.now() + timedelta(days=1)
        return self.dependencies.reader.posts(ACCOUNT, LONG_AGO, until)

    def post(self, media_id: str) -> Post:
        """Return one stored post."""
        found = self.dependencies.reader.post(ACCOUNT, media_id)
        assert found
        return found

    def status(self, unit: Unit) -> UnitStatus:
        """Return how a unit is doing."""
        state = self.dependencies.reader.state(ACCOUNT)
        assert state
        return state.status(unit)

    def media(self, index: int = 0) -> str:
        """Return the id of the account's newest media object, or of an older one."""
        media = self.emulator_state.accounts[ACCOUNT].media
        newest = sorted(media, key=lambda one: one.taken_at, reverse=True)
        return str(newest[index].id)

    def change_media(self, media_id: str, **changes: object) -> None:
        """Change one of the account's media objects at the emulator."""
        self.control("change_media", account=ACCOUNT, media=media_id, **changes)


@pytest.fixture
def numbers(fake_aws: Aws) -> Numbers:
    """Provide an account with 30 posts in 40 days."""
    return Numbers(fake_aws)


@pytest.fixture
def site(fake_aws: Aws) -> Site:
    """Provide a site with one connected account, of which nothing is collected."""
    found = Site(fake_aws)
    found.connect()
    return found
