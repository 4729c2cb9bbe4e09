"""How the API is reached: stage, throttling, access log, and the domain if there is one. It comes after the features, naming their routes."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from aws_cdk import Environment, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.feature import FeatureStack

ACCESS_LOG_FIELDS = (
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLength",
    "responseLatency",
    "integrationLatency",
    "integrationErrorMessage",
)
# Requests in a second, and at once. Of all routes together, and of those that write, or that somebody could try secrets on.
ALL_ROUTES = (500, 1000)
LIMITS = {
    "POST /g/*": (50, 200),
    "DELETE *": (20, 50),
    "GET /instagram/connect": (5, 10),
    "GET /instagram/reconnect/*": (5, 10),
    "GET /instagram/callback": (5, 10),
    "POST /instagram/*": (5, 10),
    "GET /instagram/data-deletion/*": (5, 10),
    "POST /webhooks/*": (100, 200),
}


class FrontStack(Stack):
    """Stage and domain of the API."""

    def __init__(
        self, scope: Construct, config: StageConfig, api: ApiStack, features: Iterable[FeatureStack]
    ) -> None:
        super().__init__(
            scope, "Front", env=Environment(account=config.account, region=config.region)
        )
        routes = [route for feature in features for route in feature.routes]
        stage = self._add_stage(
            api,
            {
                route: limit
                for route in routes
                for pattern, limit in LIMITS.items()
                if fnmatchcase(route, pattern)
            },
        )
        for feature in features:
            # A stage refuses settings of routes that do not exist yet.
            self.add_stack_dependency(feature)
        if config.domain_name and not config.edge:
            self._add_domain(config, config.domain_name, api, stage)

    def _add_stage(self, api: ApiStack, limits: dict[str, tuple[int, int]]) -> apigateway.HttpStage:
        rate, burst = ALL_ROUTES
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=api.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=rate, burst_limit=burst),
        )
        resource: apigateway.CfnStage = stage.node.default_child  # type: ignore[assignment]
        resource.route_settings = {
            route: {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
            for route, (rate, burst) in sorted(limits.items())
        }
        # Neither path nor query nor address: they tell who looked at what, and the request id finds the function's own lines.
        fields = {name: f"$context.{name}" for name in ACCESS_LOG_FIELDS}
        log_group = api.add_log_group("Access")
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=self.to_json_string(fields)
        )
        return stage

    def _add_domain(
        self, config: StageConfig, domain_name: str, api: ApiStack, stage: apigateway.HttpStage
    ) -> None:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self,
            "Zone",
            hosted_zone_id=config.hosted_zone_id or "",
            zone_name=config.hosted_zone_name or "",
        )
        certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=domain_name,
            validation=acm.CertificateValidation.from_dns(zone),
        )
        domain = apigateway.DomainName(
            self,
            "Domain",
            domain_name=domain_name,
            certificate=certificate,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )
        apigateway.ApiMapping(self, "Mapping", api=api.api, domain_name=domain, stage=stage)
        target = route53_targets.ApiGatewayv2DomainProperties(
            domain.regional_domain_name, domain.regional_hosted_zone_id
        )
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(
                self,
                kind.__name__,
                zone=zone,
                record_name=domain_name,
                target=route53.RecordTarget.from_alias(target),
            )
