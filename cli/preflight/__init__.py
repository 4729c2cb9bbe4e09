"""What a deployment needs before it begins: everything that is missing is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws import ClientOf, short
from cli.features import Check, deployed_features
from cli.preflight.account import (
    bootstrap_stacks,
    cdk_cli,
    cloudfront_account,
    credentials,
    pager_of_cdn,
)
from cli.preflight.concurrency import lambda_concurrency
from cli.preflight.delegation import name_servers, zone_delegation
from cli.preflight.domain import (
    certificate_authority,
    delegated_names,
    hosted_zone,
    records_in_the_way,
    taken_names,
)
from cli.preflight.finding import Finding
from cli.preflight.leftovers import half_made_stacks, left_over_stacks, other_domain
from stacks.config import StageConfig

NameServersOf = Callable[[str], frozenset[str] | None]


def preflight(
    config: StageConfig,
    root: Path,
    client_of: ClientOf,
    name_servers_of: NameServersOf = name_servers,
) -> list[Finding]:
    """Check everything that deploying the stage from the checkout `root` needs.

    Without working credentials nothing else can be checked. `name_servers_of` asks public DNS for
    a domain's name servers, and returns None if it cannot.
    """
    first = [credentials(config, client_of), cdk_cli(root)]
    if first[0].missing:
        return first
    checks: list[Check] = [
        bootstrap_stacks,
        hosted_zone,
        partial(zone_delegation, name_servers_of=name_servers_of),
        delegated_names,
        records_in_the_way,
        certificate_authority,
        taken_names,
        cloudfront_account,
        pager_of_cdn,
        left_over_stacks,
        half_made_stacks,
        other_domain,
        lambda_concurrency,
        *(check for feature in deployed_features(config) for check in feature.checks),
    ]
    return first + [finding for check in checks for finding in _findings(check, config, client_of)]


def _findings(check: Check, config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    try:
        yield from check(config, client_of)
    except (BotoCoreError, ClientError) as error:
        name = getattr(check, "func", check).__name__.replace("_", " ").capitalize()
        advice = "The credentials may not read this: see the deploy role in docs/deployment.md."
        yield Finding(name, short(error), advice)
