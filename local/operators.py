"""The operator of a local deployment: created in the user pool, signed in for a token."""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import time
from typing import TYPE_CHECKING

from lambdas.api.settings import OPERATORS
from local.clients import client
from local.deployment import LocalDeployment
from local.files import read_object

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

USERNAME = "operator"
# A token with less than this left is replaced before it is used.
MIN_SECONDS_LEFT = 120


def sign_in(deployment: LocalDeployment, pool_id: str, client_id: str) -> dict[str, str]:
    """Return username, password, access token and the pool's client.

    The operator is created if there is none. The password is the same at each call while the
    outputs file exists.
    """
    cognito = client(deployment, "cognito-idp")
    password = _known_password(deployment)
    if not password:
        password = f"Aa1-{secrets.token_urlsafe(18)}"
        _create(cognito, pool_id, password)
    try:
        tokens = _authenticate(cognito, client_id, password)
    except (cognito.exceptions.NotAuthorizedException, cognito.exceptions.UserNotFoundException):
        _create(cognito, pool_id, password)
        tokens = _authenticate(cognito, client_id, password)
    return {
        "username": USERNAME,
        "password": password,
        "token": tokens["AccessToken"],
        "client_id": client_id,
    }


def valid_token(
    deployment: LocalDeployment,
    operator: dict[str, str],
    cognito: CognitoIdentityProviderClient | None = None,
) -> str:
    """Return an access token of the operator that `sign_in` returned; sign in again if needed."""
    if expires_at(operator["token"]) - time.time() < MIN_SECONDS_LEFT:
        cognito = cognito or client(deployment, "cognito-idp")
        tokens = _authenticate(cognito, operator["client_id"], operator["password"])
        operator["token"] = tokens["AccessToken"]
    return operator["token"]


def expires_at(token: str) -> int:
    """Return when a JWT expires, in Unix seconds."""
    claims = token.split(".")[1]
    return int(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])


def _known_password(deployment: LocalDeployment) -> str:
    outputs = read_object(deployment.outputs_file) or {}
    return str(outputs.get("operator", {}).get("password", ""))


def _create(cognito: CognitoIdentityProviderClient, pool_id: str, password: str) -> None:
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(UserPoolId=pool_id, Username=USERNAME, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=USERNAME, Password=password, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=USERNAME, GroupName=OPERATORS)


def _authenticate(
    cognito: CognitoIdentityProviderClient, client_id: str, password: str
) -> AuthenticationResultTypeTypeDef:
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": USERNAME, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]
