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
from lambdas.comments.operating.rule_store import RuleStore
from lambdas.comments.operating.rule_trial import RuleTrial
from lambdas.comments.operating.subscription_lists import (
    Renewals,
    SubscriptionLists,
    SubscriptionStates,
)
from lambdas.comments.operating.surroundings import Sources
from lambdas.comments.reading.account_state import AccountStates
from lambdas.comments.reading.app_webhooks import AppWebhooks
from lambdas.comments.reading.scheduling import BackfillQueue
from lambdas.graph.app_subscriptions import AppSubscriptions
from lambdas.kit.errors import NotConfigured
from lambdas.kit.login_type import LoginType


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
    def rule_store(self) -> RuleStore:
        """Return the rules of accounts, with their earlier versions."""
        return RuleStore(self.table, self.marks, self.settings.tenant)

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
    def account_states(self) -> AccountStates:
        """Return what is known of the accounts' webhooks and of their reading."""
        return AccountStates(self.table, self.marks, self.settings.tenant)

    @functools.cached_property
    def app_webhooks(self) -> AppWebhooks:
        """Return the subscriptions of the apps."""
        return AppWebhooks(
            table=self.table,
            tenant=self.settings.tenant,
            client=self.app_subscriptions_of,
            callback_url=self.settings.webhook_url,
            verify_token=self.verify_token,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def renewals(self) -> Renewals:
        """Return the queue of accounts that are subscribed again, and read."""
        queue = BackfillQueue(self.aws.sqs, self.settings.backfill_queue_url)
        return QueuedRenewals(queue)

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

    def app_subscriptions_of(self, login_type: LoginType) -> AppSubscriptions:
        """Return the calls of an app with its own token. Raises NotConfigured."""
        app = self.app_secrets.credentials(login_type)
        return self.instagram.graph(login_type, app).app_subscriptions

    def verify_token(self) -> str:
        """Return what Meta has to bring to the handshake. Raises NotConfigured."""
        tokens = next(self.app_secrets.verification_tokens(), [])
        if not tokens:
            raise NotConfigured("The app secret holds no webhook_verify_token.")
        return tokens[0]

    def cursor_secret(self) -> str:
        """Return what signs cursors."""
        return str(self.secrets.get(self.settings.cursor_secret_arn, max_age=300))
