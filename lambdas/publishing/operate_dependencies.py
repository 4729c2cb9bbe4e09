"""What operators' requests need on top: plans, series, imports, and approval by a link."""

from __future__ import annotations

import functools
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.problem import headers_of
from lambdas.api.responses import html_response
from lambdas.kit.errors import DaybookError
from lambdas.publishing.approval import Approvals
from lambdas.publishing.approval_page import ApprovalPage, page_headers, plain_page, render
from lambdas.publishing.batch_log import BatchLog
from lambdas.publishing.batches import Batches
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.importing import Importer
from lambdas.publishing.own_history import OwnHistory
from lambdas.publishing.plan_store import PlanStore
from lambdas.publishing.planned_caption import CaptionPlanner
from lambdas.publishing.planned_creation import PlannedCreation
from lambdas.publishing.planning import Planner
from lambdas.publishing.previews import Previews
from lambdas.publishing.series_ending import SeriesEnding
from lambdas.publishing.stored_check import refusal_of
from lambdas.storage.events.event import EventStore

TITLES = {
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.UNAUTHORIZED: "Please sign in",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
}


class OperateDependencies(PublishingDependencies):
    """Everything that `operate` works with; the sweep uses its `batches`."""

    @functools.cached_property
    def events(self) -> EventStore:
        """Return the finder of events."""
        table, settings = self.aws.table(self.settings.events_table_name), self.settings
        return EventStore(table, settings.time_zone, settings.date_events)

    @functools.cached_property
    def plans(self) -> PlanStore:
        """Return the plans of accounts."""
        return PlanStore(self.table, self.marks, self.ledger, self.settings.time_zone)

    @functools.cached_property
    def planner(self) -> Planner:
        """Return what applies plans to new posts."""
        captions = CaptionPlanner(self.events)
        return Planner(plans=self.plans, captions=captions, clock=self.clock)

    @functools.cached_property
    def batches(self) -> Batches:
        """Return the creation of many posts as one; its `sweep` completes what was interrupted."""
        return Batches(
            log=BatchLog(self.table, self.marks, self.settings.tenant),
            ledger=self.ledger,
            plans=self.plans,
            starter=self.starter,
            clock=self.clock,
            logger=self.logger,
        )

    @functools.cached_property
    def planned_creation(self) -> PlannedCreation:
        """Return the creation of posts that may leave something to their account's plan."""
        return PlannedCreation(creation=self.creation, planner=self.planner, batches=self.batches)

    @functools.cached_property
    def series_ending(self) -> SeriesEnding:
        """Return the cancellation of series."""
        return SeriesEnding(ending=self.ending, ledger=self.ledger, batches=self.batches)

    @functools.cached_property
    def importer(self) -> Importer:
        """Return the import of files of posts."""
        return Importer(
            creation=self.creation,
            planner=self.planner,
            batches=self.batches,
            posts=self.ledger,
            clock=self.clock,
        )

    @functools.cached_property
    def own_history(self) -> OwnHistory:
        """Return the reader of what accounts have posted."""
        name = self.settings.analytics_table_name
        return OwnHistory(self.ledger, self.settings.tenant, self.aws.table(name) if name else None)

    @functools.cached_property
    def approvals(self) -> Approvals:
        """Return the links that approve drafts."""
        return Approvals(
            table=self.table,
            ledger=self.ledger,
            starter=self.starter,
            clock=self.clock,
            public_url=self.settings.public_url,
            refusal=lambda post: refusal_of(post, self.checks),
        )

    @functools.cached_property
    def previews(self) -> Previews:
        """Return what shows posts on pages."""
        return Previews(self.objects, self.uploads.type_of)

    def account_name(self, account_id: str) -> str:
        """Return the name by which people know an account."""
        row = self.account_rows.of(account_id) or {}
        return f"@{row['username']}" if row.get("username") else account_id

    def page(
        self, content: ApprovalPage, status: HTTPStatus = HTTPStatus.OK, request_id: str = ""
    ) -> Response[str]:
        """Return a page for a person without an account."""
        body = render(self.settings.site_name, content, request_id)
        return html_response(body, status, page_headers([self.objects.origin]))

    def error_page(self, status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
        """Return an error as a page for a browser."""
        title = TITLES.get(status, "Something went wrong")
        answer = self.page(plain_page(title, error.message), status, request_id)
        answer.headers.update(headers_of(error))
        return answer

    def warm_up(self) -> None:
        """Build what the first request needs, for a snapshot. Calls nothing."""
        super().warm_up()
        _ = self.planned_creation, self.plans
