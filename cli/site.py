"""A deployed site: where its AWS is, and what its functions were configured with."""

from __future__ import annotations

import os
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import ClientOf, clients_of, short
from cli.deployed import Deployed, deployed_stacks, resources_of
from cli.errors import CommandError
from stacks.config import StageConfig


def clients_of_stage(config: StageConfig) -> ClientOf:
    """Return the clients of a stage, in local mode those of the embedded AWS.

    The process's environment follows, for code that builds its clients from it.
    """
    if config.stage == "local":
        _use_embedded_aws()
    else:
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = config.region
    return clients_of(config)


def stack_of(config: StageConfig, part: str, client_of: ClientOf) -> Deployed:
    """Return one of the stage's stacks. Raises CommandError if it is not deployed."""
    try:
        present = deployed_stacks(config, client_of)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(
            f"the stage {config.stage} cannot be read in {config.region}: {short(error)}"
        ) from None
    for stack in present:
        if stack.part == part:
            return stack
    raise CommandError(
        f"{part} of {config.stage} is not deployed in {config.region} "
        "(for another region use --context region=...)"
    )


def function_environment(
    config: StageConfig, part: str, function: str, client_of: ClientOf
) -> Mapping[str, str]:
    """Return the environment of a deployed function; `function` begins its logical id.

    A command then uses the very same tables, keys and secrets. Raises CommandError.
    """
    stack = stack_of(config, part, client_of)
    functions = resources_of(stack, "AWS::Lambda::Function", client_of)
    name = next((name for logical_id, name in functions if logical_id.startswith(function)), None)
    if name is None:
        raise CommandError(f"{stack.name} has no function {function}")
    answer = client_of("lambda").get_function_configuration(FunctionName=name)
    environment = answer.get("Environment", {})
    if variables := environment.get("Variables"):
        return dict(variables)
    # Lambda gives the reason in place of the variables, such as a decryption that is not allowed.
    reason = environment.get("Error", {}).get("Message", "they are empty")
    raise CommandError(
        f"the settings of {name} in {config.region} cannot be read: {reason} "
        "(the caller needs kms:Decrypt on the stage's SettingsKey, see docs/deployment.md)"
    )


def _use_embedded_aws() -> None:
    from local.deployment import LocalDeployment, forget_aws_settings
    from local.files import read_object

    deployment = LocalDeployment.from_env(os.environ)
    outputs = read_object(deployment.outputs_file)
    if outputs is None:
        raise CommandError("nothing is deployed locally: run `make up`")
    forget_aws_settings(os.environ)
    for name, value in deployment.client_env().items():
        if name.startswith("AWS_"):
            os.environ[name] = value
    os.environ["AWS_ENDPOINT_URL"] = outputs["aws_endpoint_url"]
