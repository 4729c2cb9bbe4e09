"""The AWS account and the tools: credentials, CDK CLI, bootstrap, CloudFront."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import ClientOf, short
from cli.deployed import CDN, deployed_stacks
from cli.preflight.finding import Finding
from stacks.config import GLOBAL_REGION, StageConfig

# What this version of the CDK asks for: MIN_BOOTSTRAP_STACK_VERSION of its DefaultStackSynthesizer.
MIN_BOOTSTRAP = 6
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
# What CreateDistribution answers to an unverified account. It cannot be checked in advance.
UNVERIFIED = "must be verified"


def credentials(config: StageConfig, client_of: ClientOf) -> Finding:
    """Check that the credentials work and are of the stage's account."""
    try:
        account = client_of("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        return Finding(
            "Credentials", short(error), "Sign in to the account, for example with `aws sso login`."
        )
    if config.account and account != config.account:
        observed = f"they are of account {account}, the stage is of {config.account}"
        advice = "Use credentials of the stage's account, or change the setting `account`."
        return Finding("Credentials", observed, advice)
    return Finding("Credentials", f"account {account}, region {config.region}")


def cdk_cli(root: Path) -> Finding:
    """Check that the CDK CLI is there in the pinned version."""
    wanted = json.loads((root / "package.json").read_text())["devDependencies"]["aws-cdk"]
    command = [str(root / "node_modules" / ".bin" / "cdk"), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        version = done.stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError):
        return Finding("CDK CLI", "not found", "Run `npm ci`.")
    advice = None if version == wanted else f"Version {wanted} is pinned: run `npm ci`."
    return Finding("CDK CLI", version, advice)


def bootstrap_stacks(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check that every region of the stage is prepared for the CDK."""
    advice = f"make bootstrap STAGE={config.stage}, with the same CONTEXT"
    for region in config.regions:
        ssm, what = client_of("ssm", region), f"CDK bootstrap in {region}"
        try:
            version = int(ssm.get_parameter(Name=BOOTSTRAP_VERSION)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            yield Finding(what, "not done", advice)
            continue
        missing = None if version >= MIN_BOOTSTRAP else f"It is too old: {advice}"
        yield Finding(what, f"version {version}", missing)


def pager_of_cdn(config: StageConfig, _: ClientOf) -> Iterator[Finding]:
    """Say so if the pager would hear of all critical alarms but the CDN's."""
    abroad = config.cdn and config.region != GLOBAL_REGION
    if abroad and config.page_topic_arn and not config.cdn_page_topic_arn:
        yield Finding(
            "Pager of the CDN's alarms",
            f"none: page_topic_arn cannot be notified from {GLOBAL_REGION}",
            f"Name a topic in {GLOBAL_REGION} as cdn_page_topic_arn.",
            required=False,
        )


def cloudfront_account(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check whether an earlier deployment failed because AWS has not verified the account."""
    if not config.cdn:
        return
    for stack in deployed_stacks(config, client_of):
        if stack.part == CDN and stack.half_made:
            cloudformation = client_of("cloudformation", stack.region)
            events = cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
            if any(UNVERIFIED in event.get("ResourceStatusReason", "") for event in events):
                yield Finding(
                    "CloudFront account",
                    "AWS has not verified this account for CloudFront",
                    "Ask AWS Support to verify it (a new account's first distribution), "
                    "or deploy without the CDN until then.",
                )
