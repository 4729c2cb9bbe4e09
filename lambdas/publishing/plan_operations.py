"""What operators do with plans, hashtags and imports, one function for each route."""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice

from aws_lambda_powertools.event_handler import Response
from msgspec.structs import replace

from lambdas.api.findings import FieldProblemJson, Findings
from lambdas.api.request import JSON, Request
from lambdas.api.responses import json_response
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.decoded import JsonObject
from lambdas.kit.errors import InvalidRequest, TooLarge, UnsupportedType
from lambdas.publishing.creation import account_deleted
from lambdas.publishing.hashtags import suggestions
from lambdas.publishing.import_columns import template_csv
from lambdas.publishing.import_file import MAX_BYTES, ImportFindings, csv_rows, json_rows
from lambdas.publishing.ledger import DataDeleted
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.operations import account_id_of, operator_of
from lambdas.publishing.plan import Plan
from lambdas.publishing.plan_request import checked_plan
from lambdas.publishing.plan_views import PostingPlanJson, import_json, plan_json

CSV = "text/csv"
NEXT_SLOTS = 5
# More than a caption can hold: a longer one is no caption.
MAX_CAPTION = 10_000
Answer = Response[str]


class InvalidPlan(InvalidRequest):
    """A plan cannot be accepted; `problems` in the answer are all that was found."""

    code = "invalid_plan"

    def __init__(self, problems: list[FieldProblemJson]) -> None:
        super().__init__(
            "The plan has problems; see problems for each field.", details={"problems": problems}
        )


def suggest_hashtags(dependencies: OperateDependencies, request: Request) -> Answer:
    """Suggest hashtags for a caption."""
    account = dependencies.accounts.named(account_id_of(request))
    caption = request.query_text("caption")
    if len(caption) > MAX_CAPTION:
        message = f"A caption has at most {MAX_CAPTION} characters here."
        raise InvalidRequest(message, code="caption_too_long")
    plan = dependencies.plans.read(account.id)
    history = dependencies.own_history.read(account.id)
    return json_response(suggestions(account.id, caption, history, plan.standing_hashtags))


def show_plan(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show an account's plan."""
    account = dependencies.accounts.named(account_id_of(request))
    plan = dependencies.plans.read(account.id)
    return json_response(_shown(dependencies, account.id, plan))


def set_plan(dependencies: OperateDependencies, request: Request) -> Answer:
    """Replace an account's plan; posts keep the times they have."""
    account = dependencies.accounts.named(account_id_of(request))
    found = Findings()
    plan = checked_plan(request.json_body(JsonObject), found)
    if plan is None:
        raise InvalidPlan(found.problems)
    now = dependencies.clock.now().replace(microsecond=0)
    plan = replace(plan, changed_at=now, changed_by=operator_of(request))
    try:
        dependencies.plans.write(account.id, plan, account.connected_at)
    except DataDeleted:
        raise account_deleted() from None
    return json_response(_shown(dependencies, account.id, plan))


def import_posts(dependencies: OperateDependencies, request: Request) -> Answer:
    """Create the posts of a file, all or none."""
    content, kind = request.bytes_body(), request.header("content-type")
    kind = kind.partition(";")[0].strip().lower()
    if kind not in (CSV, JSON):
        message = f"The request must be CSV ({CSV}) or JSON ({JSON})."
        raise UnsupportedType(message, code="csv_expected")
    if len(content) > MAX_BYTES:
        raise TooLarge("The file is larger than 1 MB. Split it.", code="file_too_large")
    account_id, found = account_id_of(request), ImportFindings()
    rows = (
        csv_rows(content, found) if kind == CSV else json_rows(request.json_body(JsonObject), found)
    )
    dry_run = request.flag("dry_run")
    imported = dependencies.importer.run(
        account_id, rows, found, dry_run=dry_run, by=operator_of(request)
    )
    status = HTTPStatus.CREATED if imported.is_new else HTTPStatus.OK
    return json_response(import_json(imported, dry_run=dry_run), status)


def show_import_template(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show a CSV file with all columns and two examples."""
    del dependencies, request
    headers = {"Content-Disposition": 'attachment; filename="posts.csv"'}
    return Response(HTTPStatus.OK, f"{CSV}; charset=utf-8", template_csv(), headers=headers)


def _shown(dependencies: OperateDependencies, account_id: str, plan: Plan) -> PostingPlanJson:
    free = dependencies.plans.free_slots(account_id, plan, dependencies.clock.now())
    return plan_json(account_id, plan, [to_rfc3339(at.instant) for at in islice(free, NEXT_SLOTS)])
