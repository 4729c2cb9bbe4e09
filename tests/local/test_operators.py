"""Test that an operator of a local deployment stays signed in."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, cast

import pytest

from local import operators
from local.deployment import LocalDeployment

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

DEPLOYMENT = LocalDeployment.from_env({})


def token(seconds: int) -> str:
    """Return an unsigned JWT that expires after some seconds."""
    claims = json.dumps({"exp": int(time.time()) + seconds}).encode()
    return f"head.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


class FakeCognito:
    """Signs in everyone, and counts how often."""

    sign_ins = 0

    def initiate_auth(self, **_: object) -> dict[str, dict[str, str]]:
        self.sign_ins += 1
        return {"AuthenticationResult": {"AccessToken": token(900)}}


@pytest.mark.parametrize(("seconds", "sign_ins"), [(900, 0), (30, 1), (-30, 1)])
def test_expiring_tokens_are_replaced(seconds: int, sign_ins: int) -> None:
    cognito = FakeCognito()
    operator = {"token": token(seconds), "client_id": "client", "password": "password"}

    for _ in range(2):
        found = operators.valid_token(
            DEPLOYMENT, operator, cast("CognitoIdentityProviderClient", cognito)
        )

    assert cognito.sign_ins == sign_ins
    assert operators.expires_at(found) > time.time() + 120
