"""The HTTP API that features add their routes to, and the operators' user pool. How it is reached: `front`."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from lambdas.api.settings import OPERATORS, ApiSettings
from stacks.config import StageConfig
from stacks.kit.feature import FeatureStack
from stacks.kit.guardrails import acknowledge
from stacks.storage import StorageStack

NO_PLUS_PLAN = (
    "The Plus plan's threat protection has a price for each user and is made for public sign-up. Here an administrator creates a handful "
    "of operators, who sign in with a long password and a second factor."
)


class ApiStack(FeatureStack):
    """Features add their own routes to `api`; those for operators take `operators_only`."""

    def __init__(
        self, scope: Construct, config: StageConfig, storage: StorageStack, version: str
    ) -> None:
        super().__init__(scope, config, "api", storage.foundation)
        self.api = apigateway.HttpApi(
            self,
            "Api",
            create_default_stage=False,
            description=f"daybook {config.stage}",
            # The site's own pages need none; nobody else may call unless the stage names them.
            cors_preflight=_cors(config.allowed_origins) if config.allowed_origins else None,
            disable_execute_api_endpoint=config.domain_name is not None
            and config.public_url is None
            and not config.edge,
        )
        self.operators_only = self._add_operators()

        health = self.add_function(
            "health", "Says that the API is up", ApiSettings(version), seconds=5, megabytes=256
        )
        self.add_route(
            self.api,
            health,
            "GET /health",
            no_auth_reason="Uptime checks have no sign-in; it tells a version and nothing else.",
        )
        CfnOutput(self, "Url", value=self.public_url)
        # For the same reason as the storage's exports (see there).
        resource: apigateway.CfnApi = self.api.node.default_child  # type: ignore[assignment]
        for value in (self.api.api_id, resource.attr_api_endpoint, self._authorizer_id):
            self.export_value(value)

    @property
    def public_url(self) -> str:
        """The address under which everything is found, without a slash at its end."""
        if self.config.public_url:
            return self.config.public_url.replace("{api_id}", self.api.api_id).rstrip("/")
        return (
            f"https://{self.config.domain_name}"
            if self.config.domain_name
            else self.api.api_endpoint
        )

    def _add_operators(self) -> apigateway.IHttpRouteAuthorizer:
        pool = cognito.UserPool(
            self,
            "Operators",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
            ),
            mfa=cognito.Mfa.REQUIRED if self.config.operator_mfa else cognito.Mfa.OFF,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False)
            if self.config.operator_mfa
            else None,
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=self.config.keeps_data,
            removal_policy=RemovalPolicy.RETAIN
            if self.config.keeps_data
            else RemovalPolicy.DESTROY,
        )
        pool.node.default_child.override_logical_id("OperatorsPool")  # type: ignore[union-attr]
        acknowledge(pool, "AwsSolutions-COG8", NO_PLUS_PLAN)
        if not self.config.operator_mfa:
            acknowledge(
                pool,
                "AwsSolutions-COG2",
                "Local mode: a throwaway pool on the loopback interface, which a test signs in to.",
            )
        cognito.CfnUserPoolGroup(
            self, "OperatorsGroup", user_pool_id=pool.user_pool_id, group_name=OPERATORS
        )
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
        # Made here, and not with the first route that uses it: it has to be there whichever features a site has.
        authorizer = apigateway.HttpAuthorizer(
            self,
            "OperatorsOnly",
            http_api=self.api,
            type=apigateway.HttpAuthorizerType.JWT,
            identity_source=["$request.header.Authorization"],
            jwt_audience=[client.user_pool_client_id],
            jwt_issuer=f"https://cognito-idp.{self.region}.amazonaws.com/{pool.user_pool_id}",
        )
        self._authorizer_id = authorizer.authorizer_id
        return apigateway.HttpAuthorizer.from_http_authorizer_attributes(
            self,
            "OperatorsOnlyByName",
            authorizer_id=authorizer.authorizer_id,
            authorizer_type="JWT",
        )


def _cors(origins: tuple[str, ...]) -> apigateway.CorsPreflightOptions:
    methods = apigateway.CorsHttpMethod
    return apigateway.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[methods.GET, methods.POST, methods.PATCH, methods.DELETE],
        allow_headers=["authorization", "content-type"],
        allow_credentials=True,
        max_age=Duration.hours(1),
    )
