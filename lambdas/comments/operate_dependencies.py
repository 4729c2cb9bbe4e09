"""What operators' requests need on top: lists, rules, subscriptions, and what others published."""

from __future__ import annotations

import functools

from lambdas.comments.dependencies import CommentsDependencies
from lambdas.comments.operating.author_deletion import AuthorDeletion
from lambdas.comments.operating.discovering import Discovering
from lambdas.comments.operating.hashtag_budget import HashtagBudget
from lambdas.comments.operating.listing import InboxLists
from lambdas.comments.operating.rule_changes import RuleChanges
from lambdas.comments.operating.rule_trial import RuleTrial
from lambdas.comments.operating.surroundings import Sources


class OperateDependencies(CommentsDependencies):
    """Everything that `operate` works with."""

    @functools.cached_property
    def inbox_lists(self) -> InboxLists:
        """Return the lists of the inbox."""
        sources = Sources(
            ledger=self.ledger, media=self.media, people=self.people, accounts=self.accounts
        )
        return InboxLists(sources=sources, secret=self.cursor_secret, clock=self.clock)

    @functools.cached_property
    def rule_changes(self) -> RuleChanges:
        """Return what shows and replaces rules."""
        return RuleChanges(store=self.rule_store, ledger=self.ledger, clock=self.clock)

    @functools.cached_property
    def rule_trial(self) -> RuleTrial:
        """Return what tries rules on a text."""
        return RuleTrial(self.rule_store, self.ledger, self.clock)

    @functools.cached_property
    def discovering(self) -> Discovering:
        """Return the reader of what others published."""
        budget = HashtagBudget(self.table, self.settings.tenant, self.clock)
        return Discovering(self.client_of, budget)

    @functools.cached_property
    def author_deletion(self) -> AuthorDeletion:
        """Return what deletes everything of an author."""
        return AuthorDeletion(self.store, self.accounts)

    def cursor_secret(self) -> str:
        """Return what signs cursors."""
        return str(self.secrets.get(self.settings.cursor_secret_arn, max_age=300))
