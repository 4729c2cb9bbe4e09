"""Every way into the tokens' feature: `connect` logs accounts in, `operate` shows and steers them, `privacy` takes Meta's callbacks, `sweep`
looks who is due, `refresh` keeps one account alive."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.api.access import require_operator
from lambdas.api.app import HttpApp, json_answer
from lambdas.api.query import limit_of
from lambdas.graph.login_type import LOGIN_TYPES
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.events import TokenRefused
from lambdas.kit.log import logs_failures
from lambdas.storage.accounts.token_record import State
from lambdas.tokens import dependencies as feature
from lambdas.tokens.bootstrap import AdoptionRuns
from lambdas.tokens.browser import browser_of, new_browser
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.connection import Connected
from lambdas.tokens.page import Section
from lambdas.tokens.refresh import RefreshFailed
from lambdas.tokens.sweep import BOOTSTRAP, VERIFY, Kind

# Accounts in one answer.
DEFAULT_LIMIT, MAX_LIMIT = 200, 1000

connecting = HttpApp(feature.logger, feature.error_page, pages="/instagram/")
operating = HttpApp(feature.logger)
calling_back = HttpApp(feature.logger, feature.error_page, pages="/instagram/")


def connect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The way to Meta's dialog and back."""
    return connecting.handle(event, context)


def operate(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What operators see of accounts, and do with them."""
    return operating.handle(event, context)


def privacy(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Meta's callbacks about people, and the page about what became of them."""
    return calling_back.handle(event, context)


def sweep(event: dict[str, Any], context: Any) -> None:
    """Messages of the schedule, one by one."""
    [record] = event["Records"]
    sweep_accounts(SQSRecord(record))


def refresh(event: dict[str, Any], context: Any) -> None:
    """Messages of the refresh queue, one by one."""
    [record] = event["Records"]
    refresh_account(SQSRecord(record))


@logs_failures(feature.logger)
def sweep_accounts(record: SQSRecord) -> None:
    """One message of the schedule; raises if not every account could be queued."""
    feature.sweep().run(Kind(record.json_body["sweep"]))


@logs_failures(feature.logger)
def refresh_account(record: SQSRecord) -> None:
    """One message: one account. A failure is written, counted, and then raised."""
    (account_id, task), moved = _job(record.json_body), False
    try:
        if account_id == BOOTSTRAP:
            moved = _adopt()
        elif task == VERIFY:
            feature.refresher().verify(account_id)
        else:
            moved = feature.refresher().refresh(account_id).outcome == "refreshed"
    except Exception as error:
        feature.metrics.count("TokenRefreshFailed")
        # At once; the hourly look says how many there are, and when there are none.
        needs_reauth = isinstance(error, RefreshFailed) and error.needs_reauth
        feature.metrics.emit(**{"AccountsNeedingPerson" if needs_reauth else "AccountsFailing": 1})
        raise
    if moved:
        # Counts tokens whose end moved, not calls that answered.
        feature.metrics.count("TokenRefreshed")


def _job(message: dict[str, Any]) -> tuple[str, str]:
    """The account of a message, and what to do: the sweep's messages say it, and a token that was refused elsewhere is looked at."""
    if "detail" in message:
        return TokenRefused.from_detail(message["detail"]).account_id, VERIFY
    return str(message["account"]), message.get("task", "")


def _adopt() -> bool:
    try:
        return bool(feature.bootstrap().adopt())
    except AdoptionRuns:
        return False


@connecting.get("/instagram/connect")
def begin_login() -> Response[str]:
    """Leads an operator to the dialog of a login type."""
    require_operator(connecting.event)
    login_type = connecting.query.get("login_type", feature.settings().login_type)
    if login_type not in LOGIN_TYPES:
        raise InvalidRequest(
            f"login type must be one of {', '.join(LOGIN_TYPES)}.", code="unknown_flavour"
        )
    return _to_dialog(login_type)


@connecting.get("/instagram/reconnect/<ticket>")
def begin_login_again(ticket: str) -> Response[str]:
    """Leads whoever was sent this link to the dialog, for the one account that it names."""
    allowed = feature.states().ticket(ticket)
    if allowed and allowed.login_type:
        return _to_dialog(allowed.login_type)
    record = feature.store().get(allowed.account_id) if allowed and allowed.account_id else None
    if record is None or record.state is State.DISCONNECTED:
        raise NotFound(
            "This link is over. Ask whoever runs this site for a new one (make connect-link).",
            code="link_over",
        )
    return _to_dialog(record.login_type, record.account_id)


@connecting.get("/instagram/callback")
def finish_login() -> Response[str]:
    """What Meta's dialog leads back to."""
    try:
        connected = feature.desk().finish(connecting.query, browser_of(connecting.cookies))
    except ConnectFailed as failed:
        feature.logger.warning("nothing was connected", extra={"reason": failed.code})
        status = HTTPStatus.SERVICE_UNAVAILABLE if failed.passing else HTTPStatus.BAD_REQUEST
        request_id = str(connecting.event["requestContext"]["requestId"])
        return feature.outcome_page(
            failed.title, Section("", failed.advice), status=status, request_id=request_id
        )
    feature.report_health()
    names = " and ".join(one.record.name for one in connected)
    return feature.outcome_page(
        f"{names} is connected" if len(connected) == 1 else f"{names} are connected",
        *map(_section_of, connected),
    )


@operating.get("/instagram/accounts")
def list_accounts() -> Response[str]:
    """Connected accounts, page by page."""
    require_operator(operating.event)
    query = operating.query
    return json_answer(
        feature.accounts().listed(
            limit_of(query, DEFAULT_LIMIT, MAX_LIMIT), query.get("after", ""), query.get("state")
        )
    )


@operating.delete("/instagram/accounts/<account_id>")
def disconnect_account(account_id: str) -> Response[str]:
    """Disconnects an account."""
    require_operator(operating.event)
    answer = feature.accounts().disconnect(account_id)
    feature.report_health()
    return json_answer(answer)


@operating.get("/instagram/accounts/<account_id>/audit")
def show_trail(account_id: str) -> Response[str]:
    """What happened to an account's connection."""
    require_operator(operating.event)
    return json_answer(feature.accounts().trail(account_id, operating.query.get("before")))


@operating.get("/instagram/accounts/<account_id>/check")
def check_account(account_id: str) -> Response[str]:
    """Which app, whose account, which Page, which permissions."""
    require_operator(operating.event)
    record = feature.accounts().named(account_id)
    if record is None:
        raise NotFound(
            "The token of the environment is checked once it has been refreshed: POST /instagram/token/refresh.",
            code="not_stored",
        )
    return json_answer(
        {
            "account": account_id,
            "checks": [line.to_json() for line in feature.check(record).lines()],
        }
    )


@operating.get("/instagram/token/status")
def show_status() -> Response[str]:
    """The state of an account's token."""
    require_operator(operating.event)
    return json_answer(feature.accounts().status(operating.query.get("account")))


@operating.post("/instagram/token/refresh")
def refresh_now() -> Response[str]:
    """Refreshes an account's token now."""
    require_operator(operating.event)
    answer = feature.accounts().refresh(operating.query.get("account"))
    feature.report_health()
    return json_answer(answer)


@calling_back.post("/webhooks/instagram/deauthorize")
def take_deauthorization() -> Response[str]:
    """Somebody removed the app."""
    feature.privacy().deauthorize(calling_back.form_body().get("signed_request", ""))
    feature.report_health()
    return json_answer({"status": "ok"})


@calling_back.post("/webhooks/instagram/data-deletion")
def take_deletion() -> Response[str]:
    """Somebody wants their data deleted."""
    answer = feature.privacy().delete_data(calling_back.form_body().get("signed_request", ""))
    feature.report_health()
    return json_answer(answer)


@calling_back.get("/instagram/data-deletion/<code>")
def show_deletion(code: str) -> Response[str]:
    """What became of a request for deletion."""
    deletion = feature.privacy().status(code)
    done = f"Requested on {deletion['requested_at'][:10]}. The connections of {deletion['accounts']} account(s) were deleted at once."
    rest = "Posts that were shown on event pages are removed within minutes. What stays for 400 days is that, and when, this happened."
    return feature.outcome_page("Your data were deleted", Section("", [done, rest]))


def _to_dialog(login_type: str, account_id: str | None = None) -> Response[str]:
    settings = feature.settings()
    browser, cookie = new_browser(settings.base_path, settings.secure)
    answer: Response[str] = Response(
        HTTPStatus.FOUND,
        headers={"Location": feature.desk().begin(login_type, browser, account_id)},
    )
    answer.cookies = [cookie]
    return answer


def _section_of(one: Connected) -> Section:
    record = one.record
    until = (
        f"Its token is valid until {record.expires_at:%Y-%m-%d} and is renewed by itself."
        if record.expires_at
        else ""
    )
    lacks = [
        f"{capability} will not work: {', '.join(scopes)} was not allowed."
        for capability, scopes in one.missing.items()
    ]
    advice = (
        ["To allow it, connect the account again and leave everything switched on in the dialog."]
        if lacks
        else []
    )
    page = [f"By the Page {record.page_name}."] if record.page_name else []
    return Section(record.name, [*page, until, *lacks, *advice])
