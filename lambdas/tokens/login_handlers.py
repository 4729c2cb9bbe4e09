"""The routes of logins, which the entry point `connect` serves."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from lambdas.api.request import Request
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.tokens.browser import browser_of, kept_browser, new_browser
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.connect_page import failure_sections, result_sections, result_title
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.login_state import hashed
from lambdas.tokens.pending_login import PendingLogin, Step
from lambdas.tokens.pending_page import NONE_CHOSEN, chosen_ids, page_of


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
    """Connect the account of the login that Meta's dialog leads back from.

    Redirects to the page of a login that has several accounts, or is not finished.
    """
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
    if result.pending:
        pending = dependencies.logins.of_secret(result.pending)
        if pending and pending.is_working:
            dependencies.completion_queue.send(pending.id)
        answer = _to_login(dependencies, result.pending)
        answer.cookies.append(_kept_cookie(dependencies, request))
        return answer
    dependencies.report_health()
    return dependencies.outcome_page(result_title(result), *result_sections(result))


def show_login(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Show a login that is not finished: the choice, the progress or the result."""
    login = _pending(dependencies, request)
    return dependencies.page_response(page_of(login, browser_of(request.cookies)))


def choose_accounts(dependencies: TokensDependencies, request: Request) -> Response[str]:
    """Let the queue connect the chosen accounts; a second choice changes nothing."""
    login, browser = _pending(dependencies, request), browser_of(request.cookies)
    if login.browser != browser:
        return dependencies.page_response(page_of(login, browser), HTTPStatus.FORBIDDEN)
    everything = request.form_body().get("all") == "yes"
    chosen = chosen_ids(login, request.form_list("account"), everything=everything)
    if login.step is Step.CHOOSING:
        if not chosen:
            again = page_of(login, browser, error=NONE_CHOSEN)
            return dependencies.page_response(again, HTTPStatus.BAD_REQUEST)
        dependencies.logins.choose(login.choosing(chosen))
    # Also after a choice whose message was not sent. More than one message does no harm.
    if login.step in (Step.CHOOSING, Step.CONNECTING):
        dependencies.completion_queue.send(login.id)
    return _to_login(dependencies, request.path["login"])


def _pending(dependencies: TokensDependencies, request: Request) -> PendingLogin:
    login = dependencies.logins.of_secret(request.path["login"])
    if login is None:
        raise NotFound(
            "This login has ended. Start again from the link that you were sent, or ask the site "
            "operator for a new one.",
            code="login_over",
        )
    return login


def _to_login(dependencies: TokensDependencies, secret: str) -> Response[str]:
    address = f"{dependencies.settings.public_url}/instagram/logins/{secret}"
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": address}, cookies=[])


def _kept_cookie(dependencies: TokensDependencies, request: Request) -> Cookie:
    settings = dependencies.settings
    return kept_browser(request.cookies, settings.base_path, settings.secure)


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
