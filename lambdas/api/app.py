"""HTTP event -> request, result or error -> response, alike for every feature."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.shared.cookies import Cookie

from lambdas.api.cdn import came_through_cdn
from lambdas.api.problem import envelope, headers_of, status_of
from lambdas.kit.errors import DaybookError, Forbidden, InvalidRequest, NotFound, UnsupportedType

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html; charset=utf-8"

# On every answer: nothing is sniffed, framed or cached unless a route says so, and a site that was once reached by TLS always is.
DEFAULT_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-store",
}

ErrorPage = Callable[[HTTPStatus, DaybookError, str], Response[str]]


class HttpApp:
    """The routes of one function. Handlers return a Response or raise an error of `kit.errors`.

    `error_page` renders an error as a page, for requests whose path lies under `pages` and that prefer HTML.
    """

    def __init__(
        self, logger: Logger, error_page: ErrorPage | None = None, pages: str = "/g/"
    ) -> None:
        self._logger = logger
        self._error_page = error_page
        self._pages = pages
        self._resolver = APIGatewayHttpResolver()
        self._resolver.exception_handler(DaybookError)(self._refuse)
        self._resolver.exception_handler(NotFoundError)(self._nothing_here)
        self._resolver.exception_handler(Exception)(self._fail)
        self.get, self.post, self.delete = (
            self._resolver.get,
            self._resolver.post,
            self._resolver.delete,
        )

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one event of the HTTP API (payload format 2.0)."""
        if not came_through_cdn(event):
            refusal = Forbidden("This address is not the site's.", code="edge_only")
            body = json.dumps(envelope(refusal, event["requestContext"]["requestId"]))
            return {
                "statusCode": int(HTTPStatus.FORBIDDEN),
                "headers": {**DEFAULT_HEADERS, "Content-Type": JSON},
                "body": body,
            }
        http = event["requestContext"]["http"]
        asked = http["method"]
        if asked == "HEAD":
            http["method"] = "GET"
        if not event["rawPath"].isprintable():
            # Patterns that end in `$` would take a line break for the end.
            event["rawPath"] = http["path"] = self._pages + "-"
        # The id that the API's access log and the answer to a failed request name.
        with self._logger.append_context_keys(request_id=event["requestContext"]["requestId"]):
            answer = self._resolver.resolve(event, context)
            answer |= {
                "headers": {**DEFAULT_HEADERS, **answer.get("headers", {})},
                "body": answer.get("body") or "",
            }
            if asked == "HEAD":
                answer |= {"body": "", "isBase64Encoded": False}
            # No query string and no cookie: they hold what belongs to the guest alone.
            self._logger.info(
                "answered",
                extra={"method": asked, "route": event["routeKey"], "status": answer["statusCode"]},
            )
        return answer

    @property
    def event(self) -> dict[str, Any]:
        """The event that is being answered."""
        raw: dict[str, Any] = self._resolver.current_event.raw_event
        return raw

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; of one that is repeated, the last."""
        raw = self._resolver.current_event.query_string_parameters or {}
        return {name: value.rsplit(",", 1)[-1] for name, value in raw.items()}

    def query_list(self, name: str) -> list[str]:
        """The values of a query parameter that is repeated or holds commas."""
        raw = self._resolver.current_event.query_string_parameters or {}
        return [value for value in raw.get(name, "").split(",") if value]

    @property
    def cookies(self) -> dict[str, str]:
        """The request's cookies by name."""
        pairs = (
            cookie.partition("=") for cookie in self._resolver.current_event.get("cookies") or []
        )
        return {name.strip(): value for name, _, value in pairs}

    def header(self, name: str) -> str:
        """A request header, or an empty text."""
        return self._resolver.current_event.headers.get(name.lower(), "")

    def json_body(self) -> Any:
        """The request's JSON. Raises UnsupportedType for another type, InvalidRequest for what is not JSON."""
        if self.header("content-type").split(";")[0].strip().lower() != JSON:
            raise UnsupportedType(
                "The request must be JSON (application/json).", code="json_expected"
            )
        try:
            return json.loads(self._resolver.current_event.decoded_body or "")
        except (ValueError, RecursionError):
            raise InvalidRequest(
                "The request's body is not valid JSON.", code="invalid_json"
            ) from None

    def form_body(self) -> dict[str, str]:
        """The request's form fields; of one that is repeated, the last. Raises UnsupportedType for any other type of body."""
        if self.header("content-type").split(";")[0].strip().lower() != FORM:
            raise UnsupportedType(f"The request must be a form ({FORM}).", code="form_expected")
        try:
            return dict(parse_qsl(self._resolver.current_event.decoded_body or ""))
        except ValueError:
            raise InvalidRequest("The request's body is not text.", code="invalid_form") from None

    def _request_id(self) -> str:
        return str(self._resolver.current_event.request_context.request_id)

    def _refuse(self, error: DaybookError) -> Response[str]:
        status = status_of(error)
        path = self._resolver.current_event.path
        if (
            self._error_page
            and path.startswith(self._pages)
            and "text/html" in self.header("accept")
        ):
            return self._error_page(status, error, self._request_id())
        return json_answer(envelope(error, self._request_id()), status, headers_of(error))

    def _nothing_here(self, _: NotFoundError) -> Response[str]:
        return self._refuse(NotFound("There is nothing at this address."))

    def _fail(self, error: Exception) -> Response[str]:
        self._logger.exception("unexpected error", exc_info=error)
        return self._refuse(
            DaybookError("Something went wrong on our side. Please try again in a minute.")
        )


def json_answer(
    body: object, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """A JSON answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(status, JSON, text, headers=dict(headers or {}))


def html_answer(
    body: str,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[str]:
    """A page."""
    return Response(status, HTML, body, headers=dict(headers or {}), cookies=cookies or [])
