"""The composition root of the publishing feature."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from lambdas.publishing.checking import PostChecks
from lambdas.publishing.creation import Creation
from lambdas.publishing.editing import Editing
from lambdas.publishing.ending import Ending, MediaDeleter
from lambdas.publishing.instagram_calls import InstagramCalls
from lambdas.publishing.listing import PostLists
from lambdas.publishing.needs_person import NeedsPerson, Notify
from lambdas.publishing.posting_accounts import PostingAccounts
from lambdas.publishing.repeats import Repeats
from lambdas.publishing.reservations import HeldShares, Reservations
from lambdas.publishing.source_rules import SourceRules
from lambdas.publishing.starting import Starter
from lambdas.publishing.time_rules import known_zones
from lambdas.publishing.uploads import Uploads
from lambdas.publishing.waking import Waking
from lambdas.publishing.workflow_dependencies import WorkflowDependencies

if TYPE_CHECKING:
    from lambdas.publishing.examining import Examining

# A rotated secret is noticed after this; cursors that were issued before it are refused then.
SECRET_CACHE_SECONDS = 3600


class PublishingDependencies(WorkflowDependencies):
    """Everything that the publishing functions work with."""

    @functools.cached_property
    def accounts(self) -> PostingAccounts:
        """Return the accounts that posts are made for."""
        settings = self.settings
        return PostingAccounts(
            rows=self.account_rows,
            bootstrap_account=settings.ig_user_id if settings.bootstrap_token else "",
            login_type=settings.login_type,
            clock=self.clock,
        )

    @functools.cached_property
    def uploads(self) -> Uploads:
        """Return operators' own files."""
        return Uploads(self.table, self.settings.tenant, self.objects, self.clock, self.rng)

    @functools.cached_property
    def examining(self) -> Examining:
        """Return what examines operators' files; it imports the libraries of media."""
        from lambdas.publishing.examining import Examining

        return Examining(self.uploads, self.objects)

    @functools.cached_property
    def checks(self) -> PostChecks:
        """Return the checks of posts."""
        return PostChecks(
            accounts=self.accounts,
            states=self.account_states,
            sources=SourceRules(
                uploads=self.uploads,
                photos=self.postable_photos,
                private_addresses=self.settings.private_addresses,
            ),
            repeats=Repeats(self.ledger),
            clock=self.clock,
        )

    @functools.cached_property
    def starter(self) -> Starter:
        """Return what schedules and starts posts."""
        return Starter(self.schedules, self.start_queue, self.clock, self.logger)

    @functools.cached_property
    def notify(self) -> Notify:
        """Return what reports posts that need a person at once."""
        return self.reports.needs_person

    @functools.cached_property
    def person(self) -> NeedsPerson:
        """Return the call for a person."""
        return NeedsPerson(self.notify, self.clock)

    @functools.cached_property
    def creation(self) -> Creation:
        """Return the creation of posts."""
        return Creation(
            checks=self.checks,
            ledger=self.ledger,
            starter=self.starter,
            person=self.person,
            clock=self.clock,
            rng=self.rng,
        )

    @functools.cached_property
    def editing(self) -> Editing:
        """Return the changes of posts."""
        return Editing(
            checks=self.checks,
            creation=self.creation,
            ledger=self.ledger,
            starter=self.starter,
            person=self.person,
            waking=self.waking,
            clock=self.clock,
        )

    @functools.cached_property
    def waking(self) -> Waking:
        """Return what lets waiting posts go on."""
        return Waking(self.ledger, self.start_queue, self.clock, self.logger)

    @functools.cached_property
    def media_deleter(self) -> MediaDeleter:
        """Return what deletes published posts."""
        return self.instagram_calls

    @functools.cached_property
    def ending(self) -> Ending:
        """Return what cancels, deletes and retries posts."""
        return Ending(editing=self.editing, deleter=self.media_deleter, clock=self.clock)

    @functools.cached_property
    def reservations(self) -> Reservations:
        """Return how many posts hold a share of an account's quota."""
        return HeldShares(self.quota, self.clock)

    @functools.cached_property
    def instagram_calls(self) -> InstagramCalls:
        """Return the calls to Instagram that operators make themselves."""
        return InstagramCalls(self.instagram, self.accounts, self.reservations, self.clock)

    @functools.cached_property
    def post_lists(self) -> PostLists:
        """Return the lists of posts."""
        return PostLists(ledger=self.ledger, accounts=self.accounts, secret=self.cursor_secret)

    def warm_up(self) -> None:
        """Build what the first request needs, for a snapshot. Calls nothing."""
        _ = self.creation, self.editing, self.ending, self.post_lists, self.uploads, self.secrets
        known_zones()

    def cursor_secret(self) -> str:
        """Return the secret that signs cursors."""
        arn = self.settings.cursor_secret_arn
        return str(self.secrets.get(arn, max_age=SECRET_CACHE_SECONDS))
