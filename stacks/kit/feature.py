"""Base of every feature's stack: functions, queues, schedules, routes with the house defaults.

A feature declares here all that shared stacks need to know of it: monitoring reads `functions`,
`queues`, `alarms` and `dashboard_rows`, the CDN `cached_pages`, local mode and the OpenAPI document
`routes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from aws_cdk import Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.api.routing import Auth, CachedPages, Route
from lambdas.kit.events import DomainEvent
from lambdas.kit.settings import Settings
from stacks.config import StageConfig
from stacks.kit.alarms import AlarmSpec, CompositeSpec
from stacks.kit.assets import feature_code, library_code
from stacks.kit.foundation import Foundation
from stacks.kit.functions import (
    FREE_CONCURRENCY,
    HOST_PYTHON,
    NO_SNAPSHOTS,
    ON_FUNCTIONS,
    OWN_POLICY,
    AddedFunction,
    AddedQueue,
    FunctionSpec,
    QueueSpec,
    SiteCheck,
)
from stacks.kit.grants import Objects, Pattern, Rows, allow_rows, allow_secret
from stacks.kit.guardrails import acknowledge
from stacks.kit.widgets import DashboardRow

DEAD_LETTER_RETENTION = Duration.days(14)
QUEUE_RETENTION = Duration.days(14)


class FeatureStack(Stack):
    """The stack of one feature."""

    feature: ClassVar[str]
    permissions: ClassVar[tuple[str, ...]] = ()
    """What logins must ask account owners for, so that the feature works."""
    function_specs: ClassVar[tuple[FunctionSpec, ...]] = ()
    """Its functions; preflight checks that the account has the concurrency that they reserve."""
    probe_paths: ClassVar[tuple[str, ...]] = ()
    """Public paths that show that the feature works; the check of the site requests them."""
    tables: ClassVar[tuple[str, ...]] = ()
    """Its tables of data: they are part of the storage and outlive the feature's stack."""
    keeps_account_data: ClassVar[bool] = False
    """Whether it keeps data of accounts, which it deletes when their owner asks for it."""
    holds_tokens: ClassVar[bool] = False
    """Whether its settings may hold a token: they are then encrypted with a key of their own."""

    def __init__(self, scope: Construct, config: StageConfig, foundation: Foundation) -> None:
        environment = Environment(account=config.account, region=config.region)
        super().__init__(scope, self.feature.capitalize(), env=environment)
        self.config = config
        self._foundation = foundation
        self.functions: dict[str, AddedFunction] = {}
        self.queues: dict[str, AddedQueue] = {}
        self.routes: list[Route] = []
        self.cached_pages: list[CachedPages] = []
        self.alarms: list[AlarmSpec | CompositeSpec] = []
        self.dashboard_rows: list[DashboardRow] = []
        self.site_checks: list[SiteCheck] = []
        self._libraries: lambda_.LayerVersion | None = None

    @property
    def metrics_namespace(self) -> str:
        """Return the namespace of the functions' own metrics, which differs by stage."""
        return f"daybook-{self.config.stage}"

    def own_metric(self, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        """Return a metric that the feature's functions emit."""
        return cloudwatch.Metric(
            namespace=self.metrics_namespace,
            metric_name=name,
            dimensions_map={"service": self.feature},
            statistic=statistic,
            period=period,
        )

    def add_log_group(self, name: str, *, log_group_name: str | None = None) -> logs.LogGroup:
        """Add an encrypted log group with the stage's retention."""
        group = logs.LogGroup(
            self,
            f"{name}Logs",
            log_group_name=log_group_name,
            encryption_key=self._foundation.log_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        days = self.config.log_retention_days
        group.node.default_child.retention_in_days = days  # type: ignore[union-attr]
        return group

    def add_function(self, spec: FunctionSpec, settings: Settings) -> lambda_.Function:
        """Add a function with its own role and log group, tracing and the feature's libraries."""
        title = spec.name.capitalize()
        log_group = self.add_log_group(title)
        role = self._add_role(title, log_group)
        tokens_key = self._foundation.settings_key if self.holds_tokens else None
        snap_start = self._snap_start(spec)
        reserved = spec.reserved_concurrency if self.config.reserve_concurrency else None
        arm = self.config.architecture == "arm64"
        function = lambda_.Function(
            self,
            title,
            description=spec.description,
            runtime=lambda_.Runtime(
                f"python{self.config.python_version}",
                lambda_.RuntimeFamily.PYTHON,
                supports_snap_start=snap_start,
            ),
            architecture=lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64,
            code=feature_code(self.feature),
            handler=f"lambdas.{self.feature}.handlers.{spec.name}",
            layers=[self._layer()],
            environment_encryption=tokens_key,
            environment={
                **settings.to_env(),
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_METRICS_NAMESPACE": self.metrics_namespace,
            },
            role=role,
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            timeout=Duration.seconds(spec.timeout_seconds),
            memory_size=spec.memory_mb,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            reserved_concurrent_executions=reserved,
        )
        self._acknowledge(function, reserved)
        target: lambda_.IFunction = function
        if snap_start:
            version = function.current_version
            target = lambda_.Alias(self, f"{title}Live", alias_name="live", version=version)
        self.functions[spec.name] = AddedFunction(spec, function, target)
        if tokens_key:
            tokens_key.grant_decrypt(function)
        return function

    def add_queue(self, spec: QueueSpec, function: str) -> AddedQueue:
        """Add a queue that feeds a function of the feature, and its dead letters."""
        added = self.functions[function]
        dead_letters = sqs.Queue(
            self,
            f"{spec.name}DeadLetters",
            retention_period=DEAD_LETTER_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        seconds = spec.visibility_timeout_seconds or 6 * added.spec.timeout_seconds
        queue = sqs.Queue(
            self,
            f"{spec.name}Queue",
            visibility_timeout=Duration.seconds(seconds),
            retention_period=QUEUE_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=spec.max_receive_count
            ),
        )
        # A queue that delivers more than its function may take uses up the messages' attempts.
        # Source: "Configuring scaling behavior for SQS event source mappings" in the Lambda guide.
        added.function.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=1,
                report_batch_item_failures=True,
                max_concurrency=added.spec.reserved_concurrency,
            )
        )
        acknowledge(
            dead_letters,
            "Serverless-SQSRedrivePolicy",
            "Failed messages end here; an alarm watches its depth.",
        )
        acknowledge(
            added.function,
            "Serverless-LambdaEventSourceMappingDestination",
            "Failed messages return to the queue and end in its dead letters.",
        )
        self.queues[spec.name] = AddedQueue(spec, queue, dead_letters)
        return self.queues[spec.name]

    def on_event(self, queue: str, event: type[DomainEvent], bus: events.IEventBus) -> None:
        """Put a domain event's occurrences into a queue of the feature."""
        pattern = events.EventPattern(source=[event.source], detail_type=[event.detail_type()])
        self.add_rule(event.detail_type(), pattern, queue, bus)

    def add_rule(
        self,
        name: str,
        pattern: events.EventPattern,
        queue: str,
        bus: events.IEventBus | None = None,
    ) -> events.Rule:
        """Put matching events of a bus (default: AWS's own) into a queue of the feature."""
        return events.Rule(
            self, name, event_pattern=pattern, event_bus=bus, targets=[self._target(queue)]
        )

    def add_schedule(
        self, name: str, schedule: events.Schedule, queue: str, message: Mapping[str, str]
    ) -> events.Rule:
        """Put a message into a queue of the feature at the schedule's times."""
        target = self._target(queue, events.RuleTargetInput.from_object(dict(message)))
        return events.Rule(self, name, schedule=schedule, targets=[target])

    def add_site_check(
        self, name: str, schedule: events.Schedule, queue: str, message: Mapping[str, str]
    ) -> None:
        """Put a message into a queue at the schedule's times, once the whole site is deployed.

        The rule is in a later stack, so it is known here by its name only.
        """
        rule_name = f"daybook-{self.config.stage}-{name}"
        arn = self.format_arn(service="events", resource="rule", resource_name=rule_name)
        added = self.queues[queue]
        for target in (added.queue, added.dead_letters):
            target.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("events.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[target.queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": arn}},
                )
            )
        self.site_checks.append(SiteCheck(rule_name, schedule, added, dict(message)))

    def _target(
        self, queue: str, message: events.RuleTargetInput | None = None
    ) -> targets.SqsQueue:
        added = self.queues[queue]
        return targets.SqsQueue(added.queue, dead_letter_queue=added.dead_letters, message=message)

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

    def allow(
        self, function: lambda_.Function, actions: Sequence[str], *resources: str | Pattern
    ) -> None:
        """Allow exactly these actions, where neither CDK nor the kit has a verb."""
        arns = [one.arn if isinstance(one, Pattern) else one for one in resources]
        function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=arns))
        role = function.role
        for resource in resources:
            if isinstance(resource, Pattern) and role:
                rule = f"AwsSolutions-IAM5[Resource::{resource.finding}]"
                acknowledge(role, rule, resource.reason)

    def allow_objects(
        self, function: lambda_.Function, verbs: Sequence[Objects], *places: Pattern
    ) -> None:
        """Allow exactly these verbs on the objects under prefixes."""
        self.allow(function, list(verbs), *places)

    def _add_role(self, title: str, log_group: logs.LogGroup) -> iam.Role:
        principal = iam.ServicePrincipal("lambda.amazonaws.com")
        role = iam.Role(self, f"{title}Role", assumed_by=principal)
        log_group.grant_write(role)
        acknowledge(role, "NIST.800.53.R5-IAMNoInlinePolicy", OWN_POLICY)
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's actions PutTraceSegments and PutTelemetryRecords support no resources.",
        )
        return role

    def _snap_start(self, spec: FunctionSpec) -> bool:
        # The embedded AWS of local mode starts functions in milliseconds, without snapshots.
        in_cloud = self.config.bundle_for == "lambda"
        return spec.snap_start and in_cloud and self.config.region not in NO_SNAPSHOTS

    def _acknowledge(self, function: lambda_.Function, reserved: int | None) -> None:
        for rule, reason in ON_FUNCTIONS.items():
            acknowledge(function, rule, reason)
        if reserved is None:
            acknowledge(function, "NIST.800.53.R5-LambdaConcurrency", FREE_CONCURRENCY)
        if self.config.bundle_for == "host":
            for rule in ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"):
                acknowledge(function, rule, HOST_PYTHON)

    def _layer(self) -> lambda_.LayerVersion:
        # Each feature has its own version of the one asset: CloudFormation refuses to change an
        # export that is in use.
        if self._libraries is None:
            self._libraries = lambda_.LayerVersion(
                self,
                "Libraries",
                code=library_code(self.config),
                description="Libraries of the functions",
            )
        return self._libraries
