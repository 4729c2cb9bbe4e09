"""Ship a production site with the project's commands: prepare, deploy, change, delete."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local import directory
from local.clients import client
from local.deployment import ACCOUNT, REGION, ROOT, LocalDeployment
from local.down import down
from local.release import CDK
from local.servers import start_aws

LOCAL = {"LOCAL_DIR": ".cache/prod-stack", "AWS_PORT": "4590", "GRAPH_PORT": "4591"}
FEATURES = {"Guests", "Feed", "Tokens", "Analytics", "Publishing", "Comments"}
ALL = {"Storage", "Api", "Front", "Waf", "Cdn", "Monitoring"} | FEATURES
TABLES = 7


@pytest.fixture(scope="module")
def deployment() -> Iterator[LocalDeployment]:
    """Provide an embedded AWS with nothing in it."""
    empty = LocalDeployment.from_env(LOCAL)
    down(empty)
    directory.mark(empty.directory)
    start_aws(empty)
    yield empty
    down(empty)


def run(deployment: LocalDeployment, *command: str, status: int = 0, **variables: str) -> str:
    """Run a command without a terminal, check its exit status, and return its output."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | deployment.client_env() | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=500,
        check=False,
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def cli(
    deployment: LocalDeployment, command: str, context: str, status: int = 0, **variables: str
) -> str:
    """Run `python -m cli <command> prod` with variables as make passes them."""
    arguments = (sys.executable, "-m", "cli", command, "prod")
    return run(deployment, *arguments, status=status, CONTEXT=context, **variables)


def deployed(deployment: LocalDeployment) -> set[str]:
    """Return the deployed stacks, without the stage in their names."""
    stacks = client(deployment, "cloudformation").describe_stacks()["Stacks"]
    return {
        one["StackName"].removeprefix("daybook-prod-")
        for one in stacks
        if one["StackName"].startswith("daybook-prod-")
    }


def test_production_deploys_changes_and_goes(deployment: LocalDeployment) -> None:
    zone = (
        client(deployment, "route53")
        .create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
        .rpartition("/")[2]
    )
    domain = f"domain_name=photos.example.com hosted_zone_id={zone} hosted_zone_name=example.com"
    site = "alarm_email=oncall@example.com site_name='Anna & Bob' cdn=true"
    whole = f"account={ACCOUNT} region={REGION} {site} {domain}"

    # The preflight names what is missing. The embedded AWS has a new account's concurrency limit.
    reported = cli(deployment, "deploy", whole, status=1)
    assert "make bootstrap STAGE=prod" in reported
    assert "reserve_concurrency=false" in reported
    cli(deployment, "bootstrap", whole)
    whole += " reserve_concurrency=false"
    assert "not done" not in cli(deployment, "deploy", whole)
    assert deployed(deployment) == ALL

    # A second deployment changes nothing.
    second = cli(deployment, "deploy", whole)
    for stack in ALL:
        assert f"daybook-prod/{stack} (daybook-prod-{stack}) (no changes)" in second
    assembly = str(ROOT / ".cache" / "cdk.out-prod")
    difference = run(deployment, CDK, "diff", "daybook-prod/*", "--app", assembly)
    assert "Number of stacks with differences: 0" in difference

    # Without the CDN and a feature: the preflight names what is left over afterwards.
    less = whole.replace("cdn=true", "features=guests,feed,analytics,publishing,comments")
    assert 'PARTS="Cdn Waf Tokens" CONFIRM=prod' in cli(deployment, "deploy", less)
    cli(deployment, "destroy", less, PARTS="Cdn Waf Tokens", CONFIRM="prod")
    assert deployed(deployment) == ALL - {"Cdn", "Waf", "Tokens"}

    # Everything goes, except what holds data.
    assert "Will stay: Storage." in cli(deployment, "destroy", less, status=1)
    cli(deployment, "destroy", less, CONFIRM="prod")
    assert deployed(deployment) == {"Storage"}
    assert len(client(deployment, "dynamodb").list_tables()["TableNames"]) == TABLES
