"""Commands about connected Instagram accounts and their tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli.features import FeatureCommands
from cli.stage import Context, StageName, config_of

if TYPE_CHECKING:
    from cli.aws import ClientOf
    from cli.preflight.finding import Finding
    from stacks.config import StageConfig

LoginType = Annotated[
    str, typer.Option(envvar="LOGIN_TYPE", help="instagram or facebook; else the stage's own")
]
AccountId = Annotated[str, typer.Option(envvar="ACCOUNT", help="id of one of several accounts")]


def app_secret(stage: StageName = "dev", context: Context = "") -> None:
    """Store the ids and secrets of Meta's apps."""
    from cli.features.tokens.app_secret import enter_app_secret
    from cli.features.tokens.site import enter

    raise typer.Exit(enter_app_secret(enter(config_of(stage, context))))


def connect_link(
    stage: StageName = "dev", context: Context = "", login_type: LoginType = ""
) -> None:
    """Print a link to connect an account.

    It is valid for an hour.
    """
    from cli.features.tokens.connect_link import print_connect_link
    from cli.features.tokens.site import enter

    raise typer.Exit(print_connect_link(enter(config_of(stage, context)), login_type))


def check_connection(
    stage: StageName = "dev",
    context: Context = "",
    account: AccountId = "",
    login_type: LoginType = "",
    app_id: Annotated[
        str, typer.Option(envvar="APP_ID", help="check a bare token of this app, without a site")
    ] = "",
    graph_base: Annotated[
        str, typer.Option(envvar="GRAPH_BASE", help="a server that replaces Meta's hosts")
    ] = "",
    redirect_uri: Annotated[
        str, typer.Option(envvar="REDIRECT_URI", help="redirect address of the app")
    ] = "",
) -> None:
    """Check the connection of an account.

    It asks Meta about app, account, Page and permissions. With --app-id the app
    secret and the token are asked for, or taken from the environment variables IG_APP_SECRET
    and IG_ACCESS_TOKEN.
    """
    from cli.features.tokens.connection_check import BareToken, check_site, check_token
    from cli.features.tokens.site import enter

    if app_id:
        bare = BareToken(app_id, login_type or "instagram", graph_base, redirect_uri)
        raise typer.Exit(check_token(bare, config_of(stage, context)))
    raise typer.Exit(check_site(enter(config_of(stage, context)), account))


def import_token(
    stage: StageName = "dev",
    context: Context = "",
    table: Annotated[
        str, typer.Option(envvar="TABLE", help="a table of the older layout to read it from")
    ] = "",
) -> None:
    """Store an existing long-lived token."""
    from cli.features.tokens.site import enter
    from cli.features.tokens.table_import import import_row
    from cli.features.tokens.token_import import import_token as import_asked

    site = enter(config_of(stage, context))
    raise typer.Exit(import_row(site, table) if table else import_asked(site))


def accounts(stage: StageName = "dev", context: Context = "") -> None:
    """List the accounts and the state of their tokens."""
    from cli.features.tokens.account_list import print_accounts
    from cli.features.tokens.site import enter

    raise typer.Exit(print_accounts(enter(config_of(stage, context))))


def audit(
    account: Annotated[str, typer.Argument(envvar="ACCOUNT", help="id of the account")],
    stage: StageName = "dev",
    context: Context = "",
) -> None:
    """Print the history of an account's connection."""
    from cli.features.tokens.audit_trail import print_audit
    from cli.features.tokens.site import enter

    raise typer.Exit(print_audit(enter(config_of(stage, context)), account))


def app_secret_filled(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check whether the app secret is filled in; pages work without it."""
    from cli.features.tokens.app_secret import filled

    yield filled(config, client_of)


def after_deployment(config: StageConfig, client_of: ClientOf) -> None:
    """Start a first sweep over the tokens, which gives the alarms their first numbers."""
    from cli.features.tokens.first_sweep import request_sweep

    request_sweep(config, client_of)


COMMANDS = FeatureCommands(
    commands=(app_secret, connect_link, check_connection, import_token, accounts, audit),
    checks=(app_secret_filled,),
    after_deployment=after_deployment,
)
