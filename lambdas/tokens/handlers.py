"""The entry points of the tokens feature.

`connect` logs accounts in (see `login_handlers.py`), `complete` finishes logins that take long,
`operate` serves operators, `privacy` takes Meta's callbacks about people, `sweep` finds the
accounts that need work, `refresh` does it for one account.
"""

from __future__ import annotations

import re

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.api.app import http_entry_point
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.queues import queue_entry_point
from lambdas.storage.accounts.token_record import Task
from lambdas.tokens.bootstrap import AdoptionRunning, AdoptionSuspected, TokenTooYoung
from lambdas.tokens.deletion import DeletionState
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.jobs import BOOTSTRAP, Job
from lambdas.tokens.login_handlers import begin_login as begin_login
from lambdas.tokens.login_handlers import begin_login_again as begin_login_again
from lambdas.tokens.login_handlers import choose_accounts as choose_accounts
from lambdas.tokens.login_handlers import finish_login as finish_login
from lambdas.tokens.login_handlers import show_login as show_login
from lambdas.tokens.page import Section
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Verdict
from lambdas.tokens.routes import ROUTES
from lambdas.tokens.sweep import Kind

DEFAULT_LIMIT, MAX_LIMIT = 200, 1000
# The key of an entry: its time and a random number. A `+` that was not encoded arrives as a space.
ENTRY = re.compile(r"[0-9T:.+ -]{19,40}#[0-9a-f]{16}", re.ASCII)


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
    if before is not None and not ENTRY.fullmatch(before):
        raise InvalidRequest("before must be the `next` of the page before.", code="invalid_before")
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
    if deletion.accounts:
        kept = (
            "We keep the date of this request for 400 days, and beside it the numbers by which "
            "Instagram identifies the accounts, so that nothing of them is stored again."
        )
    if deletion.state is DeletionState.DONE:
        done = (
            "The connection, all posts that were shown here and all numbers are deleted. Comments "
            "and messages that you wrote to accounts of this site are deleted within an hour of "
            "the request."
        )
        return dependencies.outcome_page(
            "Your data was deleted", Section("", [requested, done, kept])
        )
    doing = (
        "The connection is deleted. Posts that were shown on event pages, and numbers about them, "
        "are being deleted, and so are comments and messages that you wrote to accounts of this "
        "site. This takes a few minutes. Reload this page to see when it is done."
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


def complete_login(dependencies: TokensDependencies, record: SQSRecord) -> None:
    """Do one round of the pending login of a message."""
    if dependencies.completion.run(record.json_body["login"]):
        dependencies.report_health()


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


connect = http_entry_point(TokensDependencies, ROUTES, "connect", globals())
operate = http_entry_point(TokensDependencies, ROUTES, "operate", globals())
privacy = http_entry_point(TokensDependencies, ROUTES, "privacy", globals())
sweep = queue_entry_point(TokensDependencies, sweep_accounts)
refresh = queue_entry_point(TokensDependencies, refresh_account)
complete = queue_entry_point(TokensDependencies, complete_login)
