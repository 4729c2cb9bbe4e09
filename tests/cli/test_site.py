"""What a command reads of a deployed site."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from cli.errors import CommandError
from cli.site import clients_of_stage, function_environment
from tests.cli.conftest import create_stack, function, stage

pytestmark = pytest.mark.usefixtures("moto_aws")
CONFIG = stage(region="eu-central-1")


@pytest.fixture(autouse=True)
def shell() -> Iterator[None]:
    """Keep the shell's region."""
    former = {name: os.environ[name] for name in ("AWS_REGION", "AWS_DEFAULT_REGION")}
    yield
    os.environ.update(former)


def deploy(**variables: str) -> None:
    create_stack("daybook-dev-Tokens", function("Operate", **variables), region="eu-central-1")


def test_the_stages_region_counts() -> None:
    deploy(APP_SECRET_ARN="arn:secret")

    environment = function_environment(CONFIG, "Tokens", "Operate", clients_of_stage(CONFIG))

    assert environment == {"APP_SECRET_ARN": "arn:secret"}
    assert os.environ["AWS_REGION"] == "eu-central-1"


def test_unreadable_settings_are_explained() -> None:
    deploy()

    with pytest.raises(CommandError, match=r"eu-central-1.*kms:Decrypt"):
        function_environment(CONFIG, "Tokens", "Operate", clients_of_stage(CONFIG))


def test_a_missing_stack_is_named() -> None:
    with pytest.raises(CommandError, match="Tokens of dev is not deployed in eu-central-1"):
        function_environment(CONFIG, "Tokens", "Operate", clients_of_stage(CONFIG))


def test_a_missing_function_is_named() -> None:
    deploy(ONE="1")

    with pytest.raises(CommandError, match="no function View"):
        function_environment(CONFIG, "Tokens", "View", clients_of_stage(CONFIG))
