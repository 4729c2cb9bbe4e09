"""Production, edge and domain included, deployed into an embedded AWS of its own; nothing but values of the stage is another."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.clients import client
from local.down import down
from local.place import ACCOUNT, REGION, ROOT, Place
from local.up import CDK, start_aws

LOCAL = {"LOCAL_DIR": ".cache/prod-stack", "AWS_PORT": "4590", "GRAPH_PORT": "4591"}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    made = Place.from_env(LOCAL)
    down(made, keep=False)
    made.directory.mkdir(parents=True, exist_ok=True)
    start_aws(made)
    yield made
    down(made, keep=False)


def cdk(place: Place, *arguments: str, cwd: Path = ROOT) -> str:
    """Runs the stock CLI; what it said."""
    done = subprocess.run([CDK, *arguments], cwd=cwd, env=place.client_env(), capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def test_production_deploys_and_a_second_deployment_changes_nothing(place: Place) -> None:
    zone = client(place, "route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    domain = {"domain_name": "photos.example.com", "hosted_zone_id": zone, "hosted_zone_name": "example.com"}
    # The libraries of the host, which are there already: the functions are not called here.
    values = {"stage": "prod", "account": ACCOUNT, **domain, "alarm_email": "oncall@example.com", "edge": "true", "bundle_for": "host"}
    context = [part for name, value in values.items() for part in ("-c", f"{name}={value}")]
    assembly = str(place.directory / "cdk.out")
    cdk(place, "bootstrap", f"aws://{ACCOUNT}/{REGION}", cwd=place.directory)

    first = cdk(place, "deploy", "daybook-prod/*", "--require-approval", "never", "--concurrency", "4", "--output", assembly, *context)
    second = cdk(place, "deploy", "daybook-prod/*", "--require-approval", "never", "--concurrency", "4", "--app", assembly)
    difference = cdk(place, "diff", "daybook-prod/*", "--app", assembly)

    stacks = {"Storage", "Api", "Guests", "Feed", "Tokens", "Front", "Shield", "Edge", "Monitoring"}
    for stack in stacks:
        assert f"daybook-prod/{stack} (daybook-prod-{stack})" in first
        assert f"daybook-prod/{stack} (daybook-prod-{stack}) (no changes)" in second
    assert "Number of stacks with differences: 0" in difference
