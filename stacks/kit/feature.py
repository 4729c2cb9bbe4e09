"""Base of every feature's stack: functions, queues, schedules, routes with the house defaults.

A feature declares here all that shared stacks need to know of it: monitoring reads `functions`,
`queues`, `alarms` and `dashboard_rows`, the CDN `cached_pages` and `served_prefixes`, local mode
and the OpenAPI document `routes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.api.routing import Auth, CachedPages, Route
from stacks.config import StageConfig
from stacks.kit.alarms import AlarmSpec, CompositeSpec
from stacks.kit.foundation import Foundation
from stacks.kit.functions import FunctionSpec
from stacks.kit.grants import Rows, allow_rows, allow_secret
from stacks.kit.guardrails import acknowledge
from stacks.kit.queue_stack import QueueStack
from stacks.kit.widgets import DashboardRow


class FeatureStack(QueueStack):
    """The stack of one feature."""

    permissions: ClassVar[tuple[str, ...]] = ()
    """What logins must ask account owners for, so that the feature works."""
    function_specs: ClassVar[tuple[FunctionSpec, ...]] = ()
    """Its functions; preflight checks that the account has the concurrency that they reserve."""
    probe_paths: ClassVar[tuple[str, ...]] = ()
    """Public paths that show that the feature works; the check of the site requests them."""
    tables: ClassVar[tuple[str, ...]] = ()
    """Its tables of data: they are part of the storage and outlive the feature's stack."""
    table_indexes: ClassVar[Mapping[str, Sequence[dynamodb.GlobalSecondaryIndexPropsV2]]] = {}
    """The indexes of these tables, by the table's name."""
    keeps_account_data: ClassVar[bool] = False
    """Whether it keeps data of accounts, which it deletes when their owner asks for it."""
    served_prefixes: ClassVar[tuple[str, ...]] = ()
    """Prefixes of objects that anyone may fetch who knows an object's name: a CDN serves them."""

    def __init__(self, scope: Construct, config: StageConfig, foundation: Foundation) -> None:
        super().__init__(scope, config, foundation)
        self.routes: list[Route] = []
        self.cached_pages: list[CachedPages] = []
        self.alarms: list[AlarmSpec | CompositeSpec] = []
        self.dashboard_rows: list[DashboardRow] = []

    def add_routes(
        self,
        api: apigateway.IHttpApi,
        routes: Sequence[Route],
        authorizer: apigateway.IHttpRouteAuthorizer | None = None,
    ) -> None:
        """Add the declared routes, each to its function."""
        self.routes += routes
        for name in dict.fromkeys(route.function for route in routes):
            served = [route for route in routes if route.function == name]
            self._prepare_for_http(self.functions[name].function, served)
            integration = integrations.HttpLambdaIntegration(
                f"{name.capitalize()}Integration", self.functions[name].target
            )
            for route in served:
                self._add_route(api, route, integration, authorizer)

    def _add_route(
        self,
        api: apigateway.IHttpApi,
        route: Route,
        integration: integrations.HttpLambdaIntegration,
        authorizer: apigateway.IHttpRouteAuthorizer | None,
    ) -> None:
        for_operators = route.auth is Auth.OPERATORS
        if for_operators and authorizer is None:
            raise ValueError(f"{route.key} is for operators, and the stack has no authorizer")
        key = (
            apigateway.HttpRouteKey.DEFAULT
            if route.is_default
            else apigateway.HttpRouteKey.with_(route.path, apigateway.HttpMethod[route.method])
        )
        added = apigateway.HttpRoute(
            self,
            f"Route {route.key}",
            http_api=api,
            route_key=key,
            integration=integration,
            authorizer=authorizer if for_operators else None,
        )
        if not for_operators:
            acknowledge(added, "AwsSolutions-APIG4", route.no_auth_reason)

    def _prepare_for_http(self, function: lambda_.Function, routes: Sequence[Route]) -> None:
        """Give a function what HttpApp needs: the CDN's key, and the table of rate limits."""
        if key := self._foundation.cdn_key:
            function.add_environment("CDN_KEY_ARN", key.secret_arn)
            allow_secret(function, key)
        if any(route.limit for route in routes):
            limits = self._foundation.limits_table
            function.add_environment("LIMITS_TABLE_NAME", limits.table_name)
            allow_rows(function, limits, Rows.UPDATE)
