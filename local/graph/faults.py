"""Faults that were set with the `fail` knob."""

from __future__ import annotations

from starlette.responses import Response

from local.graph.errors import GraphError
from local.graph.records import Fault
from local.graph.request import GraphRequest
from local.graph.state import EmulatorState


def next_fault(state: EmulatorState, request: GraphRequest) -> Fault | None:
    """Return the first fault that matches the request and is due, and count it."""
    for fault in state.faults:
        if _matches(state, fault, request) and fault.is_due():
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    state.faults.remove(fault)
            return fault
    return None


def _matches(state: EmulatorState, fault: Fault, request: GraphRequest) -> bool:
    if fault.path not in "/".join(request.path) or fault.method not in (None, request.method):
        return False
    if fault.exact_path not in (None, "/".join(request.path)):
        return False
    if fault.above_limit is not None:
        limit = request.query.get("limit", "")
        if not limit.isdecimal() or int(limit) <= fault.above_limit:
            return False
    token = state.tokens.get(request.token)
    return fault.account is None or (token is not None and token.account_id == fault.account)


def fault_answer(fault: Fault, host: str) -> Response:
    """Return the answer of a fault that does not drop the connection."""
    if fault.body is not None:
        return Response(fault.body, fault.status)
    code = 2 if fault.code is None else fault.code
    error = GraphError(
        code, "An injected fault", fault.subcode, fault.status, transient=fault.transient
    )
    return error.answer(host)
