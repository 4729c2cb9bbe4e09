"""Which token a feature gets, and when it gets none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.instagram.token_provider import CACHE_TTL, Bootstrap, TokenProvider, TokenSources
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import LastError
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import MAKER, Feature


def provider(
    feature: Feature, token: str = "", account_id: str = "", site_account: str = "", **parts: Any
) -> TokenProvider:
    """Return a provider for a site whose environment holds a token, or names an account."""
    bootstrap = Bootstrap(token, account_id, LoginType.INSTAGRAM) if token else None
    made = feature.dependencies
    collaborators = {
        "table": made.tokens_table,
        "cipher": made.token_cipher,
        "count": lambda _: None,
        **parts,
    }
    sources = TokenSources("main", bootstrap, site_account)
    return TokenProvider(sources=sources, clock=feature.clock, logger=made.logger, **collaborators)


def test_nothing_connected_gives_no_token(feature: Feature) -> None:
    assert provider(feature).usable_token() is None
    assert provider(feature).usable_token(ACCOUNT_ID) is None


def test_bootstrap_token_serves_without_a_record(feature: Feature) -> None:
    usable = provider(feature, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert (usable.account_id, usable.token) == (ACCOUNT_ID, TOKEN)
    assert TOKEN not in repr(usable)
    assert provider(feature, TOKEN, ACCOUNT_ID).usable_token(MAKER) is None


def test_stored_record_takes_precedence(feature: Feature) -> None:
    record = feature.connected()

    usable = provider(feature, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert usable.token == feature.store.secrets(record).token != TOKEN
    assert (usable.app_id, usable.login_type) == ("1000000001", "instagram")


def test_disconnected_account_gives_no_token(feature: Feature) -> None:
    feature.store.disconnect(feature.connected().account_id, feature.clock.now())

    for site in (
        provider(feature, TOKEN, ACCOUNT_ID),
        provider(feature, TOKEN),
        provider(feature, TOKEN, ACCOUNT_ID, ACCOUNT_ID),
    ):
        assert site.usable_token() is None
    assert provider(feature, TOKEN, ACCOUNT_ID).usable_token(ACCOUNT_ID) is None


def test_site_account_or_first_is_used(feature: Feature) -> None:
    feature.connected()
    feature.clock.advance(timedelta(hours=1))
    feature.connected(account_id=MAKER)

    first, own = (
        provider(feature).usable_token(),
        provider(feature, site_account=MAKER).usable_token(),
    )

    assert first is not None
    assert own is not None
    assert (first.account_id, own.account_id) == (ACCOUNT_ID, MAKER)


def test_dead_account_needs_a_login(feature: Feature) -> None:
    record = feature.connected()
    feature.store.require_reauth(
        record, LastError(feature.clock.now(), "the person removed the app")
    )

    with pytest.raises(ReauthRequired):
        provider(feature, TOKEN, ACCOUNT_ID).usable_token()


def test_expired_token_needs_a_login(feature: Feature) -> None:
    feature.connected()
    feature.clock.advance(timedelta(days=61))

    with pytest.raises(ReauthRequired):
        provider(feature).usable_token()


def test_unreadable_storage_is_an_error(feature: Feature) -> None:
    nothing = feature.aws.clients.table("no-such-table")
    site = provider(feature, TOKEN, ACCOUNT_ID, table=nothing)

    with pytest.raises(ClientError):
        site.usable_token()
    with pytest.raises(ClientError):
        site.usable_token(ACCOUNT_ID)


class DeniedCipher(TokenCipher):
    """A cipher whose role lacks the grant to decrypt."""

    def decrypted(self, *_: object) -> str:
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException", "Message": "no grant"}}, "Decrypt"
        )


def test_undecryptable_token_is_an_error(feature: Feature) -> None:
    feature.connected()
    denied = DeniedCipher(feature.aws.clients.kms, feature.aws.key_arn)

    with pytest.raises(ClientError):
        provider(feature, TOKEN, ACCOUNT_ID, cipher=denied).usable_token()


def test_disconnected_site_account_gives_way(
    feature: Feature, caplog: pytest.LogCaptureFixture
) -> None:
    feature.connected()
    feature.store.disconnect(feature.connected(account_id=MAKER).account_id, feature.clock.now())
    counted: list[str] = []

    usable = provider(feature, site_account=MAKER, count=counted.append).usable_token()

    assert usable is not None
    assert usable.account_id == ACCOUNT_ID
    assert counted == ["SiteAccountDisconnected"]
    assert "IG_USER_ID names an account that is not connected" in caplog.text


def test_newer_token_replaces_the_cached_one(
    feature: Feature,
) -> None:
    record = feature.connected()
    site = provider(feature)
    first = site.usable_token()
    later = feature.due(record)
    feature.refresher.refresh(later.account_id)
    feature.clock.advance(CACHE_TTL)

    second = site.usable_token()

    assert first is not None
    assert second is not None
    assert second.token == feature.store.secrets(feature.now(record)).token != first.token


def test_cached_token_needs_no_read(feature: Feature) -> None:
    feature.connected()
    site = provider(feature)
    first = site.usable_token()
    boto3.client("dynamodb").delete_table(TableName=feature.aws.tokens)

    assert site.usable_token() == first
    feature.clock.advance(CACHE_TTL)
    with pytest.raises(ClientError):
        site.usable_token()
