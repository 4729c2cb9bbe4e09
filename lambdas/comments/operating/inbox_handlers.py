"""Handlers of requests about the inbox."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from msgspec.structs import replace

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.comments.operate_dependencies import OperateDependencies
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
from lambdas.comments.operating.requests import account_of, operator_of, request_id_of
from lambdas.comments.operating.views import AuthorForgottenJson, UndoneJson
from lambdas.comments.records import ItemKind, ItemState
from lambdas.kit.errors import Conflict

Answer = Response[str]
# So many items of a person are deleted by one request: some seconds.
MAX_FORGOTTEN = 200


def list_inbox(dependencies: OperateDependencies, request: Request) -> Answer:
    """List comments, mentions and messages."""
    chosen = InboxFilter(
        kinds=choices("kind", ItemKind, request.query_list("kind")),
        states=choices("state", ItemState, request.query_list("state")),
        account=request.query_id("account"),
        media=request.query_id("media"),
        thread=request.query_id("thread"),
        author=request.query_id("author"),
        words=words_of(request.query_text("q")),
        own=request.flag("own") if "own" in request.query else None,
    )
    limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
    page = dependencies.inbox_lists.page(chosen, limit, cursor)
    if request.flag("counts"):
        page = replace(page, counts=dependencies.inbox_lists.counts(chosen.account))
    return json_response(page)


def show_item(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show one item with its thread and history."""
    return json_response(dependencies.inbox_lists.details(request.path["item_id"]))


def change_item(dependencies: OperateDependencies, request: Request) -> Answer:
    """Set what an item needs of people."""
    change = request.json_body(StateChange)
    return _with_state(dependencies, request, request.path["item_id"], change.state)


def undo_item(dependencies: OperateDependencies, request: Request) -> Answer:
    """Take back what a rule did with an item."""
    done = dependencies.undoing.undo(request.path["item_id"], operator_of(request))
    undone = UndoneJson(
        item=dependencies.inbox_lists.shown(done.item),
        actions=[action_json(one, done.item) for one in done.actions],
        stays=list(done.stays),
    )
    is_settled = all(one.is_settled for one in done.actions)
    return json_response(undone, HTTPStatus.OK if is_settled else HTTPStatus.ACCEPTED)


def forget_author(dependencies: OperateDependencies, request: Request) -> Answer:
    """Delete everything that a person wrote."""
    author_id = request.path["author_id"]
    if dependencies.accounts.of(author_id):
        raise Conflict(
            "This is an account of this site, and not a person who wrote to it.",
            code="own_account",
        )
    done = dependencies.forgetting.person(author_id, MAX_FORGOTTEN)
    # Without the person's id: it must not outlive their data.
    extra = {"by": operator_of(request), "deleted": done.items, "more": done.more}
    dependencies.logger.info("items of a person deleted", extra=extra)
    return json_response(AuthorForgottenJson(deleted=done.items, more=done.more))


def reply_to_comment(dependencies: OperateDependencies, request: Request) -> Answer:
    """Reply to a comment."""
    body, comment_id = request.json_body(TextRequest), request.path["comment_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = dependencies.operations.reply(comment_id, body.text, by, request_id)
    return action_answer(done, dependencies.ledger.item)


def reply_privately(dependencies: OperateDependencies, request: Request) -> Answer:
    """Send a comment's author one message."""
    body, comment_id = request.json_body(TextRequest), request.path["comment_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = dependencies.operations.reply_privately(comment_id, body.text, by, request_id)
    return action_answer(done, dependencies.ledger.item)


def change_comment(dependencies: OperateDependencies, request: Request) -> Answer:
    """Hide or show a comment, or set what it needs of people."""
    change, comment_id = request.json_body(CommentChange), request.path["comment_id"]
    require_one_change(change)
    if change.hidden is None:
        return _with_state(dependencies, request, comment_id, change.state or ItemState.OPEN)
    by, request_id = operator_of(request), change.client_request_id
    done = dependencies.operations.set_hidden(comment_id, change.hidden, by, request_id)
    return action_answer(done, dependencies.ledger.item, HTTPStatus.OK)


def delete_comment(dependencies: OperateDependencies, request: Request) -> Answer:
    """Delete a comment on Instagram."""
    by, request_id = operator_of(request), request_id_of(request)
    done = dependencies.operations.delete(request.path["comment_id"], by, request_id)
    return action_answer(done, dependencies.ledger.item, HTTPStatus.OK)


def reply_to_mention(dependencies: OperateDependencies, request: Request) -> Answer:
    """Answer a mention with a comment."""
    body, item_id = request.json_body(TextRequest), request.path["item_id"]
    by, request_id = operator_of(request), body.client_request_id
    done = dependencies.operations.reply_to_mention(item_id, body.text, by, request_id)
    return action_answer(done, dependencies.ledger.item)


def change_media(dependencies: OperateDependencies, request: Request) -> Answer:
    """Allow or forbid comments below a media object."""
    change, media_id = request.json_body(MediaChange), request.path["media_id"]
    account = account_of(request, dependencies.accounts)
    by, request_id = operator_of(request), change.client_request_id
    done = dependencies.operations.set_comments_enabled(
        account.id, media_id, change.comments_enabled, by, request_id
    )
    return action_answer(done, dependencies.ledger.item, HTTPStatus.OK)


def send_message(dependencies: OperateDependencies, request: Request) -> Answer:
    """Answer a person's message."""
    body, thread = request.json_body(TextRequest), request.path["thread"]
    account = account_of(request, dependencies.accounts)
    by, request_id = operator_of(request), body.client_request_id
    done = dependencies.operations.message(account.id, thread, body.text, by, request_id)
    return action_answer(done, dependencies.ledger.item)


def _with_state(
    dependencies: OperateDependencies, request: Request, item_id: str, state: ItemState
) -> Answer:
    item = dependencies.operations.set_state(item_id, state, operator_of(request))
    return json_response(dependencies.inbox_lists.shown(item))
