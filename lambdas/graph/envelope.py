"""The envelopes of an answer: where a host puts its error."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.graph.call import Call
from lambdas.graph.classify import classify, unreadable
from lambdas.graph.decoding import Json, decode_json
from lambdas.graph.paging import without_addresses
from lambdas.graph.transport import Answer
from lambdas.graph.usage import max_wait


def open_answer(call: Call, answer: Answer) -> Json:
    """Return the decoded content of an answer. Raises an error of the tree, and nothing else."""
    try:
        body = without_addresses(decode_json(answer.body))
    except ValueError:
        body = None
    error = error_in(body)
    if error is not None:
        wait = max_wait(answer.headers)
        raise classify(answer.status, error, call.verb, call.edge, wait, call.permission)
    if not 200 <= answer.status < 300 or not isinstance(body, dict | list | bool):
        raise unreadable(answer.status, call.verb, call.edge)
    return body


def error_in(body: object) -> object | None:
    """Return the error object of an answer in any envelope; None if there is no error."""
    if not isinstance(body, Mapping):
        return None
    if "error" in body:
        return body["error"] if body["error"] is not None else {}
    if "debug_info" in body:
        # The envelope of rupload.facebook.com.
        info = body["debug_info"]
        return {"is_transient": isinstance(info, Mapping) and info.get("retriable") is True}
    if "error_type" in body or "error_message" in body:
        # The envelope of api.instagram.com.
        return {"code": body.get("code"), "message": body.get("error_message")}
    return None
