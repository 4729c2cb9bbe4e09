"""The API's own routes, and the scheduled check of the site."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

import msgspec
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.api.app import http_entry_point
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.probe import ProbeResult
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.api.routes import ROUTES
from lambdas.kit.queues import queue_entry_point


class Health(msgspec.Struct):
    """What `GET /health` answers."""

    status: Literal["ok"]
    version: str


class DeepHealth(msgspec.Struct):
    """What `GET /health/deep` answers; 503 if a check failed."""

    status: Literal["ok", "failing"]
    checks: list[ProbeResult]


def show_health(dependencies: ApiDependencies, _: Request) -> Response[str]:
    """Report that the API answers, and which version does."""
    return json_response(Health("ok", dependencies.settings.version))


def show_deep_health(dependencies: ApiDependencies, _: Request) -> Response[str]:
    """Request the site's pages and report whether they answer."""
    checks = dependencies.probe.run()
    if all(check.ok for check in checks):
        return json_response(DeepHealth("ok", checks))
    return json_response(DeepHealth("failing", checks), HTTPStatus.SERVICE_UNAVAILABLE)


def probe_site(dependencies: ApiDependencies, _: SQSRecord) -> None:
    """Check the site and count the result, for the alarm `site-unreachable`."""
    reachable = all(check.ok for check in dependencies.probe.run())
    dependencies.metrics.emit(SiteReachable=int(reachable))


health = http_entry_point(ApiDependencies, ROUTES, "health", globals())
probe = queue_entry_point(ApiDependencies, probe_site)
