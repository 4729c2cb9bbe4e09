"""The operators of a site, who sign in with the user pool of its API."""

from __future__ import annotations

import re

from cli.aws import ClientOf
from cli.deployed import API
from cli.errors import UsageError
from cli.site import stack_of
from lambdas.api.settings import OPERATORS
from stacks.config import StageConfig

NEXT_STEPS = """{email} is an operator of {stage}. {invitation}

First sign-in, with the password of that mail:
  aws cognito-idp initiate-auth --region {region} --client-id {client_id} \\
    --auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME={email},PASSWORD=...
answers NEW_PASSWORD_REQUIRED: choose a password of at least 12 characters with upper and lower
case, digits and symbols, and answer with `aws cognito-idp respond-to-auth-challenge`.
{second_factor}
The AccessToken of the last answer signs requests, as `Authorization: Bearer <AccessToken>`,
for 15 minutes."""
SECOND_FACTOR = """
Second factor: the next challenge is MFA_SETUP.
  1. `aws cognito-idp associate-software-token --session ...` answers a SecretCode. Add it to an
     authenticator app (time-based, 6 digits).
  2. `aws cognito-idp verify-software-token --session ... --user-code <code of the app>`
  3. Answer MFA_SETUP with the session of step 2. Later sign-ins ask for a code
     (SOFTWARE_TOKEN_MFA).
Without the app this operator cannot sign in: keep the SecretCode in a safe place.
"""
NO_SECOND_FACTOR = """
This stage has no second factor (operator_mfa=false).
"""


def create_operator(config: StageConfig, email: str, client_of: ClientOf) -> str:
    """Create an operator, or add an existing user to the group, and return what to do next.

    Cognito sends the temporary password by mail. Raises UsageError for an invalid address,
    CommandError if the stage is not deployed.
    """
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise UsageError(f"{email!r} is not an email address")
    outputs = stack_of(config, API, client_of).outputs
    cognito, pool = client_of("cognito-idp"), outputs["UserPoolId"]
    username = _username(email)
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=username,
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
            DesiredDeliveryMediums=["EMAIL"],
        )
        invitation = "Cognito has mailed a temporary password, which is valid for 7 days."
    except cognito.exceptions.UsernameExistsException:
        invitation = "The user existed already and keeps its password."
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=OPERATORS)
    return NEXT_STEPS.format(
        email=email,
        stage=config.stage,
        region=config.region,
        client_id=outputs["UserPoolClientId"],
        invitation=invitation,
        second_factor=SECOND_FACTOR if config.operator_mfa else NO_SECOND_FACTOR,
    )


def _username(email: str) -> str:
    # Where an email address is an alias, the name itself must not look like one.
    return email.lower().replace("@", "-at-")
