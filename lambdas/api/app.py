"""HTTP event -> request, result or error -> response, the same way in every feature."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from lambdas.api.access import require_operator
from lambdas.api.answer_size import is_too_large
from lambdas.api.cdn import CdnKey, HttpSettings
from lambdas.api.identifiers import ascii_path, is_identifier, path_text
from lambdas.api.problem import envelope, headers_of, status_of
from lambdas.api.rate_limit import RateLimiter
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.api.routing import PARAMETER, Auth, Route, routes_of
from lambdas.kit.decoded import JsonObject
from lambdas.kit.dependencies import EntryPoint, FeatureDependencies
from lambdas.kit.errors import DaybookError, Forbidden, NotFound

# On every answer: nothing is sniffed, framed or cached unless a route says so.
DEFAULT_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-store",
}
NO_ROUTE = "/-"
TOO_LARGE = "This answer is too large to be sent. Ask for less, such as by a smaller limit."

S = TypeVar("S", bound=HttpSettings)


class HttpDependencies(FeatureDependencies[S]):
    """Base of the composition roots of features with routes."""

    @functools.cached_property
    def rate_limiter(self) -> RateLimiter | None:
        """Return the counter of the routes' rate limits; None where there is no table for it."""
        if not self.settings.limits_table_name:
            return None
        table = self.aws.table(self.settings.limits_table_name)
        return RateLimiter(table, self.clock, self.logger)

    @functools.cached_property
    def cdn_key(self) -> CdnKey | None:
        """Return the key that requests need; None where a site has no CDN."""
        if not self.settings.cdn_key_arn:
            return None
        return CdnKey(self.aws.secrets_manager, self.settings.cdn_key_arn, self.clock)

    def error_page(self, status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
        """Return an error as a page for a browser; a feature with pages overrides this."""
        return json_response(envelope(error, request_id), status, headers_of(error))


D = TypeVar("D", bound=HttpDependencies[Any])
Handler = Callable[[D, Request], Response[str]]


class HttpApp(Generic[D]):
    """The routes of one function. Handlers return a Response or raise a DaybookError."""

    def __init__(
        self, dependencies: D, routes: Sequence[Route], handlers: Mapping[str, Handler[D]]
    ) -> None:
        self._dependencies = dependencies
        self._pages = any(route.page for route in routes)
        self._resolver = APIGatewayHttpResolver()
        self._resolver.exception_handler(DaybookError)(self._refuse)
        self._resolver.exception_handler(NotFoundError)(self._no_route)
        self._resolver.exception_handler(Exception)(self._fail)
        for route in routes:
            if not route.is_default:
                self._add(route, handlers[route.handler])

    def handle(self, event: JsonObject, context: Any) -> JsonObject:
        """Answer one event of the HTTP API (payload format 2.0)."""
        cdn_key, logger = self._dependencies.cdn_key, self._dependencies.logger
        request_id = event["requestContext"]["requestId"]
        if cdn_key and not cdn_key.is_sent_by(event):
            refusal = Forbidden("This address is not the site's.", code="cdn_only")
            # Without this line and its count an outage behind the CDN would go unnoticed.
            logger.warning("request bypassed the CDN", extra={"route": event["routeKey"]})
            self._dependencies.metrics.count("RequestsPastCdn")
            return _plain(json_response(envelope(refusal, request_id), HTTPStatus.FORBIDDEN))
        http = event["requestContext"]["http"]
        method = http["method"]
        if method == "HEAD":
            http["method"] = "GET"
        if not event["rawPath"].isprintable():
            # Patterns that end in `$` would match before a trailing line break.
            event["rawPath"] = http["path"] = NO_ROUTE
        event["rawPath"] = http["path"] = ascii_path(event["rawPath"])
        with logger.append_context_keys(request_id=request_id):
            answer = self._resolver.resolve(event, context)
            headers = {**DEFAULT_HEADERS, **answer.get("headers", {})}
            answer |= {"headers": headers, "body": answer.get("body") or ""}
            if is_too_large(answer["body"]):
                # Lambda itself would end the request, and the caller learn nothing.
                too_large = DaybookError(TOO_LARGE, code="answer_too_large")
                logger.error("answer is too large", extra={"route": event["routeKey"]})
                status = HTTPStatus.INTERNAL_SERVER_ERROR
                answer = _plain(json_response(envelope(too_large, request_id), status))
            if method == "HEAD":
                answer |= {"body": "", "isBase64Encoded": False}
            # Neither query string nor cookie: they hold what belongs to the guest alone.
            logger.info(
                "answered",
                extra={
                    "method": method,
                    "route": event["routeKey"],
                    "status": answer["statusCode"],
                },
            )
        return answer

    def _add(self, route: Route, handler: Handler[D]) -> None:
        def run(**path: str) -> Response[str]:
            request = self._request(_decoded(route, path))
            if route.auth is Auth.OPERATORS:
                require_operator(request.claims)
            if route.limit and (limiter := self._dependencies.rate_limiter):
                limiter.check(route.key, route.limit, self._sender(route, request))
            if not all(
                value if name in route.texts else is_identifier(value)
                for name, value in request.path.items()
            ):
                raise NotFound("There is nothing at this address.")
            return handler(self._dependencies, request)

        pattern = PARAMETER.sub(r"<\1>", route.path)
        self._resolver.route(pattern, method=route.method, compress=True)(run)

    def _sender(self, route: Route, request: Request) -> str:
        """Return the address of a caller who has not signed in; empty for others."""
        behind_cdn = bool(self._dependencies.settings.cdn_key_arn)
        return "" if route.auth is Auth.OPERATORS else request.client_address(behind_cdn)

    def _request(self, path: Mapping[str, str]) -> Request:
        return Request(self._resolver.current_event, path)

    def _refuse(self, error: DaybookError) -> Response[str]:
        request, status = self._request({}), status_of(error)
        if self._pages and request.accepts_html:
            return self._dependencies.error_page(status, error, request.id)
        return json_response(envelope(error, request.id), status, headers_of(error))

    def _no_route(self, _: NotFoundError) -> Response[str]:
        return self._refuse(NotFound("There is nothing at this address."))

    def _fail(self, error: Exception) -> Response[str]:
        self._dependencies.logger.exception("unexpected error", exc_info=error)
        return self._refuse(
            DaybookError("Something went wrong on our side. Please try again in a minute.")
        )


def http_entry_point(
    root: type[D], routes: tuple[Route, ...], function: str, handlers: Mapping[str, Handler[D]]
) -> EntryPoint[D]:
    """Return the entry point of one function; `handlers` holds the functions its routes name."""
    served = routes_of(routes, function)
    return EntryPoint(root, lambda dependencies: HttpApp(dependencies, served, handlers).handle)


def _decoded(route: Route, path: Mapping[str, str]) -> Mapping[str, str]:
    """Return path parameters with texts decoded; a text that is none is empty."""
    return {
        name: path_text(value) or "" if name in route.texts else value
        for name, value in path.items()
    }


def _plain(response: Response[str]) -> dict[str, object]:
    """Return an answer that was made outside the resolver."""
    headers = {**DEFAULT_HEADERS, "Content-Type": str(response.content_type)}
    return {"statusCode": response.status_code, "headers": headers, "body": response.body}
