"""What a deployment needs before it begins: says what is missing, all of it, in one go."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.removal import client_in, deployed_stacks
from stacks.config import StageConfig

# What the CDK's libraries of this version ask for. Source: DefaultStackSynthesizer, MIN_BOOTSTRAP_STACK_VERSION, and the CLI's changelog.
MIN_BOOTSTRAP = 6
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
# What stays unreserved in any account (100) and what each feature reserves. A test adds the templates' numbers up.
RESERVED = {"guests": 20, "feed": 12, "tokens": 22}
UNRESERVED = 100


ClientOf = Callable[..., Any]
"""The SDK's client of a service, in the stage's region or another one."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `missing` is what to do; None if all is well."""

    what: str
    told: str
    missing: str | None = None

    def to_text(self) -> str:
        """As a terminal shows it."""
        return f"{'missing' if self.missing else 'ok     '}  {self.what}: {self.told}" + (
            f"\n         -> {self.missing}" if self.missing else ""
        )


def preflight(config: StageConfig, root: Path, client_of: ClientOf | None = None) -> list[Finding]:
    """Looks at everything that a deployment of the stage needs, with the caller's credentials.

    `client_of` gives the SDK's client of a service; those of the stage's region unless others are given.
    """
    client_of = client_of or partial(_client, config)
    first = _credentials(config, client_of)
    if first.missing:
        return [first, _cli(root)]
    checks: tuple[Callable[[StageConfig, ClientOf], Iterator[Finding]], ...] = (
        _bootstrap,
        _zone,
        _left_over,
        _half_made,
        _other_domain,
        _concurrency,
        _app_secret,
    )
    found = [first, _cli(root)]
    for check in checks:
        try:
            found += check(config, client_of)
        except (BotoCoreError, ClientError) as error:
            name = check.__name__.strip("_").replace("_", " ")
            found.append(
                Finding(
                    name,
                    _short(error),
                    "The credentials may not look at this: see docs/deployment.md, the role that deploys.",
                )
            )
    return found


def _client(config: StageConfig, service: str, region: str | None = None) -> Any:
    return client_in(service, region or config.region)


def _credentials(config: StageConfig, client_of: ClientOf) -> Finding:
    try:
        who = client_of("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        return Finding(
            "Credentials", _short(error), "Sign in to the account, such as by `aws sso login`."
        )
    if config.account and who["Account"] != config.account:
        told = f"they are of account {who['Account']}, the stage is of {config.account}"
        return Finding(
            "Credentials",
            told,
            "Use those of the stage's account, or change the setting `account`.",
        )
    return Finding("Credentials", f"account {who['Account']}, region {config.region}")


def _cli(root: Path) -> Finding:
    wanted = json.loads((root / "package.json").read_text())["devDependencies"]["aws-cdk"]
    try:
        command = [str(root / "node_modules" / ".bin" / "cdk"), "--version"]
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=True
        ).stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return Finding("CDK CLI", "not found", "Run any make target: each installs it.")
    return Finding(
        "CDK CLI",
        told,
        None
        if told == wanted
        else f"Version {wanted} is locked: delete node_modules and run make again.",
    )


def _bootstrap(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    advice = f"make bootstrap STAGE={config.stage}, with the same CONTEXT"
    for region in config.regions:
        ssm, what = client_of("ssm", region), f"CDK bootstrap in {region}"
        try:
            version = int(ssm.get_parameter(Name=BOOTSTRAP_VERSION)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            yield Finding(what, "not done", advice)
            continue
        yield Finding(
            what,
            f"version {version}",
            None if version >= MIN_BOOTSTRAP else f"It is too old: {advice}",
        )


def _zone(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    if not config.domain_name or not config.hosted_zone_id:
        return
    route53 = client_of("route53")
    try:
        name = route53.get_hosted_zone(Id=config.hosted_zone_id)["HostedZone"]["Name"].rstrip(".")
    except route53.exceptions.NoSuchHostedZone:
        yield Finding(
            "Hosted zone",
            f"{config.hosted_zone_id} is not in this account",
            "Give the id of the zone that holds the domain.",
        )
        return
    fits = name == config.hosted_zone_name
    yield Finding(
        "Hosted zone",
        name,
        None if fits else f"hosted_zone_name says {config.hosted_zone_name}: use {name}",
    )


def _left_over(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """What a deployment before this one had and this one has not: deploying leaves it as it is."""
    wanted = {
        "Storage",
        "Api",
        "Front",
        "Monitoring",
        *(feature.capitalize() for feature in config.features),
    }
    wanted |= {"Edge", "Shield"} if config.edge else set()
    left = [stack.part for stack in deployed_stacks(config, client_of) if stack.part not in wanted]
    if not left:
        return
    command = f'make destroy STAGE={config.stage} PARTS="{" ".join(left)}" CONFIRM={config.stage}'
    if "Edge" in left:
        # Its records of the domain are in the way of the API's own.
        yield Finding("Left over", ", ".join(left), f"The domain has to be free first: {command}")
    else:
        yield Finding("Left over", f"{', '.join(left)}; once this is deployed: {command}")


def _half_made(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Stacks whose very first deployment failed. CloudFormation cannot change them, and a protected one the CDK cannot delete."""
    for stack in deployed_stacks(config, client_of):
        if stack.half_made and stack.protected:
            command = f"make destroy STAGE={config.stage} PARTS={stack.part} CONFIRM={config.stage}"
            yield Finding(
                "Half made",
                f"the first deployment of {stack.part} failed",
                f"Nothing was in use yet: {command}",
            )


def _other_domain(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """The certificate of an edge that is in use cannot be replaced by another one's."""
    for stack in deployed_stacks(config, client_of):
        domain = stack.outputs.get("Domain")
        if stack.part == "Edge" and config.edge and domain not in (None, config.domain_name):
            command = (
                f'make destroy STAGE={config.stage} PARTS="Edge Shield" CONFIRM={config.stage}'
            )
            yield Finding(
                "Edge",
                f"it is there for {domain}",
                f"It must go before one for {config.domain_name} can come: {command}",
            )


def _concurrency(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    limits = client_of("lambda").get_account_settings()["AccountLimit"]
    limit, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    # What this stage holds already is its own; what another stage of the account holds is not.
    wanted = (
        sum(RESERVED[feature] for feature in config.features) - _held(config, client_of)
        if config.reserve_concurrency
        else 0
    )
    short = UNRESERVED + wanted - free if wanted > 0 else 0
    advice = f"Ask for {limit + short} or more (Service Quotas, Lambda), or set reserve_concurrency=false."
    yield Finding(
        "Lambda concurrency",
        f"limit {limit}, {free} of it unreserved",
        advice if short > 0 else None,
    )


def _held(config: StageConfig, client_of: ClientOf) -> int:
    cloudformation, functions, held = client_of("cloudformation"), client_of("lambda"), 0
    for stack in deployed_stacks(config, client_of):
        if stack.region != config.region:
            continue
        for one in cloudformation.describe_stack_resources(StackName=stack.name)["StackResources"]:
            if one["ResourceType"] == "AWS::Lambda::Function" and "PhysicalResourceId" in one:
                answer = functions.get_function_concurrency(FunctionName=one["PhysicalResourceId"])
                held += int(answer.get("ReservedConcurrentExecutions", 0))
    return held


def _app_secret(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    cloudformation = client_of("cloudformation")
    try:
        [stack] = cloudformation.describe_stacks(StackName=f"daybook-{config.stage}-Storage")[
            "Stacks"
        ]
    except ClientError:
        yield Finding("App secret", "comes with the first deployment", None)
        return
    arn = next(
        (
            one["OutputValue"]
            for one in stack.get("Outputs", [])
            if one["OutputKey"] == "AppSecretArn"
        ),
        None,
    )
    values = (
        json.loads(client_of("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
        if arn
        else {}
    )
    prefix = "meta" if config.login_type == "facebook" else "instagram"
    filled = bool(values.get(f"{prefix}_app_id") and values.get(f"{prefix}_app_secret"))
    yield Finding(
        "App secret",
        "filled in" if filled else "empty",
        None if filled else f"make app-secret STAGE={config.stage}",
    )


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:160]
