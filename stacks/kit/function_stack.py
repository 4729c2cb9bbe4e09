"""Base of a stack with functions: their roles, logs, libraries and permissions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from aws_cdk import Duration, Environment, RemovalPolicy, Size, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from lambdas.kit.settings import Settings
from stacks.config import StageConfig
from stacks.kit.assets import LAMBDAS, feature_code, library_code
from stacks.kit.foundation import Foundation
from stacks.kit.functions import (
    FREE_CONCURRENCY,
    HOST_PYTHON,
    NO_SNAPSHOTS,
    ON_FUNCTIONS,
    OWN_POLICY,
    AddedFunction,
    FunctionSpec,
)
from stacks.kit.grants import Objects, Pattern
from stacks.kit.guardrails import acknowledge

DEFAULT_DISK_MB = 512


class FunctionStack(Stack):
    """A stack of functions, each with its own role and log group."""

    feature: ClassVar[str]
    holds_tokens: ClassVar[bool] = False
    """Whether its settings may hold a token: they are then encrypted with a key of their own."""

    def __init__(self, scope: Construct, config: StageConfig, foundation: Foundation) -> None:
        environment = Environment(account=config.account, region=config.region)
        super().__init__(scope, self.feature.capitalize(), env=environment)
        self.config = config
        self._foundation = foundation
        self.functions: dict[str, AddedFunction] = {}
        self._libraries: dict[str, lambda_.LayerVersion] = {}

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
            layers=self._layers(spec),
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
            ephemeral_storage_size=self._disk(spec),
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

    def _disk(self, spec: FunctionSpec) -> Size | None:
        return Size.mebibytes(spec.disk_mb) if spec.disk_mb != DEFAULT_DISK_MB else None

    def _layers(self, spec: FunctionSpec) -> list[lambda_.ILayerVersion]:
        layers = [self._layer("Libraries", LAMBDAS, "Libraries of the functions")]
        if spec.extra_libraries:
            own = LAMBDAS / self.feature
            layers.append(self._layer("ExtraLibraries", own, "Libraries that few functions need"))
        return list(layers)

    def _layer(self, name: str, folder: Path, description: str) -> lambda_.LayerVersion:
        # Each feature has its own version of the one asset: CloudFormation refuses to change an
        # export that is in use.
        if name not in self._libraries:
            code = library_code(self.config, folder)
            self._libraries[name] = lambda_.LayerVersion(
                self, name, code=code, description=description
            )
        return self._libraries[name]
