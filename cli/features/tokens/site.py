"""What the commands use of the tokens feature: the only place that knows how it is built."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.aws import ClientOf
from cli.errors import UsageError
from cli.site import clients_of_stage, function_environment
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import Clock, SystemClock
from lambdas.kit.log import logger
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.tokens import dependencies
from lambdas.tokens.check import ConnectionCheck, Line, Subject
from lambdas.tokens.settings import TokensSettings
from stacks.config import StageConfig
from stacks.validation import PERMISSIONS

if TYPE_CHECKING:
    from lambdas.tokens.token_store import DynamoTokenStore

PART, FUNCTION = "Tokens", "Operate"


@dataclass(frozen=True)
class TokensSite:
    """A deployed site, as the commands about tokens see it."""

    config: StageConfig
    client_of: ClientOf
    settings: TokensSettings

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        return dependencies.clock

    @property
    def store(self) -> DynamoTokenStore:
        """Return the store of accounts and tokens."""
        return dependencies.store()

    def graph(self, login_type: str) -> Graph:
        """Return the Graph client of a login type."""
        return dependencies.graph_of(login_type)

    def invitation(self, login_type: str) -> str:
        """Issue the secret of a link with which an account can be connected."""
        return dependencies.states().issue_invitation(login_type)

    def identify(self, login_type: str, token: str) -> list[tuple[TokenRecord, TokenSecrets]]:
        """Return the accounts that a token is for, refreshed. Raises GraphError, ConnectFailed."""
        found = dependencies.desk().identify(self.graph(login_type), token, source="import")
        return list(found)

    def save(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a connection and return it as it is stored."""
        return dependencies.desk().store(record, secrets)

    def named(self, account_id: str) -> TokenRecord | None:
        """Return the account of that id, or the only one; None for a bootstrap token alone.

        Raises DaybookError.
        """
        return dependencies.accounts().named(account_id or None)

    def check(self, record: TokenRecord) -> list[Line]:
        """Return the answers of the connection check."""
        return dependencies.check(record).lines()

    def accounts(self, after: str = "") -> Mapping[str, Any]:
        """Return a page of the connected accounts, as the operators' API lists them."""
        return dependencies.accounts().listed(200, after)

    def trail(self, account_id: str, before: str | None = None) -> Mapping[str, Any]:
        """Return a page of an account's audit trail. Raises DaybookError."""
        return dependencies.accounts().trail(account_id, before)


def enter(config: StageConfig) -> TokensSite:
    """Return a deployed site, configured as its function is. Raises CommandError."""
    client_of = clients_of_stage(config)
    environment = function_environment(config, PART, FUNCTION, client_of)
    # The functions' own log lines would stand between the answers.
    os.environ.update({**environment, "POWERTOOLS_LOG_LEVEL": "CRITICAL"})
    return site_of(config, client_of)


def site_of(config: StageConfig, client_of: ClientOf) -> TokensSite:
    """Return the site that the process's environment describes."""
    return TokensSite(config, client_of, dependencies.settings())


def known_login_type(name: str) -> str:
    """Return the name of a login type. Raises UsageError for any other."""
    if name not in LOGIN_TYPES:
        raise UsageError(f"LOGIN_TYPE={name}: use one of {', '.join(LOGIN_TYPES)}")
    return name


@dataclass(frozen=True)
class TokenToCheck:
    """A token without a site. `graph_base` is empty for Meta's own hosts."""

    app: AppCredentials
    login_type: str
    token: str
    graph_base: str
    redirect_uri: str


def check_of_token(bare: TokenToCheck, graph_version: str) -> list[Line]:
    """Return the answers of the connection check about a bare token."""
    clock, silent = SystemClock(), logger("check")
    # The answers are the output.
    silent.setLevel("CRITICAL")
    addresses = Addresses(graph_version, bare.graph_base or None)
    login_type = LOGIN_TYPES[known_login_type(bare.login_type)]
    deps = ClientDependencies(RequestsTransport(), clock, silent)
    graph = Graph(login_type, bare.app, addresses, deps)
    subject = Subject(bare.login_type, TokenSecrets(bare.token))
    return ConnectionCheck(graph, subject, bare.redirect_uri, PERMISSIONS, clock).lines()
