"""The vault's door: which token a feature gets, and when it gets none."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.instagram.token_provider import CACHE_TTL, Bootstrap, TokenProvider
from lambdas.kit.errors import ReauthRequired
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import LastError, TokenRecord
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import Feature

MAKER = "17841400000000002"


def vault(
    feature: Feature, token: str = "", account_id: str = "", site_account: str = ""
) -> TokenProvider:
    bootstrap = Bootstrap(token, account_id, "instagram") if token else None
    return TokenProvider(
        feature.aws.tokens, feature.cipher, "main", bootstrap, feature.clock, site_account
    )


def test_nothing_is_connected_and_nothing_is_given(feature: Feature) -> None:
    assert vault(feature).usable_token() is None
    assert vault(feature).usable_token(ACCOUNT_ID) is None


def test_the_bootstrap_token_serves_while_there_is_no_record(feature: Feature) -> None:
    usable = vault(feature, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert (usable.account_id, usable.token) == (ACCOUNT_ID, TOKEN)
    assert TOKEN not in repr(usable)
    assert vault(feature, TOKEN, ACCOUNT_ID).usable_token(MAKER) is None


def test_a_stored_record_goes_before_it(feature: Feature) -> None:
    record = feature.connected()

    usable = vault(feature, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert usable.token == feature.store.secrets(record).token != TOKEN
    assert (usable.app_id, usable.login_type) == ("1000000001", "instagram")


def test_what_a_person_took_away_does_not_come_back_from_the_environment(feature: Feature) -> None:
    feature.store.disconnect(feature.connected().account_id, feature.clock.now())

    for site in (
        vault(feature, TOKEN, ACCOUNT_ID),
        vault(feature, TOKEN),
        vault(feature, TOKEN, ACCOUNT_ID, ACCOUNT_ID),
    ):
        assert site.usable_token() is None
    assert vault(feature, TOKEN, ACCOUNT_ID).usable_token(ACCOUNT_ID) is None


def test_of_several_the_sites_own_or_the_first_is_meant(feature: Feature) -> None:
    feature.connected()
    feature.clock.advance(timedelta(hours=1))
    feature.connected(account_id=MAKER)

    first, own = vault(feature).usable_token(), vault(feature, site_account=MAKER).usable_token()

    assert first is not None
    assert own is not None
    assert (first.account_id, own.account_id) == (ACCOUNT_ID, MAKER)


def test_an_account_that_needs_a_person_gives_no_token(feature: Feature) -> None:
    record = feature.connected()
    feature.store.require_reauth(
        record, LastError(feature.clock.now(), "the person removed the app")
    )

    with pytest.raises(ReauthRequired):
        vault(feature, TOKEN, ACCOUNT_ID).usable_token()


def test_an_expired_token_is_not_given_out(feature: Feature) -> None:
    feature.connected()
    feature.clock.advance(timedelta(days=61))

    with pytest.raises(ReauthRequired):
        vault(feature).usable_token()


def test_a_storage_that_cannot_be_read_is_an_error_and_no_missing_record(feature: Feature) -> None:
    site = TokenProvider(
        "no such table",
        feature.cipher,
        "main",
        Bootstrap(TOKEN, ACCOUNT_ID, "instagram"),
        feature.clock,
    )

    with pytest.raises(ClientError):
        site.usable_token()
    with pytest.raises(ClientError):
        site.usable_token(ACCOUNT_ID)


class DeniedCipher(TokenCipher):
    """What a role without the grant to decrypt meets."""

    def decrypted(self, record: TokenRecord, kind: str, ciphertext: bytes) -> str:
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException", "Message": "no grant"}}, "Decrypt"
        )


def test_a_token_that_cannot_be_decrypted_is_an_error_and_no_missing_record(
    feature: Feature,
) -> None:
    feature.connected()
    denied = DeniedCipher(feature.aws.key_arn)

    with pytest.raises(ClientError):
        TokenProvider(
            feature.aws.tokens,
            denied,
            "main",
            Bootstrap(TOKEN, ACCOUNT_ID, "instagram"),
            feature.clock,
        ).usable_token()


def test_a_token_is_remembered_for_a_moment_and_dropped_when_the_version_moves(
    feature: Feature,
) -> None:
    record = feature.connected()
    site = vault(feature)
    first = site.usable_token()
    later = feature.due(record)
    feature.refresher.refresh(later.account_id)
    feature.clock.advance(CACHE_TTL)

    second = site.usable_token()

    assert first is not None
    assert second is not None
    assert second.token == feature.store.secrets(feature.now(record)).token != first.token


def test_within_the_moment_nothing_is_read(feature: Feature) -> None:
    feature.connected()
    site = vault(feature)
    first = site.usable_token()
    boto3.client("dynamodb").delete_table(TableName=feature.aws.tokens)

    assert site.usable_token() == first
    feature.clock.advance(CACHE_TTL)
    with pytest.raises(ClientError):
        site.usable_token()
