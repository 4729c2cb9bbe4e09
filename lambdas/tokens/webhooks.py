"""Ends the webhooks of an account that is disconnected, with the token it still has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens.token_store import TokenStore


@dataclass(frozen=True)
class AccountWebhooks:
    """The subscriptions of accounts, or with the Facebook login of their Pages.

    Everything here is best effort: a failure never keeps an account connected. `graph_of` returns
    the client of a login type. A change is one call, which the transport ends in time.
    """

    store: TokenStore
    graph_of: Callable[[LoginType], Graph]
    logger: Logger

    def token_to_end(self, record: TokenRecord) -> str | None:
        """Return the token that ends an account's webhooks, to read before it is deleted.

        None if Meta would refuse it, and while another account needs the subscription.
        """
        try:
            if record.state is not State.ACTIVE or self._is_shared(record):
                return None
            return self.store.secrets(record).token
        except Exception as error:
            self._not_ended(record, error)
            return None

    def end(self, record: TokenRecord, token: str) -> None:
        """End the subscription of an account. A failure is logged."""
        try:
            account = self.graph_of(record.login_type).account(record.account_id, token)
            account.subscriptions.unsubscribe(record.page_id or record.account_id)
        except Exception as error:
            self._not_ended(record, error)

    def _is_shared(self, record: TokenRecord) -> bool:
        """Return whether another connected account is subscribed through the same Page."""
        return record.page_id is not None and any(
            one.page_id == record.page_id
            for one in self.store.all()
            if one.account_id != record.account_id and one.state is not State.DISCONNECTED
        )

    def _not_ended(self, record: TokenRecord, error: Exception) -> None:
        extra = {"account": record.account_id, "cause": type(error).__name__}
        self.logger.warning("the webhooks could not be ended", extra=extra)
