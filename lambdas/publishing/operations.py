"""What operators do with posts, one function for each route."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response

from lambdas.api.findings import Findings
from lambdas.api.lenient import decode_fields
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.kit.decoded import JsonObject
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.publishing.listing import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    PostFilter,
    moment_of,
    states_of,
)
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.post_request import PostRetryRequest
from lambdas.publishing.post_view import post_json
from lambdas.publishing.problems import InvalidPost
from lambdas.publishing.records import Post
from lambdas.publishing.upload_announcement import announced_media
from lambdas.publishing.upload_views import grant_json, upload_json
from lambdas.publishing.views import InstagramPostJson, PostCheckJson, QueueResumedJson

Answer = Response[str]


def create_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Create a post, or show the one that the same request made before."""
    created = dependencies.planned_creation.create(_body(request), operator_of(request))
    status = HTTPStatus.CREATED if created.is_new else HTTPStatus.OK
    answer = post_json(created.post, warnings=created.warnings, series=created.series)
    return _answer(answer, status)


def check_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Report every problem of a body."""
    checked = dependencies.planned_creation.check(_body(request))
    problems, warnings = list(checked.problems), list(checked.warnings)
    return json_response(PostCheckJson(not problems, problems, warnings))


def list_posts(dependencies: OperateDependencies, request: Request) -> Answer:
    """List posts page by page."""
    zone, query = ZoneInfo(dependencies.settings.time_zone), request.query
    chosen = PostFilter(
        account=request.query_id("account"),
        states=states_of(request.query_list("state")),
        start=moment_of("from", query.get("from"), zone, is_end=False),
        end=moment_of("to", query.get("to"), zone, is_end=True),
    )
    limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT)
    return json_response(dependencies.post_lists.page(chosen, limit, query.get("cursor")))


def show_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show a post with its history."""
    post = dependencies.editing.find(request.path["post_id"])
    return _answer(post_json(post, history=dependencies.ledger.steps(post)))


def change_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Change a draft or a scheduled post."""
    version, body = request.expected_version(), _body(request)
    operator = operator_of(request)
    changed = dependencies.editing.change(request.path["post_id"], version, body, operator)
    return _answer(post_json(changed.post, warnings=changed.warnings))


def cancel_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Cancel a post, or delete a published one; with `series=true` all that have not started."""
    post_id, operator = request.path["post_id"], operator_of(request)
    if request.flag("series"):
        cancelled = dependencies.series_ending.cancel(post_id, operator)
        post = dependencies.editing.find(post_id)
        return _answer(post_json(post, series=cancelled))
    return _post(dependencies.ending.cancel(post_id, operator))


def retry_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Try a failed post again."""
    found = Findings()
    raw = _body(request) if request.header("content-type") else {}
    body = decode_fields(PostRetryRequest, raw, "", found)
    if body is None or found.problems:
        raise InvalidPost(found.problems)
    ending, operator = dependencies.ending, operator_of(request)
    return _post(ending.retry(request.path["post_id"], body.confirmed, operator))


def publish_post_now(dependencies: OperateDependencies, request: Request) -> Answer:
    """Publish a draft or a scheduled post at once."""
    changed = dependencies.editing.publish_now(request.path["post_id"], operator_of(request))
    return _answer(post_json(changed.post, warnings=changed.warnings))


def duplicate_post(dependencies: OperateDependencies, request: Request) -> Answer:
    """Copy a post into a new draft."""
    copy = dependencies.editing.duplicate(request.path["post_id"], operator_of(request))
    return _answer(post_json(copy), HTTPStatus.CREATED)


def show_limit(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show an account's publishing quota."""
    account = dependencies.accounts.named(account_id_of(request))
    return json_response(dependencies.instagram_calls.limit(account))


def resume_posts(dependencies: OperateDependencies, request: Request) -> Answer:
    """Let an account's posts be published again."""
    account = dependencies.accounts.named(account_id_of(request))
    was_stopped = dependencies.account_states.resume(account.id)
    woken = dependencies.waking.wake_stopped(account.id, operator_of(request))
    extra = {"account": account.id, "by": operator_of(request), "posts": woken}
    dependencies.logger.info("publishing resumed", extra=extra)
    return json_response(QueueResumedJson(account.id, was_stopped))


def announce_upload(dependencies: OperateDependencies, request: Request) -> Answer:
    """Grant an upload."""
    granted = dependencies.uploads.announce(announced_media(_body(request)), operator_of(request))
    return json_response(grant_json(granted), HTTPStatus.CREATED)


def show_upload(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show what a file is."""
    upload = dependencies.uploads.read(request.path["upload_id"])
    if upload is None:
        raise NotFound("There is no file with this id.", code="unknown_upload")
    return json_response(upload_json(upload))


def operator_of(request: Request) -> str:
    """Return the name under which an operator is recorded."""
    return str(request.claims.get("username") or request.claims.get("sub") or "")


def _body(request: Request) -> JsonObject:
    return request.json_body(JsonObject)


def account_id_of(request: Request) -> str:
    """Return the account that a request names. Raises InvalidRequest, NotFound."""
    account_id = request.query_id("account")
    if not account_id:
        raise InvalidRequest("account must name an account.", code="invalid_account")
    return account_id


def _post(post: Post) -> Answer:
    return _answer(post_json(post))


def _answer(body: InstagramPostJson, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    return json_response(body, status, {"ETag": f'"{body.version}"'})
