"""Lambda's limit of concurrent executions, of which some functions reserve a part."""

from __future__ import annotations

from collections.abc import Iterator

from cli.aws import ClientOf
from cli.deployed import deployed_stacks, resources_of
from cli.preflight.finding import Finding
from stacks.config import StageConfig
from stacks.feature_classes import reserved_concurrency

# What Lambda leaves unreserved in every account.
UNRESERVED = 100
FUNCTION = "AWS::Lambda::Function"


def lambda_concurrency(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check that the account can reserve what the stage's features declare.

    What this stage has reserved already is its own; what another stage has reserved is not.
    """
    limits = client_of("lambda").get_account_settings()["AccountLimit"]
    limit, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    wanted = reserved_concurrency(config.features) if config.reserve_concurrency else 0
    more = wanted - _held(config, client_of) if wanted else 0
    lacking = UNRESERVED + more - free if more > 0 else 0
    advice = (
        f"Ask for a limit of {limit + lacking} or more (Service Quotas, Lambda), "
        "or set reserve_concurrency=false."
    )
    observed = f"limit {limit}, {free} of it unreserved"
    yield Finding("Lambda concurrency", observed, advice if lacking > 0 else None)


def _held(config: StageConfig, client_of: ClientOf) -> int:
    functions, held = client_of("lambda"), 0
    for stack in deployed_stacks(config, client_of):
        if stack.region == config.region:
            for _, name in resources_of(stack, FUNCTION, client_of):
                answer = functions.get_function_concurrency(FunctionName=name)
                held += int(answer.get("ReservedConcurrentExecutions", 0))
    return held
