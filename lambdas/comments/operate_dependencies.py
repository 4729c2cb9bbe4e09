"""What operators' requests need on top: lists, rules, subscriptions, and what others published."""

from __future__ import annotations

import functools

from lambdas.comments.dependencies import CommentsDependencies
from lambdas.comments.operating.discovering import Discovering
from lambdas.comments.operating.fired_rules import FiredRules
from lambdas.comments.operating.hashtag_budget import HashtagBudget
from lambdas.comments.operating.known_subscriptions import KnownSubscriptions, QueuedRenewals
from lambdas.comments.operating.listing import InboxLists
from lambdas.comments.operating.rule_changes import RuleChanges
from lambdas.comments.operating.rule_trial import RuleTrial
from lambdas.comments.operating.subscription_lists import (
    Renewals,
    SubscriptionLists,
    SubscriptionStates,
)
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
        return RuleChanges(
            store=self.rule_store,
            ledger=self.ledger,
            clock=self.clock,
            fired=FiredRules(self.ledger),
        )

    @functools.cached_property
    def rule_trial(self) -> RuleTrial:
        """Return what tries rules on a text."""
        return RuleTrial(self.rule_store, self.ledger, self.clock)

    @functools.cached_property
    def subscription_states(self) -> SubscriptionStates:
        """Return what is known of subscriptions."""
        return KnownSubscriptions(self.account_states, self.app_webhooks.get)

    @functools.cached_property
    def renewals(self) -> Renewals:
        """Return the queue of accounts that are subscribed again, and read."""
        return QueuedRenewals(self.backfill_queue)

    @functools.cached_property
    def subscription_lists(self) -> SubscriptionLists:
        """Return the lists of subscriptions."""
        return SubscriptionLists(
            states=self.subscription_states,
            accounts=self.accounts,
            renewals=self.renewals,
            clock=self.clock,
        )

    @functools.cached_property
    def discovering(self) -> Discovering:
        """Return the reader of what others published."""
        budget = HashtagBudget(self.table, self.settings.tenant, self.clock)
        return Discovering(self.client_of, budget)

    def cursor_secret(self) -> str:
        """Return what signs cursors."""
        return str(self.secrets.get(self.settings.cursor_secret_arn, max_age=300))

    def warm_up(self) -> None:
        """Build what the first request needs, for a snapshot. Calls nothing."""
        super().warm_up()
        _ = self.operations, self.undoing, self.inbox_lists, self.rule_changes
