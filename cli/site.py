"""A deployed site: what its functions were told, so that a command uses the very same tables, keys and secrets."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.deployment import config_of
from local.deployment import LocalDeployment


@dataclass(frozen=True)
class Site:
    """One stage in the account of the credentials at hand."""

    stage: str
    environment: dict[str, str]


def enter_site(stage: str) -> Site:
    """Takes what the deployed function `tokens.operate` was told into this process's environment; stops with one line if there is none."""
    if stage == "local":
        _use_local_aws()
    else:
        # The stage's region, whatever the shell's is.
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = config_of(stage).region
    region = os.environ["AWS_REGION"]
    try:
        name = _function_name(f"daybook-{stage}-Tokens")
        found: dict[str, Any] = boto3.client("lambda").get_function_configuration(FunctionName=name)
        environment: dict[str, str] = found.get("Environment", {}).get("Variables") or {}
        if not environment:
            # Lambda says why in place of the variables, such as that the caller may not decrypt them.
            why = (
                found.get("Environment", {})
                .get("Error", {})
                .get("Message", "its settings are empty")
            )
            raise LookupError(
                f"{why} (the caller needs kms:Decrypt on the stage's SettingsKey; see docs/deployment.md)"
            )
    except (BotoCoreError, ClientError, LookupError) as error:
        sys.exit(
            f'daybook: the stage {stage} cannot be read in {region} (another region: CONTEXT="region=..."): {error}'
        )
    # The functions' log lines would stand between the answers.
    os.environ.update(environment | {"POWERTOOLS_LOG_LEVEL": "CRITICAL"})
    return Site(stage, environment)


def _function_name(stack: str) -> str:
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=stack)[
        "StackResources"
    ]
    for resource in resources:
        if resource["ResourceType"] == "AWS::Lambda::Function" and resource[
            "LogicalResourceId"
        ].startswith("Operate"):
            return resource["PhysicalResourceId"]
    raise LookupError(f"{stack} has no function `operate`")


def _use_local_aws() -> None:
    deployment = LocalDeployment.from_env(os.environ)
    if not deployment.outputs_file.exists():
        sys.exit("daybook: nothing is deployed locally; `make up` does that")
    url = json.loads(deployment.outputs_file.read_text())["aws_endpoint_url"]
    os.environ.update(
        {name: value for name, value in deployment.client_env().items() if name.startswith("AWS_")}
        | {"AWS_ENDPOINT_URL": url}
    )
