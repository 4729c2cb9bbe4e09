"""Whose the environment's token is, as long as no record of its account says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from lambdas.graph.client import Graph
from lambdas.graph.errors import ErrorScope, GraphError
from lambdas.instagram.token_provider import Bootstrap
from lambdas.kit.errors import DaybookError
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, State
from lambdas.tokens.bootstrap import BootstrapAdoption
from lambdas.tokens.failures import ends_connection
from lambdas.tokens.token_store import TokenStore


class OwnerUnknown(Exception):
    """Meta did not say whose the environment's token is: ask again later.

    `is_dead`: it says that the token is, and will hardly say more.
    """

    def __init__(self, *, is_dead: bool = False) -> None:
        super().__init__()
        self.is_dead = is_dead


@dataclass(frozen=True, kw_only=True)
class EnvironmentOwner:
    """Asks Meta whether the environment's token is a person's. `graph_of` returns the client."""

    adoption: BootstrapAdoption
    store: TokenStore
    graph_of: Callable[[LoginType], Graph]
    logger: Logger

    def accounts_of(self, person_id: str) -> set[str]:
        """Return the accounts that the environment's token gives, if it is this person's.

        Raises OwnerUnknown.
        """
        bootstrap = self.adoption.bootstrap
        if bootstrap is None:
            return set()
        named, theirs = bootstrap.account_id, self.store.of_person(person_id, disconnected=True)
        if named and (named == person_id or self._is_known_by(named, theirs)):
            return {named}
        if not self.adoption.is_pending:
            return {named} if not theirs and self._died_unknown(named) else set()
        try:
            return self._asked(bootstrap, person_id)
        except (GraphError, DaybookError) as error:
            extra = {"cause": type(error).__name__}
            self.logger.warning("the environment's token has no known owner", extra=extra)
            is_dead = (
                isinstance(error, GraphError)
                and ends_connection(error)
                and error.scope is not ErrorScope.APP
            )
            raise OwnerUnknown(is_dead=is_dead) from None

    def _is_known_by(self, named: str, theirs: Sequence[str]) -> bool:
        """Return whether the configured id means one of these accounts.

        Posts that were read before the account was stored bear that id.
        """
        return not {named, *self.store.of_person(named, disconnected=True)}.isdisjoint(theirs)

    def _died_unknown(self, named: str) -> bool:
        """Return whether the token was dead before anyone learned whose it was.

        A request of a person who is not known otherwise means its account, then: what they do to
        the app is what ends a token.
        """
        record = self.store.get(named) if named else None
        if record is None or record.state is State.ACTIVE:
            return False
        if record.state is State.DISCONNECTED:
            return record.former_people == (named,)
        return record.source is Source.ENVIRONMENT and record.people == (named,)

    def _asked(self, bootstrap: Bootstrap, person_id: str) -> set[str]:
        graph, named = self.graph_of(bootstrap.login_type), bootstrap.account_id
        if profile := graph.profile_of_token(bootstrap.token):
            if person_id not in profile.people:
                return set()
            return {one for one in (profile.user_id, named) if one}
        info = graph.inspect(bootstrap.token)
        if info is None or info.user_id != person_id:
            return set()
        if named:
            return {named}
        pages = graph.account("me", bootstrap.token).pages.shared()
        return {page.instagram_id for page in pages if page.instagram_id}
