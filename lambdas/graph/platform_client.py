"""What a platform needs of the client to make calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from lambdas.graph.addresses import Addresses
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import Call
from lambdas.graph.caller import Caller
from lambdas.graph.grant import Grant, TokenInfo


class PlatformClient(Protocol):
    """The client as a platform sees it; `Graph` is one."""

    @property
    def app(self) -> AppCredentials:
        """The app that calls."""

    @property
    def addresses(self) -> Addresses:
        """The addresses of Meta's hosts."""

    def now(self) -> datetime:
        """Return the current time."""

    def caller(self, account_id: str, token: str, latest_end: datetime | None = None) -> Caller:
        """Return a caller for an account, whose calls end at `latest_end`."""

    def proof(self, token: str) -> Mapping[str, str]:
        """Return the query fields that prove the app secret; none unless the app demands it."""

    def exchange(
        self, call: Call, secret: str, account_id: str = "", latest_end: datetime | None = None
    ) -> Grant:
        """Make an exchange, counted against the account's limits or else the secret's own."""

    def debug_token(self, token: str, latest_end: datetime | None = None) -> TokenInfo:
        """Return what Meta says of a token."""
