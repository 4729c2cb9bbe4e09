"""The names of persons who write messages: webhooks bring their ids alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.people import People
from lambdas.comments.taking.patience import Patience
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, RetryLater
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired

MAX_ITEMS = 5
# Persons whose name Instagram does not give.
ASK_AGAIN = timedelta(hours=6)


@dataclass(frozen=True)
class Names:
    """Finds names: stored ones, those of the person's comments, or by asking Instagram once."""

    people: People
    ledger: InboxLedger
    account: Callable[[str], Account | None]
    patience: Patience
    clock: Clock
    _unknown: dict[tuple[str, str], datetime] = field(default_factory=dict, init=False, repr=False)

    def of(self, account: InboxAccount, person_id: str) -> str | None:
        """Return a person's username, or None while it cannot be found out."""
        person = self.people.get(account.id, person_id)
        if person and person.username:
            return person.username
        name = self._of_comments(person_id) or self._asked(account, person_id)
        if name:
            self.people.name(account, person_id, name, self.clock.now())
        return name

    def _of_comments(self, person_id: str) -> str | None:
        author = keys.author_list(self.ledger.tenant, person_id)
        newest = islice(self.ledger.listed(keys.BY_AUTHOR, author), MAX_ITEMS)
        return next((one.username for one in newest if one.username), None)

    def _asked(self, account: InboxAccount, person_id: str) -> str | None:
        person, now = (account.id, person_id), self.clock.now()
        asked_at = self._unknown.get(person)
        if self.patience.waits(account.id) or (asked_at and now - asked_at < ASK_AGAIN):
            return None
        try:
            client = self.account(account.id)
            name = client.messages.profile(person_id).username if client else None
        except (RetryLater, ReauthRequired):
            self.patience.failed(account.id)
            return None
        except GraphError:
            # A name is a convenience: the person's id is enough to answer.
            name = None
        if name is None:
            self._unknown[person] = now
        return name
