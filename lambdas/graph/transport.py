"""The seam to the network: one narrow interface, the real one over requests, and the fake that ships with it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

import requests
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
# For the whole answer: a limit for each read alone would let one drip for hours.
WHOLE_SECONDS = 20.0
# A reel may have 300 MB. Source: D:/IP/content-publishing.
UPLOAD_SECONDS = 600.0
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


class TransportFailed(Exception):
    """No whole answer arrived: no connection, cut off, too slow, or too large."""


@dataclass(frozen=True)
class Request:
    """One HTTP request. What may hold a token or a secret is kept out of the repr.

    A body is one of `form` (sent as multipart, which every endpoint takes), `json` or `content`.
    """

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    max_seconds: float = UPLOAD_SECONDS
    """How long the whole answer may take."""


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; raises ValueError if it is none."""
        return json.loads(self.body)


class Transport(Protocol):
    """Sends a request."""

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """The answer, whatever its status. Raises TransportFailed, and nothing else."""


class RequestsTransport:
    """The real network: one pooled session, time limits, no redirects, and no answer larger than was asked for."""

    def __init__(self) -> None:
        self._session = requests.Session()
        # No proxy credentials and no .netrc of the surroundings: what authenticates a call is the token alone.
        self._session.trust_env = False
        # One session serves all accounts: nothing that one answer sets may go along with another one's call.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # They write whole addresses, and with them what is in their queries.
        for name in ("urllib3.connection", "urllib3.connectionpool"):
            logging.getLogger(name).addFilter(_nothing)

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """The answer, whatever its status. Raises TransportFailed, and nothing else."""
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
                # As much as is there, and not until a chunk is full: one that drips would never be looked at.
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
        # Outside of the handler: the cause's text holds the address, and with it whatever the query holds.
        raise TransportFailed(kind)

    def close(self) -> None:
        """Ends the pooled connections."""
        self._session.close()


def _nothing(_: logging.LogRecord) -> bool:
    """A filter that lets no line pass; unlike a logger's switch, a configuration that is loaded later leaves it in place."""
    return False


def _sending_seconds(request: Request, longest: float) -> float:
    """The limit for connecting, which is the network library's limit for sending the whole body too."""
    return longest if request.content else min(CONNECT_SECONDS, longest)


class FakeTransport:
    """A transport that asks a function instead of the network, and remembers what it was asked."""

    def __init__(self, handler: Callable[[Request], Answer]) -> None:
        self._handler = handler
        self.requests: list[Request] = []

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """What the function answers. Raises TransportFailed where it does, or if the answer is too large."""
        self.requests.append(request)
        answer = self._handler(request)
        if len(answer.body) > max_bytes:
            raise TransportFailed("the answer is too large")
        return answer
