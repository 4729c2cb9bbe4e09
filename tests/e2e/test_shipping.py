"""Production shipped by the project's own commands into an embedded AWS of its own: prepared, deployed, changed, taken down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.clients import client
from local.deployment import ACCOUNT, REGION, ROOT, LocalDeployment
from local.down import down
from local.up import CDK, start_aws

LOCAL = {"LOCAL_DIR": ".cache/prod-stack", "AWS_PORT": "4590", "GRAPH_PORT": "4591"}
ALL = {"Storage", "Api", "Guests", "Feed", "Tokens", "Front", "Shield", "Edge", "Monitoring"}


@pytest.fixture(scope="module")
def deployment() -> Iterator[LocalDeployment]:
    made = LocalDeployment.from_env(LOCAL)
    down(made, keep=False)
    made.directory.mkdir(parents=True, exist_ok=True)
    start_aws(made)
    yield made
    down(made, keep=False)


def run(deployment: LocalDeployment, *command: str, status: int = 0, **variables: str) -> str:
    """Runs a command as nobody at a terminal would; what it said."""
    env = os.environ | deployment.client_env() | variables
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=500,
        check=False,
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def make(
    deployment: LocalDeployment, target: str, context: str, status: int = 0, **variables: str
) -> str:
    """`make <target> STAGE=prod`."""
    return run(
        deployment,
        sys.executable,
        "-m",
        "local",
        target,
        "prod",
        status=status,
        CONTEXT=context,
        **variables,
    )


def deployed(deployment: LocalDeployment) -> set[str]:
    stacks = client(deployment, "cloudformation").describe_stacks()["Stacks"]
    return {
        one["StackName"].removeprefix("daybook-prod-")
        for one in stacks
        if one["StackName"].startswith("daybook-prod-")
    }


def test_a_sites_life_in_production(deployment: LocalDeployment) -> None:
    zone = (
        client(deployment, "route53")
        .create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
        .rpartition("/")[2]
    )
    domain = f"domain_name=photos.example.com hosted_zone_id={zone} hosted_zone_name=example.com"
    whole = f"account={ACCOUNT} region={REGION} alarm_email=oncall@example.com site_name='Anna & Bob' {domain} edge=true"

    # Nothing is prepared, and it says so: the embedded AWS has a new account's limit of concurrency, too.
    said = make(deployment, "deploy", whole, status=1)
    assert "make bootstrap STAGE=prod" in said
    assert "reserve_concurrency=false" in said
    make(deployment, "bootstrap", whole)
    whole += " reserve_concurrency=false"
    assert "not done" not in make(deployment, "deploy", whole)
    assert deployed(deployment) == ALL

    # A second time nothing changes.
    second = make(deployment, "deploy", whole)
    for stack in ALL:
        assert f"daybook-prod/{stack} (daybook-prod-{stack}) (no changes)" in second
    difference = run(
        deployment, CDK, "diff", "daybook-prod/*", "--app", str(ROOT / ".cache" / "cdk.out-prod")
    )
    assert "Number of stacks with differences: 0" in difference

    # Without its edge, and without a feature: what is in the way is named, and what is left over.
    less = whole.replace("edge=true", "features=guests,feed")
    assert 'PARTS="Edge Shield Tokens" CONFIRM=prod' in make(deployment, "deploy", less, status=1)
    make(deployment, "destroy", less, PARTS="Edge Shield", CONFIRM="prod")
    assert 'PARTS="Tokens" CONFIRM=prod' in make(deployment, "deploy", less)
    make(deployment, "destroy", less, PARTS="Tokens", CONFIRM="prod")
    assert deployed(deployment) == ALL - {"Edge", "Shield", "Tokens"}

    # Down, but for what holds data.
    assert "Will stay: Storage." in make(deployment, "destroy", less, status=1)
    make(deployment, "destroy", less, CONFIRM="prod")
    assert deployed(deployment) == {"Storage"}
    assert len(client(deployment, "dynamodb").list_tables()["TableNames"]) == 3
