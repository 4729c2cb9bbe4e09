"""One HTTP request, as a handler sees it."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from lambdas.api.client_address import client_address
from lambdas.api.identifiers import is_identifier
from lambdas.kit.errors import InvalidRequest, NotFound, UnsupportedType

JSON = "application/json"
YES, NO = ("true", "1", "yes"), ("false", "0", "no")
VERSION = re.compile(r'(?:W/)?"(\d{1,9})"|(\d{1,9})', re.ASCII)
FORM = "application/x-www-form-urlencoded"

Body = TypeVar("Body")


class Request:
    """A request of the HTTP API (payload format 2.0) with its path parameters."""

    def __init__(self, event: APIGatewayProxyEventV2, path: Mapping[str, str]) -> None:
        self._event = event
        self.path = path

    @property
    def id(self) -> str:
        """Return the request id that the API's access log has too."""
        return str(self._event.request_context.request_id)

    @property
    def claims(self) -> Mapping[str, object]:
        """Return the verified claims of the caller's token; empty without one."""
        authorizer = self._event.raw_event["requestContext"].get("authorizer", {})
        claims: Mapping[str, object] = authorizer.get("jwt", {}).get("claims", {})
        return claims

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters; of a repeated one, the last value."""
        return {name: value.rsplit(",", 1)[-1] for name, value in self._query.items()}

    @functools.cached_property
    def _query(self) -> dict[str, str]:
        """Return the parameters, of which half characters, that no text can hold, are replaced."""
        raw = self._event.query_string_parameters or {}
        return {name: value.encode(errors="replace").decode() for name, value in raw.items()}

    @property
    def operator(self) -> str:
        """Return the name under which the operator who calls is recorded."""
        return str(self.claims.get("username") or self.claims.get("sub") or "")

    def expected_version(self) -> int:
        """Return the version that a change was made from, from If-Match. Raises InvalidRequest."""
        text = self.header("if-match").strip()
        if not text:
            raise InvalidRequest(
                'If-Match must name the version that the change was made from, such as "3".',
                code="if_match_required",
            )
        found = VERSION.fullmatch(text)
        if not found:
            raise InvalidRequest('If-Match must be a version such as "3".', code="invalid_if_match")
        return int(found[1] or found[2])

    def query_text(self, name: str) -> str:
        """Return a query parameter as it is, with its commas; an empty text without it."""
        return self._query.get(name, "")

    def query_list(self, name: str) -> list[str]:
        """Return the values of a query parameter that is repeated or comma-separated."""
        return [value for value in self._query.get(name, "").split(",") if value]

    def query_id(self, name: str) -> str | None:
        """Return an id from the query, or None. Raises NotFound for a text that cannot be one."""
        value = self.query.get(name)
        if value is not None and not is_identifier(value):
            raise NotFound(f"No {name} has this id.", code=f"unknown_{name}")
        return value

    def flag(self, name: str) -> bool:
        """Return a yes or no of the query; no if it is not there. Raises InvalidRequest."""
        text = self.query.get(name, "false").strip().lower()
        if text not in YES + NO:
            raise InvalidRequest(f"{name} must be true or false.", code=f"invalid_{name}")
        return text in YES

    def limit(self, default: int, maximum: int) -> int:
        """Return the `limit` of a list. Raises InvalidRequest unless it is in 1..`maximum`."""
        text = self.query.get("limit", str(default))
        digits = text.isascii() and text.isdigit() and len(text) <= len(str(maximum))
        if not (digits and 1 <= int(text) <= maximum):
            raise InvalidRequest(
                f"limit must be a whole number from 1 to {maximum}.", code="invalid_limit"
            )
        return int(text)

    @property
    def cookies(self) -> dict[str, str]:
        """Return the cookies by name."""
        pairs = (cookie.partition("=") for cookie in self._event.get("cookies") or [])
        return {name.strip(): value for name, _, value in pairs}

    def header(self, name: str) -> str:
        """Return a header, or an empty text."""
        return self._event.headers.get(name.lower(), "")

    @property
    def raw_path(self) -> str:
        """Return the path as it was requested."""
        return str(self._event.raw_path)

    def client_address(self, behind_cdn: bool) -> str:
        """Return the caller's address; `behind_cdn` says that the request came through the CDN."""
        source = str(self._event.request_context.http.source_ip)
        return client_address(source, self.header("x-forwarded-for"), behind_cdn)

    @property
    def is_form(self) -> bool:
        """Return whether the body is what a plain form sends."""
        return self.header("content-type").split(";")[0].strip().lower() == FORM

    @property
    def accepts_html(self) -> bool:
        """Return whether the caller is a browser that shows pages."""
        return "text/html" in self.header("accept")

    def json_body(self, kind: type[Body]) -> Body:
        """Decode the JSON body into `kind`.

        Raises UnsupportedType for another content type, InvalidRequest for anything that does not
        fit, with a message that names the field.
        """
        if self.header("content-type").split(";")[0].strip().lower() != JSON:
            raise UnsupportedType(
                "The request must be JSON (application/json).", code="json_expected"
            )
        try:
            return msgspec.json.decode(self._event.decoded_body or "", type=kind)
        except msgspec.ValidationError as error:
            raise InvalidRequest(_sentence(error), code="invalid_request") from None
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise InvalidRequest(
                "The request's body is not valid JSON.", code="invalid_json"
            ) from None

    def bytes_body(self) -> bytes:
        """Return the body as it was sent."""
        body = self._event.body or ""
        return base64.b64decode(body) if self._event.is_base64_encoded else body.encode()

    def form_body(self) -> dict[str, str]:
        """Return the form fields; of a repeated one, the last. Raises UnsupportedType otherwise."""
        return dict(self._form_pairs())

    def form_list(self, name: str) -> list[str]:
        """Return all values of a form field. Raises as `form_body` does."""
        return [value for field, value in self._form_pairs() if field == name]

    def _form_pairs(self) -> list[tuple[str, str]]:
        if not self.is_form:
            raise UnsupportedType(f"The request must be a form ({FORM}).", code="form_expected")
        try:
            return parse_qsl(self._event.decoded_body or "")
        except ValueError:
            raise InvalidRequest("The request's body is not text.", code="invalid_form") from None


def _sentence(error: msgspec.ValidationError) -> str:
    """Turn msgspec's message ("Expected `int`, got `str` - at `$.size`") into a sentence."""
    problem, _, place = str(error).partition(" - at ")
    field = place.strip("`").removeprefix("$").lstrip(".")
    return f"{field}: {problem}." if field else f"{problem}."
