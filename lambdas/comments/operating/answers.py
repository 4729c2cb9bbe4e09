"""What an operator's action is answered with, by how far it is."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec
from aws_lambda_powertools.event_handler import Response

from lambdas.api.responses import json_response
from lambdas.comments.acting.operations import Requested
from lambdas.comments.operating.action_view import action_json, sentence_of
from lambdas.comments.records import Action, ActionState, Item
from lambdas.kit.errors import Conflict, DaybookError, ReauthRequired

# What only the account's owner can change; all other refusals are conflicts with how things are.
NEEDS_OWNER = frozenset({"reconnect_required", "permission_missing"})
OUTCOME_UNKNOWN = "outcome_unknown"


def action_answer(
    requested: Requested,
    item_of: Callable[[str], Item | None],
    done: HTTPStatus = HTTPStatus.CREATED,
) -> Response[str]:
    """Return the answer to an action.

    It is `done` if it was made now, 200 if the same request made it before, and 202 while it is
    tried again by itself. Raises Conflict or ReauthRequired, with the action beside it, if
    Instagram refused it, and Conflict if it is not known whether it was made.
    """
    action = requested.action
    item = item_of(action.item_id) if action.item_id else None
    if action.state in (ActionState.FAILED, ActionState.UNCERTAIN):
        raise refusal_of(action, item)
    if action.state is ActionState.RECORDED:
        status = HTTPStatus.ACCEPTED
    else:
        status = done if requested.is_new else HTTPStatus.OK
    return json_response(action_json(action, item), status)


def refusal_of(action: Action, item: Item | None) -> DaybookError:
    """Return the error of an action that failed."""
    failure = action.failure
    code = failure.code if failure else OUTCOME_UNKNOWN
    message = failure.message if failure else sentence_of(action)
    kind = ReauthRequired if code in NEEDS_OWNER else Conflict
    details = {"action": msgspec.to_builtins(action_json(action, item))}
    return kind(message, code=code, details=details)
