"""What a Graph call can end in, as a tree of what the caller can do about it. Nothing else ever leaves the client."""

from __future__ import annotations


class GraphError(Exception):
    """Base of all errors of the client. The text holds codes and ids, never a token, an address or what Meta wrote."""

    def __init__(
        self, *, status: int | None = None, code: int | None = None, subcode: int | None = None, trace_id: str | None = None
    ) -> None:
        parts = {"status": status, "code": code, "subcode": subcode, "trace_id": trace_id}
        super().__init__(", ".join(f"{name} {value}" for name, value in parts.items() if value is not None) or "no answer")
        self.status = status
        self.code = code
        self.subcode = subcode
        self.trace_id = trace_id


class RetryLater(GraphError):
    """The call may succeed later as it is: no network, an error of the server, an answer that makes no sense, a throttle."""


class ReconnectRequired(GraphError):
    """The token is dead: a person has to log in again."""


class RequestRefused(GraphError):
    """The call cannot succeed as it is: wrong request, or a permission that was not given."""
