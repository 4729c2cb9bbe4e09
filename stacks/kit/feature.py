"""What every feature's stack is made of: functions, queues, routes and grants with the house's defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.kit.settings import Settings
from stacks.config import StageConfig
from stacks.kit.assets import feature_code, library_code
from stacks.kit.foundation import Foundation
from stacks.kit.guardrails import acknowledge

# Where Lambda has no SnapStart. Source: "Improving startup performance with Lambda SnapStart" in the Lambda guide.
NO_SNAPSHOTS = ("ap-east-2", "ap-southeast-6")
DEAD_LETTERS_KEPT = Duration.days(14)


NO_ASYNCHRONOUS_CALLS = "Nothing invokes it asynchronously: the API waits for its answer, and queues have dead letters of their own."
ON_FUNCTIONS = {
    "Serverless-LambdaDLQ": NO_ASYNCHRONOUS_CALLS,
    "NIST.800.53.R5-LambdaDLQ": NO_ASYNCHRONOUS_CALLS,
    "NIST.800.53.R5-LambdaInsideVPC": (
        "It reaches nothing that lies in a VPC: AWS services over TLS by its own role, and Meta over the internet. A VPC would add a NAT "
        "gateway to pay for and to keep alive, and would close nothing."
    ),
}
OWN_POLICY = "The policy belongs to this one role and is deleted with it. A managed one could be attached to others unseen."
FREE_CONCURRENCY = (
    "People wait for it, and it harms nobody when many come: the API's throttling limits the whole. A reservation would turn guests away "
    "while the account has feature."
)


@dataclass(frozen=True)
class Pattern:
    """Resources by a pattern: its ARN, how cdk-nag spells it in a finding, and why it cannot be narrower."""

    arn: str
    finding: str
    because: str


@dataclass(frozen=True)
class CachedPages:
    """Pages that an edge may keep for as long as they say themselves, and what of a request changes them."""

    path_pattern: str
    cookies: tuple[str, ...]
    query: tuple[str, ...]


class FeatureStack(Stack):
    """A stack of one feature. Monitoring watches `functions` and `queues` (each with its dead letters); `front` limits `routes`.

    An edge keeps the `cached_pages`.
    """

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        feature: str,
        foundation: Foundation,
        *,
        holds_tokens: bool = False,
    ) -> None:
        super().__init__(
            scope,
            feature.capitalize(),
            env=Environment(account=config.account, region=config.region),
        )
        self.config = config
        self.feature = feature
        self._log_key = foundation.log_key
        self._cdn_key = foundation.cdn_key
        # For features whose settings may hold a token: who may only look at the function then still does not see it.
        self._settings_key = foundation.settings_key if holds_tokens else None
        self.functions: dict[str, lambda_.Function] = {}
        self.queues: dict[str, tuple[sqs.Queue, sqs.Queue]] = {}
        self.routes: list[str] = []
        self.cached_pages: list[CachedPages] = []
        self._behind_cdn: set[lambda_.Function] = set()
        self._roles: dict[lambda_.Function, iam.Role] = {}
        self._reserved_concurrency: dict[lambda_.Function, int | None] = {}
        self._published: dict[lambda_.Function, lambda_.Alias] = {}
        self._libraries: lambda_.LayerVersion | None = None

    @property
    def metrics_namespace(self) -> str:
        """Where the functions' own metrics go: another one for each stage."""
        return f"daybook-{self.config.stage}"

    def add_log_group(self, name: str) -> logs.LogGroup:
        """An encrypted log group with the stage's retention."""
        group = logs.LogGroup(
            self, f"{name}Logs", encryption_key=self._log_key, removal_policy=RemovalPolicy.DESTROY
        )
        group.node.default_child.retention_in_days = self.config.log_retention_days  # type: ignore[union-attr]
        return group

    def add_function(
        self,
        name: str,
        description: str,
        settings: Settings,
        *,
        seconds: int,
        megabytes: int,
        reserved_concurrency: int | None = None,
        snapshot: bool = False,
    ) -> lambda_.Function:
        """The function `lambdas.<feature>.handlers.<name>`, with a role and a log group of its own, tracing and the feature's libraries.

        `at_once` is how many of it may run at the same time, where more would hurt somebody else. With `snapshot` routes lead to a
        published version that starts from a snapshot of its loaded code (SnapStart, which knows Python from 3.12 on).
        """
        # The embedded AWS of local mode starts functions anyhow in milliseconds, and from no snapshot.
        snapshot = (
            snapshot
            and self.config.bundle_for == "lambda"
            and self.config.region not in NO_SNAPSHOTS
        )
        log_group = self.add_log_group(name.capitalize())
        role = iam.Role(
            self,
            f"{name.capitalize()}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group.grant_write(role)
        function = lambda_.Function(
            self,
            name.capitalize(),
            description=description,
            runtime=lambda_.Runtime(
                f"python{self.config.python_version}",
                lambda_.RuntimeFamily.PYTHON,
                supports_snap_start=snapshot,
            ),
            architecture=lambda_.Architecture.ARM_64
            if self.config.architecture == "arm64"
            else lambda_.Architecture.X86_64,
            code=feature_code(self.feature),
            handler=f"lambdas.{self.feature}.handlers.{name}",
            layers=[self._feature_libraries()],
            environment_encryption=self._settings_key,
            environment={
                **settings.to_env(),
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_METRICS_NAMESPACE": self.metrics_namespace,
            },
            role=role,
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            timeout=Duration.seconds(seconds),
            memory_size=megabytes,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snapshot else None,
            reserved_concurrent_executions=reserved_concurrency
            if self.config.reserve_concurrency
            else None,
        )
        for rule, reason in ON_FUNCTIONS.items():
            acknowledge(function, rule, reason)
        acknowledge(role, "NIST.800.53.R5-IAMNoInlinePolicy", OWN_POLICY)
        if reserved_concurrency is None or not self.config.reserve_concurrency:
            acknowledge(function, "NIST.800.53.R5-LambdaConcurrency", FREE_CONCURRENCY)
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "The two actions that X-Ray needs, PutTraceSegments and PutTelemetryRecords, know no resources.",
        )
        if self.config.bundle_for == "host":
            for rule in ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"):
                acknowledge(
                    function,
                    rule,
                    "Local mode runs the functions with the Python of the host, whichever that is.",
                )
        if snapshot:
            self._published[function] = lambda_.Alias(
                self,
                f"{name.capitalize()}Live",
                alias_name="live",
                version=function.current_version,
            )
        self.functions[name] = function
        self._roles[function] = role
        self._reserved_concurrency[function] = reserved_concurrency
        if self._settings_key:
            self.allow(function, ["kms:Decrypt"], self._settings_key.key_arn)
        return function

    def add_queue(
        self,
        name: str,
        function: lambda_.Function,
        *,
        max_receive_count: int,
        visibility_timeout_seconds: int | None = None,
    ) -> None:
        """A queue that feeds `function`, message by message, and its dead letters.

        A message in work is handed out again after six times the function's own limit, as the Lambda guide advises; or, where a killed
        function must not be noticed that late, after `patience_seconds`.
        """
        common = {"encryption": sqs.QueueEncryption.SQS_MANAGED, "enforce_ssl": True}
        dead = sqs.Queue(self, f"{name}DeadLetters", retention_period=DEAD_LETTERS_KEPT, **common)  # type: ignore[arg-type]
        patience = Duration.seconds(
            visibility_timeout_seconds or 6 * (function.timeout or Duration.seconds(3)).to_seconds()
        )
        queue = sqs.Queue(
            self,
            f"{name}Queue",
            visibility_timeout=patience,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=max_receive_count),
            **common,  # type: ignore[arg-type]
        )
        # A queue that hands out more than its function may take uses up the messages' attempts. Source: "Configuring scaling behavior for
        # SQS event source mappings" in the Lambda guide.
        function.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=1,
                report_batch_item_failures=True,
                max_concurrency=self._reserved_concurrency[function],
            )
        )
        acknowledge(
            dead,
            "Serverless-SQSRedrivePolicy",
            "This is where messages end that failed; an alarm watches its depth.",
        )
        acknowledge(
            function,
            "Serverless-LambdaEventSourceMappingDestination",
            "Failed messages go back to the queue and end in its dead letters.",
        )
        self.queues[name] = (queue, dead)

    def add_rule(
        self,
        name: str,
        pattern: events.EventPattern,
        queue: str,
        bus: events.IEventBus | None = None,
    ) -> events.Rule:
        """A rule of a bus (else of the one for AWS's own events) that puts what matches into a queue of the feature, or its dead letters."""
        live, dead = self.queues[queue]
        return events.Rule(
            self,
            name,
            event_pattern=pattern,
            event_bus=bus,
            targets=[targets.SqsQueue(live, dead_letter_queue=dead)],
        )

    def add_schedule(
        self,
        name: str,
        schedule: events.Schedule,
        queue: str,
        message: dict[str, str],
        description: str,
    ) -> events.Rule:
        """A rule that puts a message into one of the feature's queues at its times."""
        live, dead = self.queues[queue]
        target = targets.SqsQueue(
            live, dead_letter_queue=dead, message=events.RuleTargetInput.from_object(message)
        )
        return events.Rule(self, name, schedule=schedule, targets=[target], description=description)

    def add_route(
        self,
        api: apigateway.IHttpApi,
        function: lambda_.Function,
        *routes: str,
        authorizer: apigateway.IHttpRouteAuthorizer | None = None,
        no_auth_reason: str = "",
    ) -> None:
        """Routes such as `GET /g/{event_id}` (or `$default`) to a function. Without an authorizer there must be a reason."""
        target = self._published.get(function, function)
        integration = integrations.HttpLambdaIntegration(f"{function.node.id}Integration", target)
        self.routes += routes
        if self._cdn_key and function not in self._behind_cdn:
            self._behind_cdn.add(function)
            function.add_environment("CDN_KEY_ARN", self._cdn_key.secret_arn)
            self.allow(function, ["secretsmanager:GetSecretValue"], self._cdn_key.secret_arn)
        for route in routes:
            key = apigateway.HttpRouteKey.DEFAULT if route == "$default" else _route_key(route)
            added = apigateway.HttpRoute(
                self,
                f"Route {route}",
                http_api=api,
                route_key=key,
                integration=integration,
                authorizer=authorizer,
            )
            if authorizer is None:
                acknowledge(added, "AwsSolutions-APIG4", no_auth_reason)

    def allow(
        self, function: lambda_.Function, actions: Sequence[str], *resources: str | Pattern
    ) -> None:
        """Lets a function do exactly this; where CDK's own grants would give more."""
        arns = [
            resource.arn if isinstance(resource, Pattern) else resource for resource in resources
        ]
        function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=arns))
        for resource in resources:
            if isinstance(resource, Pattern):
                acknowledge(
                    self._roles[function],
                    f"AwsSolutions-IAM5[Resource::{resource.finding}]",
                    resource.because,
                )

    def _feature_libraries(self) -> lambda_.LayerVersion:
        # Each feature has its own version of the one asset: CloudFormation refuses to change an export that is in use.
        if self._libraries is None:
            self._libraries = lambda_.LayerVersion(
                self,
                "Libraries",
                code=library_code(self.config),
                description="Libraries of the functions",
            )
        return self._libraries


def _route_key(route: str) -> apigateway.HttpRouteKey:
    method, path = route.split(" ", 1)
    return apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method])
