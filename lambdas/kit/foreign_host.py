"""A connection to a checked address, in the name of the host that was asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Protocol

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

CONNECT_SECONDS = 5.0
# Between two parts of an answer; the whole has a limit of its own.
READ_SECONDS = 15.0
# For the status and all headers together.
HEADER_SECONDS = 30.0
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "daybook"}
USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Patience:
    """Seconds to wait: to connect, for status and headers together, between parts of an answer."""

    connect: float = CONNECT_SECONDS
    headers: float = HEADER_SECONDS
    read: float = READ_SECONDS


@dataclass(frozen=True)
class Message:
    """What is sent to a host: a method, headers beside the usual ones, a body (None: none)."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)


USUAL_PATIENCE = Patience()
GET = Message()


class ConnectionFailed(Exception):
    """No answer, or not the whole of it, arrived; the text names the kind of failure alone."""


@dataclass(frozen=True)
class Hop:
    """One request: to a checked address, in the name of a host. `target` is path and query."""

    scheme: str
    host: str
    port: int
    address: str
    target: str = field(repr=False)


class FetchAnswer(Protocol):
    """An answer whose body has not been read; header names are in lower case."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    def read(self, max_bytes: int) -> bytes:
        """Return what has arrived, nothing at the end. Raises ConnectionFailed."""


Opener = Callable[[Hop], AbstractContextManager[FetchAnswer]]


class _Answer:
    def __init__(self, response: BaseHTTPResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}

    def read(self, max_bytes: int) -> bytes:
        try:
            # What has arrived, not a full part: a slow answer would never be checked.
            return self._response.read1(max_bytes, decode_content=False)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise ConnectionFailed(type(error).__name__) from None


@contextmanager
def open_connection(
    hop: Hop,
    authorities: str | None = None,
    message: Message = GET,
    patience: Patience = USUAL_PATIENCE,
) -> Iterator[FetchAnswer]:
    """Send a request: for a file, unless the message says otherwise. Raises ConnectionFailed.

    The certificate is checked against the host's name, which is sent as SNI, too; `authorities`
    is a file of those that are trusted, None for the usual ones.
    """
    connection = _connection(hop, authorities, patience.connect)
    port = "" if hop.port == USUAL_PORTS.get(hop.scheme) else f":{hop.port}"
    try:
        try:
            connection.connect()
            connection.timeout = patience.read
            with _cut_after(patience.headers, connection.sock):
                connection.request(
                    message.method,
                    hop.target,
                    body=message.body,
                    headers={**HEADERS, **message.headers, "Host": f"{hop.host}{port}"},
                    preload_content=False,
                    decode_content=False,
                )
                response = connection.getresponse()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise ConnectionFailed(type(error).__name__) from None
        try:
            yield _Answer(response)
        finally:
            response.close()
    finally:
        connection.close()


def _connection(hop: Hop, authorities: str | None, seconds: float) -> HTTPConnection:
    if hop.scheme != "https":
        return HTTPConnection(hop.address, hop.port, timeout=seconds)
    return HTTPSConnection(
        hop.address,
        hop.port,
        timeout=seconds,
        cert_reqs="CERT_REQUIRED",
        ca_certs=authorities or certifi.where(),
        server_hostname=hop.host,
        assert_hostname=hop.host,
    )


@contextmanager
def _cut_after(seconds: float, connected: socket.socket | None) -> Iterator[None]:
    """End a connection whose headers arrive byte by byte: each byte starts a new time limit."""

    def cut() -> None:
        if connected is not None:
            # It may have been closed in the meantime.
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
