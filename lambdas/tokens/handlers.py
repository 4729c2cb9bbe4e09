"""The entry points of the tokens feature.

`connect` logs accounts in, `operate` serves operators, `privacy` takes Meta's callbacks about
people, `sweep` finds the accounts that need work, `refresh` does it for one account.
"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.api.app import http_entry_point
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.login_type import LoginType
from lambdas.kit.queues import queue_entry_point
from lambdas.storage.accounts.token_record import State, Task
from lambdas.tokens.bootstrap import AdoptionRunning, AdoptionSuspected, TokenTooYoung
from lambdas.tokens.browser import browser_of, new_browser
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.connect_page import failure_sections, result_sections, result_title
from lambdas.tokens.deletion import DeletionState
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.jobs import BOOTSTRAP, Job
from lambdas.tokens.login_state import hashed
from lambdas.tokens.page import Section
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Verdict
from lambdas.tokens.routes import ROUTES
from lambdas.tokens.sweep import Kind

DEFAULT_LIMIT, MAX_LIMIT = 200, 1000


def begin_login(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Redirect an operator to the dialog of a login type."""
    name = request.query.get("login_type", dependencies.settings.login_type)
    if name not in list(LoginType):
        choices = ", ".join(LoginType)
        raise InvalidRequest(f"login_type must be one of {choices}.", code="unknown_login_type")
    return _to_dialog(dependencies, LoginType(name))


def begin_login_again(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Redirect the holder of a link to the dialog, for the one account that the link names."""
    secret = request.path["ticket"]
    ticket = dependencies.states.ticket(secret)
    if ticket and ticket.login_type:
        return _to_dialog(dependencies, ticket.login_type, ticket=hashed(secret))
    record = dependencies.store.get(ticket.account_id) if ticket and ticket.account_id else None
    if record is None or record.state is State.DISCONNECTED:
        raise NotFound(
            "This link has expired or was used before. Ask the site operator for a new one "
            "(make connect-link).",
            code="link_over",
        )
    return _to_dialog(dependencies, record.login_type, record.account_id, hashed(secret))


def finish_login(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Connect the accounts of the login that Meta's dialog leads back from."""
    try:
        result = dependencies.connector.finish(request.query, browser_of(request.cookies))
    except ConnectFailed as failed:
        extra = {"reason": failed.code}
        dependencies.logger.warning("the login connected nothing", extra=extra)
        status = HTTPStatus.SERVICE_UNAVAILABLE if failed.passing else HTTPStatus.BAD_REQUEST
        sections = failure_sections(failed)
        return dependencies.outcome_page(
            failed.title, *sections, status=status, request_id=request.id
        )
    dependencies.report_health()
    return dependencies.outcome_page(result_title(result), *result_sections(result))


def list_accounts(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """List connected accounts, page by page."""
    limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT)
    after, state = request.query.get("after", ""), request.query.get("state")
    return json_response(dependencies.accounts.listed(limit, after, state))


def disconnect_account(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Disconnect an account."""
    answer = dependencies.accounts.disconnect(request.path["account_id"])
    dependencies.report_health()
    return json_response(answer)


def show_audit(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """List what happened to an account's connection."""
    before = request.query.get("before")
    return json_response(dependencies.accounts.trail(request.path["account_id"], before))


def check_account(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Check app, account, Page and permissions of a connection."""
    account_id = request.path["account_id"]
    record = dependencies.accounts.named(account_id)
    if record is None:
        raise NotFound(
            "The environment's token can be checked once it is stored: POST "
            "/instagram/token/refresh.",
            code="not_stored",
        )
    lines = dependencies.check(record).lines()
    return json_response({"account": account_id, "checks": [line.to_json() for line in lines]})


def show_status(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Show the state of an account's token."""
    return json_response(dependencies.accounts.status(request.query_id("account")))


def refresh_now(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Refresh an account's token now."""
    answer = dependencies.accounts.refresh(request.query_id("account"))
    dependencies.report_health()
    return json_response(answer)


def take_deauthorization(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Record that a person removed the app."""
    dependencies.privacy.deauthorize(request.form_body().get("signed_request", ""))
    dependencies.report_health()
    return json_response({"status": "ok"})


def take_deletion(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Delete a person's data."""
    answer = dependencies.privacy.delete_data(request.form_body().get("signed_request", ""))
    dependencies.report_health()
    return json_response(answer)


def show_deletion(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Show the state of a data-deletion request."""
    deletion = dependencies.privacy.status(request.path["code"])
    accounts = "1 account" if deletion.accounts == 1 else f"{deletion.accounts} accounts"
    requested = f"Requested on {deletion.requested_at:%Y-%m-%d}, for {accounts}."
    kept = "For 400 days we keep the date of this request, and nothing that identifies you."
    if deletion.state is DeletionState.DONE:
        done = "The connection and all posts that were shown here are deleted."
        return dependencies.outcome_page(
            "Your data was deleted", Section("", [requested, done, kept])
        )
    doing = (
        "The connection is deleted. Posts that were shown on event pages are being deleted; this "
        "takes a few minutes. Reload this page to see when it is done."
    )
    title = "Your data is being deleted"
    return dependencies.outcome_page(title, Section("", [requested, doing, kept]))


def sweep_accounts(dependencies: TokensDependencies, record: SQSRecord) -> None:
    """Run the sweep of one message. Raises RuntimeError if an account could not be queued."""
    dependencies.sweep.run(Kind(record.json_body["sweep"]))


def refresh_account(dependencies: TokensDependencies, record: SQSRecord) -> None:
    """Do the job of one message. A failure is recorded and counted before it is raised.

    What a notice reports is not raised as well: one dead token is one alarm.
    """
    job = Job.from_message(record.json_body)
    try:
        moved = _run_confirmed(dependencies, job)
    except RefreshFailed as failed:
        extra = {"account": job.account_id, "verdict": failed.verdict, "cause": failed.meaning}
        if failed.verdict is Verdict.PASSING:
            dependencies.metrics.emit(TokenRefreshFailed=1, AccountsFailing=1)
            raise
        dependencies.logger.warning("an account was refused", extra=extra)
        if failed.verdict is Verdict.NEEDS_REAUTH:
            # At once; the hourly sweep reports how many there are, and when there are none.
            dependencies.metrics.count("AccountsNeedingPerson")
        if failed.verdict is Verdict.APP_AT_FAULT:
            dependencies.metrics.count("AppRefused")
    except Exception:
        dependencies.metrics.emit(TokenRefreshFailed=1, AccountsFailing=1)
        raise
    else:
        if moved:
            # Counts tokens whose expiry date moved, not calls that were answered.
            dependencies.metrics.count("TokenRefreshed")


def _run_confirmed(dependencies: TokensDependencies, job: Job) -> bool:
    """Do a job, and make the second call at once where no time has to lie in between."""
    try:
        return _run(dependencies, job)
    except RefreshFailed as failed:
        if failed.verdict is not Verdict.SUSPECTED or dependencies.settings.confirm_after:
            raise
    except AdoptionSuspected:
        if dependencies.settings.confirm_after:
            return False
    return _run(dependencies, job)


def _run(dependencies: TokensDependencies, job: Job) -> bool:
    """Do a job; return whether a token's expiry date moved."""
    if job.account_id == BOOTSTRAP:
        return _adopt(dependencies)
    if job.task is Task.VERIFY:
        dependencies.verifier.verify(job.account_id)
        return False
    return dependencies.refresher.refresh(job.account_id).outcome is Outcome.REFRESHED


def _adopt(dependencies: TokensDependencies) -> bool:
    try:
        return bool(dependencies.bootstrap.adopt())
    except AdoptionRunning:
        return False
    except TokenTooYoung:
        if dependencies.bootstrap.is_failing:
            raise
        return False


def _to_dialog(
    dependencies: TokensDependencies,
    login_type: LoginType,
    account_id: str | None = None,
    ticket: str | None = None,
) -> Response[str]:
    settings = dependencies.settings
    browser, cookie = new_browser(settings.base_path, settings.secure)
    address = dependencies.connector.begin(login_type, browser, account_id, ticket)
    return Response(HTTPStatus.FOUND, headers={"Location": address}, cookies=[cookie])


connect = http_entry_point(TokensDependencies, ROUTES, "connect", globals())
operate = http_entry_point(TokensDependencies, ROUTES, "operate", globals())
privacy = http_entry_point(TokensDependencies, ROUTES, "privacy", globals())
sweep = queue_entry_point(TokensDependencies, sweep_accounts)
refresh = queue_entry_point(TokensDependencies, refresh_account)
