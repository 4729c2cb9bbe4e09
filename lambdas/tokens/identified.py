"""The accounts that a token gives access to, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.graph.client import Graph
from lambdas.graph.found_account import FoundAccount, PersonToken, Skipped, SkipReason
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import Source, TokenRecord, TokenSecrets
from lambdas.tokens.renewal import USUAL_LIFE

Pair = tuple[TokenRecord, TokenSecrets]


@dataclass(frozen=True)
class Identified:
    """The accounts of a token, each with the tokens to store, and what was skipped.

    `person` is the token to search again with; None if the login has no Pages.
    """

    accounts: list[Pair]
    skipped: tuple[Skipped, ...] = ()
    declined_scopes: tuple[str, ...] = ()
    person: PersonToken | None = None

    @property
    def is_final(self) -> bool:
        """Return whether nothing is left to search or to choose."""
        late = (SkipReason.NOT_REACHED, SkipReason.LIST_NOT_REACHED)
        return len(self.accounts) == 1 and all(one.reason not in late for one in self.skipped)


def pair_of(found: FoundAccount, tenant: str, graph: Graph, source: Source, now: datetime) -> Pair:
    """Return the record and the tokens of a found account."""
    record = TokenRecord(
        tenant=tenant,
        account_id=found.account_id,
        login_type=LoginType(graph.platform.login_type),
        app_id=graph.app_id,
        issued_at=now,
        expires_at=now + (found.expires_in or USUAL_LIFE),
        source=source,
        username=found.username,
        account_type=found.account_type,
        scoped_id=found.scoped_id,
        person_id=found.person_id,
        page_id=found.page.id if found.page else None,
        page_name=found.page.name if found.page else None,
        scopes=found.scopes,
        data_access_expires_at=found.data_access_expires_at,
        connected_at=now,
        refreshed_at=now,
    )
    return record, TokenSecrets(found.token, found.renewal_token)
