"""Links that approve drafts: issued to operators, used by people without an account."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.kit.errors import Forbidden, NotFound
from lambdas.publishing.approval import (
    MAX_COMMENT,
    ChangedMeanwhile,
    NotOpen,
    NotPublishable,
)
from lambdas.publishing.approval_page import CHANGED, NOT_PUBLISHABLE, TOO_LONG, UNCLEAR, page_of
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.plan_views import link_json
from lambdas.publishing.records import Post

APPROVE, REJECT = "approve", "reject"
Answer = Response[str]


def issue_approval(dependencies: OperateDependencies, request: Request) -> Answer:
    """Return a new link for a draft."""
    link = dependencies.approvals.issue(request.path["post_id"])
    return json_response(link_json(link), HTTPStatus.CREATED)


def show_approval(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show the post of a link. Nothing is decided: mail programs open links by themselves."""
    return _page(dependencies, _post_of(dependencies, request))


def decide_approval(dependencies: OperateDependencies, request: Request) -> Answer:
    """Approve or reject the post of a link, once."""
    # The page's own form comes from the page's own site; browsers say so where they say anything.
    if request.header("sec-fetch-site") not in ("", "same-origin"):
        raise Forbidden("Please use the buttons of the page.", code="foreign_form")
    post, form = _post_of(dependencies, request), request.form_body()
    decision = form.get("decision", "")
    # Browsers send line breaks as two characters, which their own limit counts as one.
    comment = form.get("comment", "").replace("\r\n", "\n").strip()
    shown = form.get("shown", "")
    if len(comment) > MAX_COMMENT:
        return _page(dependencies, post, HTTPStatus.BAD_REQUEST, TOO_LONG, comment)
    try:
        if decision == APPROVE:
            approved = dependencies.approvals.approve(post, shown, comment)
            account = dependencies.accounts.named(approved.account_id)
            dependencies.person.consider(approved, account)
        elif decision == REJECT:
            dependencies.approvals.reject(post, shown, comment)
        else:
            return _page(dependencies, post, HTTPStatus.BAD_REQUEST, UNCLEAR, comment)
    except (ChangedMeanwhile, NotOpen):
        current = _post_of(dependencies, request)
        return _page(dependencies, current, HTTPStatus.CONFLICT, CHANGED, comment)
    except NotPublishable as refused:
        error = f"{NOT_PUBLISHABLE} {refused}"
        return _page(dependencies, post, HTTPStatus.CONFLICT, error, comment)
    address = f"{dependencies.settings.public_url}/approve/{request.path['secret']}"
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": address}, cookies=[])


def _post_of(dependencies: OperateDependencies, request: Request) -> Post:
    post = dependencies.approvals.find(request.path["secret"])
    if post is None:
        raise NotFound(
            "This link has expired, or a newer one was sent. Ask the site's operators for a new "
            "one.",
            code="link_over",
        )
    return post


def _page(
    dependencies: OperateDependencies,
    post: Post,
    status: HTTPStatus = HTTPStatus.OK,
    error: str = "",
    comment: str = "",
) -> Answer:
    content = page_of(
        post,
        dependencies.clock.now(),
        account=dependencies.account_name(post.account_id),
        previews=dependencies.previews.of(post),
        error=error,
        comment=comment,
    )
    return dependencies.page(content, status)
