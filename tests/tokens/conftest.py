"""The tokens feature's real dependencies against the Graph emulator, in emulated time."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from lambdas.graph.found_account import AccountSearch
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import TokenRecord
from lambdas.tokens.adoption import Adoptions, fingerprint
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.dynamo_token_store import DynamoTokenStore
from lambdas.tokens.login_result import Connected
from lambdas.tokens.pending_login import Progress
from lambdas.tokens.settings import TokensSettings
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.doubles import RecordingBus
from tests.graph.conftest import GRAPH, Bench
from tests.json_types import JsonObject

# The redirect address that the emulator knows is below it.
SITE = "http://localhost:4570"
MAKER, PERSONAL = "17841400000000002", "17841400000000003"
CAPABILITIES = ("insights", "comments", "publishing")
MINUTES = timedelta(minutes=17)
ONE_AT_A_TIME = threading.Lock()


class AtomicStore(DynamoTokenStore):
    """A store that takes leases in one step, as DynamoDB does; moto checks first, writes then."""

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, duration: timedelta
    ) -> TokenRecord:
        """Take the lease, one thread after the other."""
        with ONE_AT_A_TIME:
            return super().acquire(record, owner, now, duration)


class AtomicAdoptions(Adoptions):
    """The same for adoptions."""

    def acquire(self, now: datetime, *, forced: bool) -> bool:
        """Take the lease, one thread after the other."""
        with ONE_AT_A_TIME:
            return super().acquire(now, forced=forced)


def tokens_settings(aws: Aws, key_arn: str | None = None, **changes: Any) -> TokensSettings:
    """Return settings for the emulator and moto's resources; for no key an empty `key_arn`."""
    settings = TokensSettings(
        tokens_table_name=aws.tokens,
        token_key_arn=aws.key_arn if key_arn is None else key_arn,
        budget_table_name=aws.table,
        tenant="main",
        login_type=LoginType.INSTAGRAM,
        instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
        facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
        audit_table_name=aws.audit,
        app_secret_arn=aws.app_secret_arn,
        refresh_queue_url=aws.queue_url,
        completion_queue_url=aws.completions_url,
        topic_arn=aws.topic_arn,
        bus_name=aws.bus,
        public_url=SITE,
        site_name="daybook",
        capabilities=CAPABILITIES,
        account_data_features=("feed",),
        refresh_spread_minutes=0,
    )
    return replace(settings, **changes)


@dataclass(frozen=True)
class Notice:
    """A notice as it was sent."""

    subject: str
    text: str


class Feature:
    """The feature around one emulator, with what tests ask of it."""

    def __init__(self, aws: Aws, bench: Bench | None = None, **changes: Any) -> None:
        overrides = changes.pop("overrides", {})
        self.aws = aws
        self.bench = bench or Bench()
        self.clock = self.bench.clock
        self.bus = RecordingBus()
        self.settings = tokens_settings(aws, **changes)
        self.dependencies = self.build(**overrides)
        self.store = self.dependencies.store
        self.audit = self.dependencies.audit
        self.states = self.dependencies.states
        self.notices = self.dependencies.notices
        self.refresher = self.dependencies.refresher
        self.verifier = self.dependencies.verifier
        self.connector = self.dependencies.connector
        self.connections = self.dependencies.connections

    def build(self, **overrides: Any) -> TokensDependencies:
        """Return the feature's dependencies, with other collaborators where they are given."""
        collaborators = {
            "aws": self.aws.clients,
            "clock": self.clock,
            "transport": self.bench.transport,
            "sleep": self.bench.sleep,
            "rng": random.Random(7),
            "bus": self.bus,
            **overrides,
        }
        made = TokensDependencies(self.settings, **collaborators)
        if "store" not in overrides:
            store = AtomicStore(made.tokens_table, made.token_cipher, "main")
            made.__dict__["store"] = store
        return made

    def sibling(self, **changes: Any) -> Feature:
        """Return the feature with other settings, on the same rows and emulator."""
        return Feature(self.aws, self.bench, **changes)

    def bootstrap(
        self, token: str, account_id: str = "", login_type: LoginType = LoginType.INSTAGRAM
    ) -> BootstrapAdoption:
        """Return the adoption of a token in the environment."""
        changes = {
            "ig_access_token": token,
            "ig_user_id": account_id,
            "login_type": login_type,
        }
        sibling = self.sibling(**changes)
        owner = f"{random.random()}"
        adoptions = AtomicAdoptions(
            sibling.dependencies.tokens_table, "main", fingerprint(token), owner
        )
        return sibling.build(adoptions=adoptions).bootstrap

    def connected(
        self, login_type: LoginType = LoginType.INSTAGRAM, account_id: str = ACCOUNT_ID
    ) -> TokenRecord:
        """Connect an account without the dialog."""
        state = self.bench.emulator_state
        state.fixed = self.clock.now()
        like = next(
            token
            for token in state.tokens.values()
            if token.login_type == login_type and token.account_id in (account_id, ACCOUNT_ID)
        )
        short = state.add_token(
            f"short-{len(state.tokens)}",
            account_id,
            login_type,
            like.scopes,
            self.clock.now(),
            timedelta(hours=1),
            "short",
        )
        graph = self.dependencies.graph_of(LoginType(login_type))
        found = self.connector.identify(graph, AccountSearch(short.value, is_short=True))
        record, secrets = next(pair for pair in found.accounts if pair[0].account_id == account_id)
        return self.connections.save(record, secrets)

    def allow(self, dialog: str, account: str = ACCOUNT_ID, **change: object) -> dict[str, str]:
        """Click through Meta's dialog; return the query that it redirects back with."""
        self.bench.emulator_state.fixed = self.clock.now()
        parts = urlsplit(dialog)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        granted = str(change.pop("granted", query["scope"])).split(",")
        pages = str(change.pop("page", ",".join(self.bench.emulator_state.pages))).split(",")
        sent: JsonObject = {
            **query,
            "account": account,
            "decision": "allow",
            **change,
            "granted": granted,
            "page": pages,
        }
        answer = self.bench._http.get(parts.path, params=sent, follow_redirects=False)
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in back.items()}

    def login(self, query: Mapping[str, str], browser: str) -> list[Connected]:
        """Finish a login, and choose every account; return what it connected."""
        result = self.connector.finish(query, browser)
        if not result.pending:
            return list(result.connected)
        logins = self.dependencies.logins
        offered = logins.of_secret(result.pending)
        assert offered
        logins.choose(offered.choosing([one.account_id for one in offered.accounts]))
        self.dependencies.completion.run(offered.id)
        done = logins.get(offered.id)
        assert done
        stored = [self.store.get(one.account_id) for one in done.of(Progress.CONNECTED)]
        return [self.connections.described(one) for one in stored if one]

    def due(self, record: TokenRecord) -> TokenRecord:
        """Advance the clock until a record is due; return it."""
        assert record.next_refresh_at
        self.clock.advance(record.next_refresh_at - self.clock.now() + timedelta(seconds=1))
        return self.now(record)

    def now(self, record: TokenRecord) -> TokenRecord:
        """Return the record as it is now."""
        found = self.store.get(record.account_id)
        assert found
        return found

    def live_token(self, record: TokenRecord) -> bool:
        """Return whether Meta accepts the stored token."""
        self.bench.emulator_state.fixed = self.clock.now()
        token = self.store.secrets(record).token
        account = self.bench.graph(record.login_type).account(record.account_id, token)
        return account.library.profile() is not None

    def refreshes(self) -> int:
        """Return how many refreshes the emulator received."""
        return self.bench.calls("refresh_access_token")

    def sent(self) -> list[Notice]:
        """Return the notices that were sent since the last look."""
        found: list[Notice] = []
        sqs = boto3.client("sqs")
        while True:
            answer = sqs.receive_message(QueueUrl=self.aws.notices_url, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                return found
            for message in messages:
                body = json.loads(message["Body"])
                found.append(Notice(body["Subject"], body["Message"]))
                sqs.delete_message(
                    QueueUrl=self.aws.notices_url, ReceiptHandle=message["ReceiptHandle"]
                )

    def trail(self, account_id: str = ACCOUNT_ID) -> list[str]:
        """Return what happened to an account, oldest first."""
        return [entry.what.value for entry in reversed(list(self.audit.of(account_id)))]

    def everything_stored(self) -> str:
        """Return all rows of the tables of tokens and audits as one text."""
        rows: list[object] = []
        for name in (self.aws.tokens, self.aws.audit):
            rows += boto3.resource("dynamodb").Table(name).scan()["Items"]
        return repr(rows)


@pytest.fixture
def feature(fake_aws: Aws) -> Feature:
    """Provide the feature with nothing connected."""
    return Feature(fake_aws)
