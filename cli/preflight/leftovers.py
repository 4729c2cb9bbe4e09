"""What former deployments left: stacks that are no longer wanted or were never finished."""

from __future__ import annotations

from collections.abc import Iterator

from cli.aws import ClientOf
from cli.deployed import (
    API,
    CDN,
    CDN_ALARMS,
    FIREWALL,
    FRONT,
    MONITORING,
    STORAGE,
    deployed_stacks,
)
from cli.preflight.finding import Finding
from stacks.config import StageConfig


def left_over_stacks(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name the stacks of what the settings no longer contain: deploying leaves them as they are."""
    wanted = {STORAGE, API, FRONT, MONITORING, *(one.capitalize() for one in config.features)}
    wanted |= {CDN, CDN_ALARMS, FIREWALL} if config.cdn else set()
    left = [stack.part for stack in deployed_stacks(config, client_of) if stack.part not in wanted]
    if not left:
        return
    command = destroy_command(config, *left)
    yield Finding("Left over", f"{', '.join(left)}; after this deployment: {command}")


def half_made_stacks(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name protected stacks whose first deployment failed.

    CloudFormation cannot change them, and the CDK cannot delete a protected one.
    """
    for stack in deployed_stacks(config, client_of):
        if stack.half_made and stack.protected:
            command = destroy_command(config, stack.part)
            observed = f"the first deployment of {stack.part} failed"
            yield Finding("Half made", observed, f"Nothing was in use yet: {command}")


def other_domain(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name a CDN of another domain: a certificate that is in use cannot be replaced."""
    stacks = deployed_stacks(config, client_of)
    alarms = [stack.part for stack in stacks if stack.part == CDN_ALARMS]
    for stack in stacks:
        domain = stack.outputs.get("Domain")
        if stack.part == CDN and config.cdn and domain not in (None, config.domain_name):
            command = destroy_command(config, *alarms, CDN, FIREWALL)
            advice = f"Deploy with cdn=false, which frees the domain, then delete it: {command}"
            yield Finding("CDN", f"it serves {domain}", advice)


def destroy_command(config: StageConfig, *parts: str) -> str:
    """Return the command that deletes some of a stage's stacks."""
    named = f'"{" ".join(parts)}"'
    return f"make destroy STAGE={config.stage} PARTS={named} CONFIRM={config.stage}"
