"""Accounts, their audit trail, and links to connect one."""

from __future__ import annotations

import pytest

from cli.errors import CommandError, UsageError
from cli.features.tokens.account_list import print_accounts
from cli.features.tokens.audit_trail import print_audit
from cli.features.tokens.connect_link import print_connect_link
from cli.features.tokens.connection_check import check_site
from cli.features.tokens.site import TokensSite
from cli.features.tokens.token_import import import_token
from lambdas.storage.accounts.token_record import LastError
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.cli.tokens_site import feature as feature
from tests.cli.tokens_site import site as site
from tests.conftest import NOW


@pytest.fixture
def connected(site: TokensSite, capsys: pytest.CaptureFixture[str]) -> TokensSite:
    import_token(site, lambda _: TOKEN)
    capsys.readouterr()
    return site


def test_accounts_show_their_state(
    connected: TokensSite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_accounts(connected) == 0

    _, row = capsys.readouterr().out.splitlines()
    assert row.split()[:4] == [ACCOUNT_ID, "@example_shop", "instagram", "active"]
    assert TOKEN not in row


def test_a_lost_account_is_a_finding(
    connected: TokensSite, capsys: pytest.CaptureFixture[str]
) -> None:
    record = connected.store.get(ACCOUNT_ID)
    assert record is not None
    connected.store.require_reauth(record, LastError(NOW, "its owner changed the password"))

    assert print_accounts(connected) == 1

    assert "changed the password" in capsys.readouterr().out


def test_no_accounts_say_what_to_do(site: TokensSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_accounts(site) == 0

    assert "make connect-link" in capsys.readouterr().out


def test_the_audit_trail_is_printed(
    connected: TokensSite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_audit(connected, ACCOUNT_ID) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(" connected " in line for line in lines)


def test_an_unknown_account_has_no_trail(site: TokensSite) -> None:
    with pytest.raises(CommandError, match="ever connected"):
        print_audit(site, "1")


def test_a_link_is_printed(site: TokensSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_connect_link(site, "facebook") == 0

    link = capsys.readouterr().out
    assert link.startswith(f"{site.settings.public_url}/instagram/reconnect/")


def test_an_unknown_login_type_is_usage(site: TokensSite) -> None:
    with pytest.raises(UsageError, match="use one of instagram, facebook"):
        print_connect_link(site, "telegram")


def test_a_connection_is_checked(connected: TokensSite, capsys: pytest.CaptureFixture[str]) -> None:
    status = check_site(connected, ACCOUNT_ID)

    answers = capsys.readouterr().out
    assert "@example_shop" in answers
    assert status == (1 if "WRONG" in answers else 0)


def test_an_unknown_account_is_named(site: TokensSite) -> None:
    with pytest.raises(CommandError, match="No Instagram account"):
        check_site(site, "1")
