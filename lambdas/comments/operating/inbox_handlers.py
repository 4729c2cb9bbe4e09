"""Handlers of requests about the inbox."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from msgspec.structs import replace

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.comments.operating.action_view import action_json
from lambdas.comments.operating.answers import action_answer
from lambdas.comments.operating.bodies import (
    CommentChange,
    MediaChange,
    StateChange,
    TextRequest,
    require_one_change,
)
from lambdas.comments.operating.inbox_filter import InboxFilter, choices, words_of
from lambdas.comments.operating.listing import DEFAULT_LIMIT, MAX_LIMIT
from lambdas.comments.operating.parts import Operating
from lambdas.comments.operating.requests import account_of, operator_of, request_id_of
from lambdas.comments.operating.views import UndoneJson
from lambdas.comments.records import ItemState, Kind

Answer = Response[str]


def list_inbox(parts: Operating, request: Request) -> Answer:
    """List comments, mentions and messages."""
    chosen = InboxFilter(
        kinds=choices("kind", Kind, request.query_list("kind")),
        states=choices("state", ItemState, request.query_list("state")),
        account=request.query_id("account"),
        media=request.query_id("media"),
        thread=request.query_id("thread"),
        author=request.query_id("author"),
        words=words_of(request.query_text("q")),
        own=request.flag("own") if "own" in request.query else None,
    )
    limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
    page = parts.inbox_lists.page(chosen, limit, cursor)
    if request.flag("counts"):
        page = replace(page, counts=parts.inbox_lists.counts(chosen.account))
    return json_response(page)


def show_item(parts: Operating, request: Request) -> Answer:
    """Show one item with its thread and history."""
    return json_response(parts.inbox_lists.details(request.path["item_id"]))


def change_item(parts: Operating, request: Request) -> Answer:
    """Set what an item needs of people."""
    change = request.json_body(StateChange)
    return _with_state(parts, request, request.path["item_id"], change.state)


def undo_item(parts: Operating, request: Request) -> Answer:
    """Take back what a rule did with an item."""
    item_id = request.path["item_id"]
    actions = parts.undoing.undo(item_id, operator_of(request))
    item = parts.inbox_lists.item(item_id)
    shown = parts.inbox_lists.shown(item)
    undone = UndoneJson(item=shown, actions=[action_json(one, item) for one in actions])
    is_open = any(not one.is_settled for one in actions)
    return json_response(undone, HTTPStatus.ACCEPTED if is_open else HTTPStatus.OK)


def forget_author(parts: Operating, request: Request) -> Answer:
    """Delete everything that a person wrote."""
    done = parts.author_deletion.delete(request.path["author_id"])
    # Without the person's id: it must not outlive their data.
    extra = {"by": operator_of(request), "deleted": done.deleted, "more": done.more}
    parts.logger.info("items of a person deleted", extra=extra)
    return json_response(done)


def reply_to_comment(parts: Operating, request: Request) -> Answer:
    """Reply to a comment."""
    body, comment_id = request.json_body(TextRequest), request.path["comment_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = parts.operations.reply(comment_id, body.text, by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item)


def reply_privately(parts: Operating, request: Request) -> Answer:
    """Send a comment's author one message."""
    body, comment_id = request.json_body(TextRequest), request.path["comment_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = parts.operations.reply_privately(comment_id, body.text, by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item)


def change_comment(parts: Operating, request: Request) -> Answer:
    """Hide or show a comment, or set what it needs of people."""
    change, comment_id = request.json_body(CommentChange), request.path["comment_id"]
    require_one_change(change)
    if change.hidden is None:
        return _with_state(parts, request, comment_id, change.state or ItemState.OPEN)
    by, request_id = operator_of(request), change.client_request_id
    done = parts.operations.set_hidden(comment_id, change.hidden, by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item, HTTPStatus.OK)


def delete_comment(parts: Operating, request: Request) -> Answer:
    """Delete a comment on Instagram."""
    by, request_id = operator_of(request), request_id_of(request)
    done = parts.operations.delete(request.path["comment_id"], by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item, HTTPStatus.OK)


def reply_to_mention(parts: Operating, request: Request) -> Answer:
    """Answer a mention with a comment."""
    body, item_id = request.json_body(TextRequest), request.path["item_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = parts.operations.reply_to_mention(item_id, body.text, by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item)


def change_media(parts: Operating, request: Request) -> Answer:
    """Allow or forbid comments below a media object."""
    change, media_id = request.json_body(MediaChange), request.path["media_id"]
    account = account_of(request, parts.accounts)
    by, request_id = operator_of(request), change.client_request_id
    done = parts.operations.set_comments_enabled(
        account.id, media_id, change.comments_enabled, by, request_id
    )
    return action_answer(done, parts.inbox_lists.sources.ledger.item, HTTPStatus.OK)


def send_message(parts: Operating, request: Request) -> Answer:
    """Answer a person's message."""
    body, thread = request.json_body(TextRequest), request.path["thread"]
    account = account_of(request, parts.accounts)
    by, request_id = operator_of(request), body.client_request_id
    done = parts.operations.message(account.id, thread, body.text, by, request_id)
    return action_answer(done, parts.inbox_lists.sources.ledger.item)


def _with_state(parts: Operating, request: Request, item_id: str, state: ItemState) -> Answer:
    item = parts.operations.set_state(item_id, state, operator_of(request))
    return json_response(parts.inbox_lists.shown(item))
