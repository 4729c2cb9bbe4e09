"""Handlers of requests about subscriptions, and about what others published."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.comments.operate_dependencies import OperateDependencies
from lambdas.comments.operating.requests import account_of, operator_of
from lambdas.kit.errors import InvalidRequest

Answer = Response[str]
MAX_POSTS = 50
ACCOUNT_POSTS, HASHTAG_POSTS = 12, 25
ORDERS = ("top", "recent")


def list_subscriptions(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show which webhooks accounts are subscribed to."""
    del request
    return json_response(dependencies.subscription_lists.show())


def renew_subscriptions(dependencies: OperateDependencies, request: Request) -> Answer:
    """Subscribe again, and read what was missed."""
    renewed = dependencies.subscription_lists.renew(request.query_id("account"))
    extra = {"by": operator_of(request), "accounts": renewed.accounts}
    dependencies.logger.info("subscriptions renewed", extra=extra)
    return json_response(renewed, HTTPStatus.ACCEPTED)


def discover_account(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show another professional account's public numbers."""
    limit = request.limit(ACCOUNT_POSTS, MAX_POSTS)
    account = account_of(request, dependencies.accounts)
    found = dependencies.discovering.account(account, request.path["username"], limit)
    return json_response(found)


def discover_hashtag(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show public posts with a hashtag."""
    limit = request.limit(HASHTAG_POSTS, MAX_POSTS)
    order = request.query.get("order", "top")
    if order not in ORDERS:
        raise InvalidRequest("order must be top or recent.", code="invalid_order")
    account, tag = account_of(request, dependencies.accounts), request.path["tag"]
    found = dependencies.discovering.hashtag(account, tag, limit, recent=order == "recent")
    return json_response(found)
