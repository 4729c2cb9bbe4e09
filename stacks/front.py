"""How the site is reached: the API's stage, throttling, access log, and where its domain leads."""

from __future__ import annotations

import jsii
from aws_cdk import Environment, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from stacks.api import ApiStack
from stacks.cdn import CdnStack
from stacks.config import StageConfig
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
    """Stage of the API, and the domain's records.

    The records are the same resources with and without a CDN: when it comes or goes, Route 53
    replaces their target in one step.
    """

    def __init__(
        self, scope: Construct, config: StageConfig, api: ApiStack, cdn: CdnStack | None
    ) -> None:
        environment = Environment(account=config.account, region=config.region)
        super().__init__(scope, "Front", env=environment)
        stage = self._add_stage(api)
        if not config.domain_name:
            return
        zone = zone_of(self, config)
        target = (
            self._distribution(cdn)
            if cdn
            else self._api_domain(config.domain_name, zone, api, stage)
        )
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(
                self,
                kind.__name__,
                zone=zone,
                record_name=config.domain_name,
                target=route53.RecordTarget.from_alias(target),
            )

    def _distribution(self, cdn: CdnStack) -> route53.IAliasRecordTarget:
        # The CDK's own target for distributions reads their zone in the distribution's stack.
        zone_id = route53_targets.CloudFrontTarget.get_hosted_zone_id(self)
        return Alias(cdn.distribution.distribution_domain_name, zone_id)

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

    def _api_domain(
        self,
        domain_name: str,
        zone: route53.IHostedZone,
        api: ApiStack,
        stage: apigateway.HttpStage,
    ) -> route53.IAliasRecordTarget:
        """Add the domain to the API, and return what its records lead to."""
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
            ip_address_type=apigateway.IpAddressType.DUAL_STACK,
        )
        apigateway.ApiMapping(self, "Mapping", api=api.api, domain_name=domain, stage=stage)
        return Alias(domain.regional_domain_name, domain.regional_hosted_zone_id)


@jsii.implements(route53.IAliasRecordTarget)
class Alias:
    """What an alias record leads to: a host name, and the id of the zone that AWS has it in."""

    def __init__(self, host_name: str, zone_id: str) -> None:
        self._config = route53.AliasRecordTargetConfig(dns_name=host_name, hosted_zone_id=zone_id)

    def bind(self, *_: object, **__: object) -> route53.AliasRecordTargetConfig:
        """Return the target, whatever the record."""
        return self._config
