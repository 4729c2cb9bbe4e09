"""The HTTP API: stage, access log, throttling, the operators' user pool, and the domain if there is one."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from constructs import Construct

from lambdas.api.settings import OPERATORS, ApiSettings
from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.room import RoomStack
from stacks.storage import StorageStack

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

NO_PLUS_PLAN = (
    "The Plus plan's threat protection has a price for each user and is made for public sign-up. Here an administrator creates a handful "
    "of operators, who sign in with a long password and a second factor."
)


class ApiStack(RoomStack):
    """Rooms add their own routes to `api`; those for operators take `operators_only`."""

    def __init__(self, scope: Construct, config: StageConfig, storage: StorageStack, version: str) -> None:
        super().__init__(scope, config, "api", storage.log_key)
        self.api = apigateway.HttpApi(self, "Api", create_default_stage=False, description=f"daybook {config.stage}")
        self.stage = self._add_stage()
        if config.domain_name:
            self._add_domain(config.domain_name)
        self.operators_only = self._add_operators()

        health = self.add_function("health", "Says that the API is up", ApiSettings(version), seconds=5, megabytes=256)
        self.add_route(
            self.api, health, "GET /health", public_because="Uptime checks have no sign-in; it tells a version and nothing else."
        )
        CfnOutput(self, "Url", value=self.public_url)

    @property
    def public_url(self) -> str:
        """The address under which everything is found, without a slash at its end."""
        if self.config.public_url:
            return self.config.public_url.replace("{api_id}", self.api.api_id).rstrip("/")
        return f"https://{self.config.domain_name}" if self.config.domain_name else self.api.api_endpoint

    def _add_stage(self) -> apigateway.HttpStage:
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigateway.ThrottleSettings(rate_limit=500, burst_limit=1000),
        )
        # Neither path nor query nor address: they tell who looked at what, and the request id finds the function's own lines.
        fields = {name: f"$context.{name}" for name in ACCESS_LOG_FIELDS}
        log_group = self.add_log_group("Access")
        stage.node.default_child.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(  # type: ignore[union-attr]
            destination_arn=log_group.log_group_arn, format=self.to_json_string(fields)
        )
        return stage

    def _add_operators(self) -> apigateway.IHttpRouteAuthorizer:
        pool = cognito.UserPool(
            self,
            "Operators",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
            ),
            mfa=cognito.Mfa.REQUIRED if self.config.operator_mfa else cognito.Mfa.OFF,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False) if self.config.operator_mfa else None,
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=self.config.keeps_data,
            removal_policy=RemovalPolicy.RETAIN if self.config.keeps_data else RemovalPolicy.DESTROY,
        )
        pool.node.default_child.override_logical_id("OperatorsPool")  # type: ignore[union-attr]
        acknowledge(pool, "AwsSolutions-COG8", NO_PLUS_PLAN)
        if not self.config.operator_mfa:
            acknowledge(pool, "AwsSolutions-COG2", "Local mode: a throwaway pool on the loopback interface, which a test signs in to.")
        cognito.CfnUserPoolGroup(self, "OperatorsGroup", user_pool_id=pool.user_pool_id, group_name=OPERATORS)
        client = pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_password=True, user_srp=True),
            prevent_user_existence_errors=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
        )
        CfnOutput(self, "UserPoolId", value=pool.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=client.user_pool_client_id)
        issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool.user_pool_id}"
        return authorizers.HttpJwtAuthorizer("OperatorsOnly", issuer, jwt_audience=[client.user_pool_client_id])

    def _add_domain(self, domain_name: str) -> None:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=self.config.hosted_zone_id or "", zone_name=self.config.hosted_zone_name or ""
        )
        certificate = acm.Certificate(self, "Certificate", domain_name=domain_name, validation=acm.CertificateValidation.from_dns(zone))
        domain = apigateway.DomainName(
            self, "Domain", domain_name=domain_name, certificate=certificate, security_policy=apigateway.SecurityPolicy.TLS_1_2
        )
        apigateway.ApiMapping(self, "Mapping", api=self.api, domain_name=domain, stage=self.stage)
        target = route53_targets.ApiGatewayv2DomainProperties(domain.regional_domain_name, domain.regional_hosted_zone_id)
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(self, kind.__name__, zone=zone, record_name=domain_name, target=route53.RecordTarget.from_alias(target))
