"""The interface to the network: the real transport over requests, and the fake to test with."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from lambdas.graph.decoding import Json
from lambdas.kit.foreign_host import ConnectionFailed, Hop, Message, open_connection

CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
# For the whole answer: with a limit for each read alone, a slow answer could take hours.
WHOLE_SECONDS = 20.0
# A reel may have 300 MB. Source: D:/IP/content-publishing.
UPLOAD_SECONDS = 600.0
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


class TransportFailed(Exception):
    """No complete answer arrived: no connection, cut off, too slow, or too large."""


@dataclass(frozen=True)
class Request:
    """One HTTP request. Whatever may hold a token or a secret is left out of the repr.

    The body is one of `form` (sent as multipart, which every endpoint takes), `json`, `content`.
    """

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    max_seconds: float = UPLOAD_SECONDS
    """The time limit for the whole answer."""
    address: str | None = None
    """Of a GET request by https: the address to connect to, whatever the host's name means now."""


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """Return the body as JSON. Raises ValueError if it is malformed."""
        return json.loads(self.body)


class Transport(Protocol):
    """Sends a request."""

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Return the answer, whatever its status. Raises TransportFailed, and nothing else."""


class RequestsTransport:
    """The real network: one pooled session, limits of time and size, and no redirects."""

    def __init__(self) -> None:
        self._session = requests.Session()
        # No proxy credentials and no .netrc: the token alone authenticates a call.
        self._session.trust_env = False
        # One session serves all accounts: no cookie of one may be sent with another's call.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # These loggers write whole addresses, including their queries.
        for name in ("urllib3.connection", "urllib3.connectionpool"):
            logging.getLogger(name).addFilter(_drop)

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Return the answer, whatever its status. Raises TransportFailed, and nothing else."""
        if request.address:
            return _answer_of(request, request.address, max_bytes)
        started = time.monotonic()
        longest = min(request.max_seconds, UPLOAD_SECONDS if request.content else WHOLE_SECONDS)
        try:
            with self._session.request(
                request.method,
                request.url,
                params=dict(request.query),
                headers=dict(request.headers),
                files={name: (None, value) for name, value in request.form.items()} or None,
                json=request.json,
                data=request.content,
                timeout=(_sending_seconds(request, longest), min(READ_SECONDS, longest)),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = bytearray()
                # What has arrived, not a full chunk: a slow answer would never be checked.
                while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
                    body += chunk
                    if time.monotonic() - started > longest:
                        raise TransportFailed("the answer takes too long")
                    if len(body) > max_bytes:
                        raise TransportFailed("the answer is too large")
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, bytes(body))
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            kind = type(error).__name__
        # Outside the handler: the cause's text holds the address with its query.
        raise TransportFailed(kind)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()


def _answer_of(request: Request, address: str, max_bytes: int) -> Answer:
    """Return what the host of a request answers at one address, with the same limits."""
    started, body, parts = time.monotonic(), bytearray(), urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    hop = Hop("https", parts.hostname or "", parts.port or 443, address, target or "/")
    try:
        with open_connection(hop, message=Message(request.method, request.headers)) as answer:
            while chunk := answer.read(CHUNK_BYTES):
                body += chunk
                if time.monotonic() - started > WHOLE_SECONDS:
                    raise TransportFailed("the answer takes too long")
                if len(body) > max_bytes:
                    raise TransportFailed("the answer is too large")
            return Answer(answer.status, answer.headers, bytes(body))
    except ConnectionFailed as error:
        kind = str(error)
    raise TransportFailed(kind)


def _drop(_: logging.LogRecord) -> bool:
    """Drop every record; unlike a level, a filter survives a configuration loaded later."""
    return False


def _sending_seconds(request: Request, longest: float) -> float:
    """Return the limit for connecting, which for requests also limits sending the body."""
    return longest if request.content else min(CONNECT_SECONDS, longest)


class FakeTransport:
    """A transport that calls a function instead of the network, and records the requests."""

    def __init__(self, handler: Callable[[Request], Answer]) -> None:
        self._handler = handler
        self.requests: list[Request] = []

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Return the function's answer. Raises TransportFailed if it is too large."""
        self.requests.append(request)
        answer = self._handler(request)
        if len(answer.body) > max_bytes:
            raise TransportFailed("the answer is too large")
        return answer
