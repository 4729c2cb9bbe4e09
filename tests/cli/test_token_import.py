"""Taking over a token that exists already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.errors import CommandError
from cli.features.tokens.site import TokensSite
from cli.features.tokens.token_import import import_token
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.cli.tokens_site import feature as feature
from tests.cli.tokens_site import site as site
from tests.conftest import NOW
from tests.tokens.conftest import Feature

DAY = timedelta(days=1)


def record_of(site: TokensSite) -> TokenRecord:
    record = site.store.get(ACCOUNT_ID)
    assert record is not None
    return record


def test_a_token_is_refreshed_and_stored(
    site: TokensSite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_token(site, lambda _: f" {TOKEN}\n") == 0

    assert record_of(site).expires_at is not None
    printed = "".join(capsys.readouterr())
    assert "Imported @example_shop" in printed
    assert TOKEN not in printed


def test_a_working_account_is_kept(site: TokensSite, capsys: pytest.CaptureFixture[str]) -> None:
    import_token(site, lambda _: TOKEN)
    before = record_of(site)

    assert import_token(site, lambda _: TOKEN) == 1

    assert "is stored already" in capsys.readouterr().err
    assert record_of(site) == before


def test_a_new_token_is_stored_unrefreshed(site: TokensSite, feature: Feature) -> None:
    feature.bench.emulator_state.tokens[TOKEN].issued_at = feature.clock.now()

    assert import_token(site, lambda _: TOKEN) == 0

    record = record_of(site)
    assert record.next_refresh_at is not None
    assert DAY <= record.next_refresh_at - record.issued_at <= 4 * DAY
    assert site.store.secrets(record).token == TOKEN


def test_a_disconnected_account_is_reconnected(site: TokensSite) -> None:
    import_token(site, lambda _: TOKEN)
    site.dependencies.accounts.disconnect(ACCOUNT_ID)

    assert import_token(site, lambda _: TOKEN) == 0

    assert record_of(site).state is State.ACTIVE


def test_an_account_without_a_usable_token_is_healed(site: TokensSite) -> None:
    import_token(site, lambda _: TOKEN)
    error = LastError(NOW, "its owner changed the password")
    site.store.require_reauth(record_of(site), error)

    assert import_token(site, lambda _: TOKEN) == 0

    assert record_of(site).state is State.ACTIVE


@pytest.mark.parametrize(
    ("token", "message"),
    [("", "no token was given"), ("IGAAmadeup", "the token was not imported")],
)
def test_a_useless_token_changes_nothing(site: TokensSite, token: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        import_token(site, lambda _: token)

    assert list(site.store.all()) == []


def test_a_dead_tokens_cause_is_named(site: TokensSite, feature: Feature) -> None:
    feature.bench.emulator_state.tokens[TOKEN].dead = 460

    with pytest.raises(CommandError, match="changed the password"):
        import_token(site, lambda _: TOKEN)
