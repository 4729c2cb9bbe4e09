"""The check of a connection: which app is calling, whose account, which Page, which permissions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from cli.errors import CommandError
from cli.features.tokens.site import TokensSite, TokenToCheck, check_of_token, known_login_type
from cli.terminal import ask_secret
from lambdas.graph.app_credentials import AppCredentials
from lambdas.kit.errors import DaybookError
from lambdas.tokens.check_line import Line
from stacks.config import StageConfig


@dataclass(frozen=True)
class BareToken:
    """What is known about a token without a site; empty texts take the defaults."""

    app_id: str
    login_type: str
    graph_base: str = ""
    redirect_uri: str = ""


def check_site(site: TokensSite, account_id: str) -> int:
    """Print the answers about one of a site's accounts; return 1 if any is wrong.

    Raises CommandError if the account is not known, or none is named of several.
    """
    try:
        record = site.named(account_id)
        if record is None:
            raise CommandError(
                "only the environment's token exists: POST /instagram/token/refresh stores it"
            )
        return _print(site.check(record))
    except (DaybookError, LookupError) as error:
        raise CommandError(str(error)) from None


def check_token(bare: BareToken, config: StageConfig) -> int:
    """Print the answers about a bare token; return 1 if any is wrong.

    App secret and token come from the environment or are asked for: a command line would show
    them. Raises UsageError for an unknown login type.
    """
    login_type = known_login_type(bare.login_type)
    secret = os.environ.get("IG_APP_SECRET") or ask_secret("App secret: ")
    token = os.environ.get("IG_ACCESS_TOKEN") or ask_secret("Token: ")
    redirect = bare.redirect_uri or "https://<your site>/instagram/callback"
    app = AppCredentials(bare.app_id, secret)
    subject = TokenToCheck(app, login_type, token, bare.graph_base, redirect)
    return _print(check_of_token(subject, config.graph_version))


def _print(lines: Iterable[Line]) -> int:
    found = list(lines)
    for line in found:
        print(line.to_text())
    return 1 if any(line.ok is False for line in found) else 0
