"""Counting calls, which are what Meta limits."""

from __future__ import annotations

from lambdas.graph.transport import MAX_ANSWER_BYTES, Answer, Request, Transport


class CountingTransport:
    """A transport that counts its calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.calls = 0

    def send(self, request: Request, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Return the answer, whatever its status. Raises TransportFailed."""
        self.calls += 1
        return self._transport.send(request, max_bytes)
