"""Creating an operator."""

from __future__ import annotations

import boto3
import pytest

from cli.aws import clients_of
from cli.errors import CommandError, UsageError
from cli.operators import create_operator
from stacks.config import StageConfig
from tests.cli.conftest import QUEUE, create_stack, stage

pytestmark = pytest.mark.usefixtures("moto_aws")
EMAIL = "me@example.com"


@pytest.fixture
def pool(moto_aws: None) -> str:  # noqa: ARG001
    cognito = boto3.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="operators")["UserPool"]["Id"]
    cognito.create_group(UserPoolId=pool_id, GroupName="operators")
    outputs = {"UserPoolId": pool_id, "UserPoolClientId": "client-1"}
    create_stack("daybook-dev-Api", {"One": QUEUE}, outputs)
    return pool_id


def create(config: StageConfig, email: str = EMAIL) -> str:
    return create_operator(config, email, clients_of(config))


def members(pool: str) -> list[str]:
    cognito = boto3.client("cognito-idp")
    users = cognito.list_users_in_group(UserPoolId=pool, GroupName="operators")["Users"]
    return [attribute["Value"] for user in users for attribute in user["Attributes"]]


def test_an_operator_is_created(pool: str) -> None:
    text = create(stage())

    assert EMAIL in members(pool)
    assert "temporary password" in text
    assert "client-1" in text


def test_an_existing_user_becomes_an_operator(pool: str) -> None:
    create(stage())

    assert "existed already" in create(stage())

    assert members(pool).count(EMAIL) == 1


@pytest.mark.parametrize(("mfa", "step"), [("true", "MFA_SETUP"), ("false", "no second factor")])
@pytest.mark.usefixtures("pool")
def test_the_second_factor_is_explained(mfa: str, step: str) -> None:
    assert step in create(stage(operator_mfa=mfa))


@pytest.mark.parametrize("email", ["me", "me@", "@example.com", "a b@example.com"])
def test_a_wrong_address_is_usage(email: str) -> None:
    with pytest.raises(UsageError, match="not an email address"):
        create(stage(), email)


def test_an_undeployed_stage_is_named() -> None:
    with pytest.raises(CommandError, match="Api of dev is not deployed"):
        create(stage())
