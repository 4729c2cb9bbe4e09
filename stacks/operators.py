"""The operators' user pool, and the authorizer of their routes."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cognito as cognito

from lambdas.api.settings import OPERATORS
from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin

NO_PLUS_PLAN = (
    "The Plus plan's threat protection is priced per user and made for public sign-up. Here an "
    "administrator creates a few operators, who sign in with a password and a second factor."
)
THROWAWAY = "Local mode: a throwaway pool on the loopback interface, which a test signs in to."
# A removed operator keeps access for no longer than this.
ACCESS = Duration.minutes(15)


@dataclass(frozen=True)
class Operators:
    """The pool, its client, and the authorizer of the routes for operators."""

    pool: cognito.UserPool
    client: cognito.UserPoolClient
    authorizer: apigateway.HttpAuthorizer

    def authorizer_by_name(self, scope: Stack) -> apigateway.IHttpRouteAuthorizer:
        """Return the authorizer as other stacks use it."""
        return apigateway.HttpAuthorizer.from_http_authorizer_attributes(
            scope,
            "OperatorsOnlyByName",
            authorizer_id=self.authorizer.authorizer_id,
            authorizer_type="JWT",
        )


def add_operators(scope: Stack, config: StageConfig, api: apigateway.IHttpApi) -> Operators:
    """Add the pool with the group of operators, a client to sign in with, and the authorizer."""
    pool = _add_pool(scope, config)
    cognito.CfnUserPoolGroup(
        scope, "OperatorsGroup", user_pool_id=pool.user_pool_id, group_name=OPERATORS
    )
    client = pool.add_client(
        "Client",
        auth_flows=cognito.AuthFlow(user_password=True, user_srp=True),
        # Without it the client would allow the implicit flow and a callback to example.com.
        disable_o_auth=True,
        prevent_user_existence_errors=True,
        access_token_validity=ACCESS,
        id_token_validity=ACCESS,
        refresh_token_validity=Duration.days(1),
    )
    # It must exist whichever features a site has, so not with the first route that uses it.
    authorizer = apigateway.HttpAuthorizer(
        scope,
        "OperatorsOnly",
        http_api=api,
        type=apigateway.HttpAuthorizerType.JWT,
        identity_source=["$request.header.Authorization"],
        jwt_audience=[client.user_pool_client_id],
        jwt_issuer=f"https://cognito-idp.{scope.region}.amazonaws.com/{pool.user_pool_id}",
    )
    return Operators(pool, client, authorizer)


def _add_pool(scope: Stack, config: StageConfig) -> cognito.UserPool:
    second_factor = cognito.MfaSecondFactor(otp=True, sms=False)
    pool = cognito.UserPool(
        scope,
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
        mfa=cognito.Mfa.REQUIRED if config.operator_mfa else cognito.Mfa.OFF,
        mfa_second_factor=second_factor if config.operator_mfa else None,
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=config.keeps_data,
        removal_policy=RemovalPolicy.RETAIN if config.keeps_data else RemovalPolicy.DESTROY,
    )
    pin(pool, "OperatorsPool")
    acknowledge(pool, "AwsSolutions-COG8", NO_PLUS_PLAN)
    if not config.operator_mfa:
        acknowledge(pool, "AwsSolutions-COG2", THROWAWAY)
    return pool
