"""`make check-connection`: which app is calling, whose account it is, which Page is linked, which permissions are granted."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping

from aws_lambda_powertools import Logger

from lambdas.graph.call import Surroundings
from lambdas.graph.client import Graph
from lambdas.graph.flavour import FLAVOURS, Addresses
from lambdas.graph.login import AppCredentials
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import SystemClock
from lambdas.kit.errors import DaybookError
from lambdas.kit.log import logger
from lambdas.storage.token_record import TokenSecrets
from lambdas.tokens.check import ConnectionCheck, Line, Subject
from operations.site import enter_site
from stacks.config import StageConfig
from stacks.setting_rules import FEATURES


def check_connection(stage: str, variables: Mapping[str, str]) -> int:
    """Prints the answers; 1 if any of them is wrong.

    `ACCOUNT` names one of a site's accounts, if there are several. With `APP_ID` no site is needed: app secret and token are asked for
    (or taken from `IG_APP_SECRET` and `IG_ACCESS_TOKEN`), `FLAVOUR` is the login that the token is of.
    """
    lines = _of_credentials(variables) if variables.get("APP_ID") else _of_site(stage, variables.get("ACCOUNT"))
    for line in lines:
        print(line.to_text())
    return 1 if any(line.ok is False for line in lines) else 0


def _of_site(stage: str, account_id: str | None) -> list[Line]:
    enter_site(stage)
    from lambdas.tokens import room

    try:
        record = room.accounts().named(account_id)
        if record is None:
            sys.exit("daybook: only the token of the environment is there; POST /instagram/token/refresh takes it into the table")
        return room.check(record).lines()
    except (DaybookError, LookupError) as error:
        sys.exit(f"daybook: {error}")


def _of_credentials(variables: Mapping[str, str]) -> list[Line]:
    flavour = variables.get("FLAVOUR", "instagram")
    if flavour not in FLAVOURS:
        sys.exit(f"daybook: FLAVOUR={flavour}: use one of {', '.join(FLAVOURS)}")
    secret = variables.get("IG_APP_SECRET") or getpass.getpass("App secret: ")
    token = variables.get("IG_ACCESS_TOKEN") or getpass.getpass("Token: ")
    around = Surroundings(RequestsTransport(), SystemClock(), _quiet())
    addresses = Addresses(StageConfig(stage="dev").graph_version, variables.get("GRAPH_BASE") or None)
    graph = Graph(FLAVOURS[flavour], AppCredentials(variables["APP_ID"], secret), addresses, around)
    redirect = variables.get("REDIRECT_URI", "https://<your site>/instagram/callback")
    return ConnectionCheck(graph, Subject(flavour, TokenSecrets(token)), redirect, FEATURES, SystemClock()).lines()


def _quiet() -> Logger:
    """A logger that keeps its lines to itself: the answers are what is to be read."""
    made = logger("check")
    made.setLevel("CRITICAL")
    return made
