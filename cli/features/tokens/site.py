"""What the commands use of the tokens feature: the only place that knows how it is built."""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from cli.aws import ClientOf
from cli.errors import UsageError
from cli.features.tokens.stack import FUNCTION, PART
from cli.site import clients_of_stage, function_environment
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.found_account import AccountSearch
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import Clock, SystemClock
from lambdas.kit.decoded import JsonObject
from lambdas.kit.log import feature_logger
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, TokenRecord, TokenSecrets
from lambdas.tokens.check import ConnectionCheck, Subject
from lambdas.tokens.check_line import Line
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.settings import TokensSettings
from lambdas.tokens.token_store import TokenStore
from stacks.config import StageConfig
from stacks.validation import PERMISSIONS

# The most accounts that the operators' API lists at once.
PAGE_SIZE = 200


@dataclass(frozen=True)
class TokensSite:
    """A deployed site, as the commands about tokens see it."""

    config: StageConfig
    client_of: ClientOf
    dependencies: TokensDependencies

    @property
    def settings(self) -> TokensSettings:
        """Return what the deployed functions are configured with."""
        return self.dependencies.settings

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        return self.dependencies.clock

    @property
    def store(self) -> TokenStore:
        """Return the store of accounts and tokens."""
        return self.dependencies.store

    def graph(self, login_type: LoginType) -> Graph:
        """Return the Graph client of a login type."""
        return self.dependencies.graph_of(login_type)

    def invitation(self, login_type: LoginType) -> str:
        """Issue the secret of a link with which an account can be connected."""
        return self.dependencies.states.issue_invitation(login_type)

    def identify(self, login_type: LoginType, token: str) -> list[tuple[TokenRecord, TokenSecrets]]:
        """Return the accounts that a token is for, refreshed. Raises GraphError, ConnectFailed."""
        search, graph = AccountSearch(token), self.graph(login_type)
        found = self.dependencies.connector.identify(graph, search, source=Source.IMPORT)
        return found.accounts

    def save(self, record: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        """Store a connection and return it as it is stored."""
        return self.dependencies.connections.save(record, secrets)

    def named(self, account_id: str) -> TokenRecord | None:
        """Return the account of that id, or the only one; None for a bootstrap token alone.

        Raises DaybookError.
        """
        return self.dependencies.accounts.named(account_id or None)

    def check(self, record: TokenRecord) -> list[Line]:
        """Return the answers of the connection check."""
        return self.dependencies.check(record).lines()

    def accounts(self, after: str = "") -> JsonObject:
        """Return a page of the connected accounts, as the operators' API lists them."""
        page: JsonObject = msgspec.to_builtins(self.dependencies.accounts.listed(PAGE_SIZE, after))
        return page

    def trail(self, account_id: str, before: str | None = None) -> JsonObject:
        """Return a page of an account's audit trail. Raises DaybookError."""
        return self.dependencies.accounts.trail(account_id, before)


def enter(config: StageConfig) -> TokensSite:
    """Return a deployed site, configured as its function is. Raises CommandError."""
    client_of = clients_of_stage(config)
    environment = function_environment(config, PART, FUNCTION, client_of)
    # The functions' own log lines would stand between the answers.
    os.environ.update({**environment, "POWERTOOLS_LOG_LEVEL": "CRITICAL"})
    return TokensSite(config, client_of, TokensDependencies.from_environment())


def known_login_type(name: str) -> LoginType:
    """Return a login type by its name. Raises UsageError for any other."""
    try:
        return LoginType(name)
    except ValueError:
        raise UsageError(f"LOGIN_TYPE={name}: use one of {', '.join(LoginType)}") from None


@dataclass(frozen=True)
class TokenToCheck:
    """A token without a site. `graph_base` is empty for Meta's own hosts."""

    app: AppCredentials
    login_type: LoginType
    token: str
    graph_base: str
    redirect_uri: str


def check_of_token(bare: TokenToCheck, graph_version: str) -> list[Line]:
    """Return the answers of the connection check about a bare token."""
    clock, silent = SystemClock(), feature_logger("check")
    # The answers are the output.
    silent.setLevel("CRITICAL")
    addresses = Addresses(graph_version, bare.graph_base or None)
    deps = ClientDependencies(RequestsTransport(), clock, silent)
    graph = Graph(LOGIN_TYPES[bare.login_type], bare.app, addresses, deps)
    subject = Subject(bare.login_type, TokenSecrets(bare.token))
    return ConnectionCheck(graph, subject, bare.redirect_uri, PERMISSIONS, clock).lines()
