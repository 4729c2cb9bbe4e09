"""Connections are announced, and disconnecting an account ends its webhooks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.events import AccountConnected
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from local.graph.data import ACCOUNT_ID
from tests.tokens.conftest import MAKER, Feature


def subscribe(feature: Feature, record: TokenRecord) -> None:
    token = feature.store.secrets(record).token
    account = feature.bench.graph(record.login_type).account(record.account_id, token)
    field = "feed" if record.page_id else "comments"
    account.subscriptions.subscribe(record.page_id or record.account_id, [field])


def ended(feature: Feature) -> list[str]:
    journal = feature.bench.emulator_state.journal
    return [str(one["path"]) for one in journal if one["method"] == "DELETE"]


def test_connection_is_announced(feature: Feature) -> None:
    feature.connected()

    assert feature.bus.of(AccountConnected) == [AccountConnected(ACCOUNT_ID)]


def test_lost_announcement_keeps_the_connection(feature: Feature) -> None:
    feature.bus.broken = True

    assert feature.now(feature.connected()).state is State.ACTIVE


@pytest.mark.parametrize("login_type", LoginType)
def test_disconnecting_ends_the_webhooks(feature: Feature, login_type: LoginType) -> None:
    record = feature.connected(login_type)
    subscribe(feature, record)

    feature.dependencies.accounts.disconnect(ACCOUNT_ID)

    node = record.page_id or ACCOUNT_ID
    assert any(path.endswith(f"{node}/subscribed_apps") for path in ended(feature))


def test_failed_call_does_not_keep_an_account(feature: Feature) -> None:
    def lost(_: Request) -> Answer:
        raise TransportFailed("ConnectionError")

    record = feature.connected()
    feature.build(transport=FakeTransport(lost)).accounts.disconnect(ACCOUNT_ID)

    assert feature.now(record).state is State.DISCONNECTED


def test_dead_token_ends_nothing(feature: Feature) -> None:
    record = feature.connected()
    webhooks = feature.dependencies.accounts.webhooks

    assert webhooks.token_to_end(replace(record, state=State.RECONNECT_REQUIRED)) is None


def test_shared_page_stays_subscribed(feature: Feature) -> None:
    record = feature.connected(LoginType.FACEBOOK)
    secrets = feature.store.secrets(record)
    feature.connections.save(replace(record, account_id=MAKER), secrets)

    assert feature.dependencies.accounts.webhooks.token_to_end(record) is None
