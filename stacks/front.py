"""How the API is reached: its stage, throttling, access log, and the domain if there is one."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Environment, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.feature import FeatureStack
from stacks.zone import zone_of

# Neither path nor query nor address: they say who looked at what, and the request id finds the
# function's own lines.
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
# Of all routes together. A route's own limit is enforced by its function, see
# lambdas/api/rate_limit.py: settings of a route would stop the deployment that removes it.
REQUESTS_PER_SECOND, REQUESTS_AT_ONCE = 500, 1000


class FrontStack(Stack):
    """Stage and domain of the API."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        api: ApiStack,
        features: Iterable[FeatureStack],
    ) -> None:
        environment = Environment(account=config.account, region=config.region)
        super().__init__(scope, "Front", env=environment)
        stage = self._add_stage(api)
        # What is reached is complete: no route is missing while the domain already leads here.
        for feature in features:
            self.add_stack_dependency(feature)
        if config.domain_name and not config.cdn:
            self._add_domain(config, config.domain_name, api, stage)

    def _add_stage(self, api: ApiStack) -> apigateway.HttpStage:
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=api.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=REQUESTS_PER_SECOND, burst_limit=REQUESTS_AT_ONCE
            ),
        )
        fields = {name: f"$context.{name}" for name in ACCESS_LOG_FIELDS}
        # A prefix for which CloudWatch needs no entry of its own in the account's one resource
        # policy, whose size is limited.
        log_group = api.add_log_group(
            "Access", log_group_name=f"/aws/vendedlogs/{api.metrics_namespace}-{api.region}-api"
        )
        resource: apigateway.CfnStage = stage.node.default_child  # type: ignore[assignment]
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=self.to_json_string(fields)
        )
        return stage

    def _add_domain(
        self, config: StageConfig, domain_name: str, api: ApiStack, stage: apigateway.HttpStage
    ) -> None:
        zone = zone_of(self, config)
        validation = acm.CertificateValidation.from_dns(zone)
        certificate = acm.Certificate(
            self, "Certificate", domain_name=domain_name, validation=validation
        )
        domain = apigateway.DomainName(
            self,
            "Domain",
            domain_name=domain_name,
            certificate=certificate,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            ip_address_type=apigateway.IpAddressType.DUAL_STACK,
        )
        apigateway.ApiMapping(self, "Mapping", api=api.api, domain_name=domain, stage=stage)
        target = route53.RecordTarget.from_alias(
            route53_targets.ApiGatewayv2DomainProperties(
                domain.regional_domain_name, domain.regional_hosted_zone_id
            )
        )
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(self, kind.__name__, zone=zone, record_name=domain_name, target=target)
