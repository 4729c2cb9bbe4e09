"""The tokens' feature against the Graph emulator: in one process, in emulated time, with the real tables in moto or with their twin."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from lambdas.graph.client import Graph
from lambdas.kit.log import logger
from lambdas.storage.accounts.audit import AuditTrail
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens.adoption import AdoptionLease
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.connection import ConnectDesk
from lambdas.tokens.login_state import LoginStates
from lambdas.tokens.notice import TopicNotices
from lambdas.tokens.refresh import Refresher
from lambdas.tokens.renewal import Renewal
from lambdas.tokens.token_store import DynamoTokenStore, TokenStore
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.graph.conftest import Bench

CALLBACK = "http://localhost:4570/instagram/callback"
SITE = "https://photos.example.com"
CAPABILITIES = ("insights", "comments", "publishing")


ONE_AT_A_TIME = threading.Lock()


class AtomicStore(DynamoTokenStore):
    """Moto looks at a condition and writes in two steps, between which another thread may come; DynamoDB does not."""

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, lease: timedelta
    ) -> TokenRecord:
        """One thread after the other."""
        with ONE_AT_A_TIME:
            return super().acquire(record, owner, now, lease)


class AtomicLease(AdoptionLease):
    """The same for the lease of adoptions."""

    def take(self, now: datetime, *, forced: bool) -> bool:
        """One thread after the other."""
        with ONE_AT_A_TIME:
            return super().take(now, forced=forced)


class Feature:
    """All parts of the feature around one emulator."""

    def __init__(self, aws: Aws, store: TokenStore | None = None) -> None:
        self.aws = aws
        self.bench = Bench()
        self.clock = self.bench.clock
        self.cipher = TokenCipher(aws.key_arn)
        self.store = store or AtomicStore(aws.tokens, self.cipher, "main")
        self.audit = AuditTrail(aws.audit, "main")
        self.states = LoginStates(aws.tokens, self.clock)
        self.notices = TopicNotices(
            aws.topic_arn, aws.tokens, self.states, SITE, "daybook", self.clock
        )
        self.rng = random.Random(7)
        self.renewal = Renewal(self.graph, self.clock)
        self.refresher = self.new_refresher()
        self.desk = ConnectDesk(
            self.graph, self.states, self.store, self.audit, self.clock, logger("tokens"), tenant="main", redirect_uri=CALLBACK,
            capabilities=CAPABILITIES, lead=timedelta(days=10), rng=self.rng,
        )  # fmt: skip

    def new_refresher(
        self, store: TokenStore | None = None, renewal: Renewal | None = None
    ) -> Refresher:
        """What refreshes, with other parts if they are given."""
        lead = timedelta(days=10)
        parts = (
            store or self.store,
            renewal or self.renewal,
            self.audit,
            self.notices,
            self.clock,
            logger("tokens"),
            lead,
            self.rng,
        )
        return Refresher(*parts, sleep=self.bench.sleep)

    def graph(self, login_type: str) -> Graph:
        """The client of a login type."""
        return self.bench.graph(login_type)

    def bootstrap(
        self, token: str, account_id: str = "", login_type: str = "instagram"
    ) -> BootstrapAdoption:
        """An environment with a token."""
        lease = AtomicLease(self.aws.tokens, "main")
        parts = (self.desk, self.store, lease, self.refresher, self.clock, "main")
        return BootstrapAdoption(token, account_id, login_type, self.graph, *parts)

    def connected(self, login_type: str = "instagram", account_id: str = ACCOUNT_ID) -> TokenRecord:
        """An account that was just connected, without the dialog."""
        emulator_state = self.bench.emulator_state
        emulator_state.fixed = self.clock.now()
        like = next(
            token
            for token in emulator_state.tokens.values()
            if token.login_type == login_type and token.account_id in (account_id, ACCOUNT_ID)
        )
        short = emulator_state.add_token(
            f"short-{len(emulator_state.tokens)}",
            account_id,
            login_type,
            like.scopes,
            self.clock.now(),
            timedelta(hours=1),
            "short",
        )
        found = self.desk.identify(self.graph(login_type), short.value, is_short=True)
        record, secrets = next(pair for pair in found if pair[0].account_id == account_id)
        return self.desk.store(record, secrets)

    def due(self, record: TokenRecord) -> TokenRecord:
        """The record at the moment when it is due."""
        assert record.next_refresh_at
        self.clock.advance(record.next_refresh_at - self.clock.now() + timedelta(seconds=1))
        return self.now(record)

    def now(self, record: TokenRecord) -> TokenRecord:
        """The record as it is now."""
        found = self.store.get(record.account_id)
        assert found
        return found

    def live_token(self, record: TokenRecord) -> bool:
        """Whether Meta takes the token that is stored."""
        self.bench.emulator_state.fixed = self.clock.now()
        return (
            self.graph(record.login_type)
            .account(record.account_id, self.store.secrets(record).token)
            .library.profile()
            is not None
        )

    def refreshes(self) -> int:
        """How many refreshes the emulator was asked for."""
        return self.bench.calls("refresh_access_token")

    def told(self) -> list[str]:
        """The notices that were sent, each as subject and text."""
        answer = boto3.client("sqs").receive_message(
            QueueUrl=self.aws.notices_url, MaxNumberOfMessages=10
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def trail(self, account_id: str = ACCOUNT_ID) -> list[str]:
        """What happened to an account, oldest first."""
        return [entry.happening.value for entry in reversed(list(self.audit.of(account_id)))]

    def everything_stored(self) -> str:
        """All rows of both tables, as one text."""
        rows: list[Any] = []
        for name in (self.aws.tokens, self.aws.audit):
            rows += boto3.resource("dynamodb").Table(name).scan()["Items"]
        return repr(rows)


@pytest.fixture
def feature(fake_aws: Aws) -> Feature:
    return Feature(fake_aws)
