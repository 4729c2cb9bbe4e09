"""The vault's door: which token a room gets, and when it gets none."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.kit.errors import PersonNeeded
from lambdas.storage.token_cipher import TokenCipher
from lambdas.storage.token_record import LastError, TokenRecord
from lambdas.storage.vault import REMEMBERED, Bootstrap, TokenVault
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import Room

MAKER = "17841400000000002"


def vault(room: Room, token: str = "", account_id: str = "", site_account: str = "") -> TokenVault:
    bootstrap = Bootstrap(token, account_id, "instagram") if token else None
    return TokenVault(room.aws.tokens, room.cipher, "main", bootstrap, room.clock, site_account)


def test_nothing_is_connected_and_nothing_is_given(room: Room) -> None:
    assert vault(room).usable_token() is None
    assert vault(room).usable_token(ACCOUNT_ID) is None


def test_the_bootstrap_token_serves_while_there_is_no_record(room: Room) -> None:
    usable = vault(room, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert (usable.account_id, usable.token) == (ACCOUNT_ID, TOKEN)
    assert TOKEN not in repr(usable)
    assert vault(room, TOKEN, ACCOUNT_ID).usable_token(MAKER) is None


def test_a_stored_record_goes_before_it(room: Room) -> None:
    record = room.connected()

    usable = vault(room, TOKEN, ACCOUNT_ID).usable_token()

    assert usable is not None
    assert usable.token == room.store.secrets(record).token != TOKEN
    assert (usable.app_id, usable.flavour) == ("1000000001", "instagram")


def test_what_a_person_took_away_does_not_come_back_from_the_environment(room: Room) -> None:
    room.store.disconnect(room.connected().account_id, room.clock.now())

    for site in (vault(room, TOKEN, ACCOUNT_ID), vault(room, TOKEN), vault(room, TOKEN, ACCOUNT_ID, ACCOUNT_ID)):
        assert site.usable_token() is None
    assert vault(room, TOKEN, ACCOUNT_ID).usable_token(ACCOUNT_ID) is None


def test_of_several_the_sites_own_or_the_first_is_meant(room: Room) -> None:
    room.connected()
    room.clock.advance(timedelta(hours=1))
    room.connected(account_id=MAKER)

    first, own = vault(room).usable_token(), vault(room, site_account=MAKER).usable_token()

    assert first is not None
    assert own is not None
    assert (first.account_id, own.account_id) == (ACCOUNT_ID, MAKER)


def test_an_account_that_needs_a_person_gives_no_token(room: Room) -> None:
    record = room.connected()
    room.store.need_person(record, LastError(room.clock.now(), "the person removed the app"))

    with pytest.raises(PersonNeeded):
        vault(room, TOKEN, ACCOUNT_ID).usable_token()


def test_an_expired_token_is_not_given_out(room: Room) -> None:
    room.connected()
    room.clock.advance(timedelta(days=61))

    with pytest.raises(PersonNeeded):
        vault(room).usable_token()


def test_a_storage_that_cannot_be_read_is_an_error_and_no_missing_record(room: Room) -> None:
    site = TokenVault("no such table", room.cipher, "main", Bootstrap(TOKEN, ACCOUNT_ID, "instagram"), room.clock)

    with pytest.raises(ClientError):
        site.usable_token()
    with pytest.raises(ClientError):
        site.usable_token(ACCOUNT_ID)


class DeniedCipher(TokenCipher):
    """What a role without the grant to decrypt meets."""

    def decrypted(self, record: TokenRecord, kind: str, ciphertext: bytes) -> str:  # noqa: ARG002
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no grant"}}, "Decrypt")


def test_a_token_that_cannot_be_decrypted_is_an_error_and_no_missing_record(room: Room) -> None:
    room.connected()
    denied = DeniedCipher(room.aws.key_arn)

    with pytest.raises(ClientError):
        TokenVault(room.aws.tokens, denied, "main", Bootstrap(TOKEN, ACCOUNT_ID, "instagram"), room.clock).usable_token()


def test_a_token_is_remembered_for_a_moment_and_dropped_when_the_version_moves(room: Room) -> None:
    record = room.connected()
    site = vault(room)
    first = site.usable_token()
    later = room.due(record)
    room.refresher.refresh(later.account_id)
    room.clock.advance(REMEMBERED)

    second = site.usable_token()

    assert first is not None
    assert second is not None
    assert second.token == room.store.secrets(room.now(record)).token != first.token


def test_within_the_moment_nothing_is_read(room: Room) -> None:
    room.connected()
    site = vault(room)
    first = site.usable_token()
    boto3.client("dynamodb").delete_table(TableName=room.aws.tokens)

    assert site.usable_token() == first
    room.clock.advance(REMEMBERED)
    with pytest.raises(ClientError):
        site.usable_token()
