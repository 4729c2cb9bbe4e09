"""`make check-connection`: which app is calling, whose account it is, which Page is linked, which permissions are granted."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping

from aws_lambda_powertools import Logger

from cli.site import enter_site
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import SystemClock
from lambdas.kit.errors import DaybookError
from lambdas.kit.log import logger
from lambdas.storage.accounts.token_record import TokenSecrets
from lambdas.tokens.check import ConnectionCheck, Line, Subject
from stacks.config import StageConfig
from stacks.validation import PERMISSIONS


def check_connection(stage: str, variables: Mapping[str, str]) -> int:
    """Prints the answers; 1 if any of them is wrong.

    `ACCOUNT` names one of a site's accounts, if there are several. With `APP_ID` no site is needed: app secret and token are asked for
    (or taken from `IG_APP_SECRET` and `IG_ACCESS_TOKEN`), `LOGIN_TYPE` is the login that the token is of.
    """
    lines = (
        _of_credentials(variables)
        if variables.get("APP_ID")
        else _of_site(stage, variables.get("ACCOUNT"))
    )
    for line in lines:
        print(line.to_text())
    return 1 if any(line.ok is False for line in lines) else 0


def _of_site(stage: str, account_id: str | None) -> list[Line]:
    enter_site(stage)
    from lambdas.tokens import dependencies as feature

    try:
        record = feature.accounts().named(account_id)
        if record is None:
            sys.exit(
                "daybook: only the token of the environment is there; POST /instagram/token/refresh takes it into the table"
            )
        return feature.check(record).lines()
    except (DaybookError, LookupError) as error:
        sys.exit(f"daybook: {error}")


def _of_credentials(variables: Mapping[str, str]) -> list[Line]:
    login_type = variables.get("FLAVOUR", "instagram")
    if login_type not in LOGIN_TYPES:
        sys.exit(f"daybook: LOGIN_TYPE={login_type}: use one of {', '.join(LOGIN_TYPES)}")
    secret = variables.get("IG_APP_SECRET") or getpass.getpass("App secret: ")
    token = variables.get("IG_ACCESS_TOKEN") or getpass.getpass("Token: ")
    deps = ClientDependencies(RequestsTransport(), SystemClock(), _quiet())
    addresses = Addresses(
        StageConfig(stage="dev").graph_version, variables.get("GRAPH_BASE") or None
    )
    graph = Graph(
        LOGIN_TYPES[login_type], AppCredentials(variables["APP_ID"], secret), addresses, deps
    )
    redirect = variables.get("REDIRECT_URI", "https://<your site>/instagram/callback")
    return ConnectionCheck(
        graph, Subject(login_type, TokenSecrets(token)), redirect, PERMISSIONS, SystemClock()
    ).lines()


def _quiet() -> Logger:
    """A logger that keeps its lines to itself: the answers are what is to be read."""
    made = logger("check")
    made.setLevel("CRITICAL")
    return made
