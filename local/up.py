"""`make up`: a running local deployment, whatever was there before."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import processes
from local.clients import client
from local.deployment import ACCOUNT, REGION, ROOT, STAGE, LocalDeployment
from local.graph.data import ACCOUNT_ID, APPS, TOKEN
from local.graph.state import CALLBACK
from local.operators import sign_in
from local.outputs import collect
from local.release import first_look
from local.sample import SAMPLE_EVENT, draw_sample_photos, pictures_of_folder
from local.uploads import upload_all
from stacks.context import pairs_of
from stacks.validation import ConfigError

READY_SECONDS = 30.0
DEPLOY_SECONDS = 600.0
# The stacks whose functions may be handed the bootstrap token.
WITH_BOOTSTRAP = ("Feed", "Tokens")
# With CONTEXT="edge=true". Nothing resolves the name: local/aws/edge.py has a path for it.
ZONE = "daybook.example"
DOMAIN = f"photos.{ZONE}"
CDK = str(ROOT / "node_modules" / ".bin" / "cdk")


def up(deployment: LocalDeployment, photos: str | None, event_id: str | None) -> None:
    """Starts what is not running, deploys what changed, loads the sample, prints the addresses."""
    started = time.monotonic()
    pictures = pictures_of_folder(Path(photos)) if photos else draw_sample_photos()
    deployment.directory.mkdir(parents=True, exist_ok=True)
    with step("Starting the embedded AWS"):
        start_aws(deployment)
    if deployment.graph_base is None:
        with step("Starting the Graph emulator"):
            start_graph(deployment)
    with step("Deploying with the CDK CLI"):
        deploy(deployment)
    outputs = collect(deployment)
    with step("Signing the operator in"):
        outputs["operator"] = sign_in(
            deployment, outputs.pop("user_pool_id"), outputs.pop("user_pool_client_id")
        )
    with step("Filling the app secret in"):
        configure_app(deployment, outputs)
    deployment.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")
    event_id = event_id or SAMPLE_EVENT
    results, state = {}, "left out"
    if "Guests.View" in outputs["functions"]:
        with step(f"Loading pictures into the event {event_id}"):
            results = upload_all(outputs["guest_url"], event_id, pictures)
    if {"Guests.View", "Feed.Refresh"} <= outputs["functions"].keys():
        with step("Reading the event's Instagram posts"):
            state = wait_for_posts(outputs["guest_url"], event_id)
    for name, outcome in results.items():
        if outcome not in ("shown", "duplicate"):
            print(f"  {name}: {outcome}")
    operator = outputs["operator"]
    print(
        f"\nUp in {time.monotonic() - started:.0f} s. Instagram: {state}.\n"
        f"  The page:  {outputs['guest_url']}/g/{event_id}\n"
        f"  The API:   {outputs['api_url']}\n"
        f"  Graph:     {outputs['graph_url']}\n"
        f"  AWS:       {outputs['aws_endpoint_url']}\n"
        f"  Operator:  {operator['username']} / {operator['password']}\n"
        f"  All names: {deployment.outputs_file}\n"
        "`make down` stops it."
    )


def start_aws(deployment: LocalDeployment) -> None:
    """Starts MiniStack through the project's launcher, with IAM enforced, unless it runs already."""
    if listening(deployment.aws_port, deployment, "AWS_PORT"):
        return
    temporary = deployment.directory / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    env = deployment.server_env() | {
        "GATEWAY_PORT": str(deployment.aws_port),
        "BIND_HOST": "127.0.0.1",
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": "32",
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(deployment.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(deployment.state / "s3"),
        "IAM_CALLS_FILE": str(deployment.iam_calls),
    }
    processes.start(
        "aws", [str(ROOT / ".cache" / "aws" / "bin" / "python"), "-m", "local.aws"], env, deployment
    )
    wait_until(lambda: answers(f"{deployment.aws_url}/_ministack/health"), deployment, "aws")


def start_graph(deployment: LocalDeployment) -> None:
    """Starts the Graph emulator unless it runs already."""
    if listening(deployment.graph_port, deployment, "GRAPH_PORT"):
        return
    command = [sys.executable, "-m", "local.graph", "--port", str(deployment.graph_port)]
    processes.start("graph", command, deployment.server_env(), deployment)
    wait_until(lambda: answers(deployment.graph_url), deployment, "graph")


def listening(port: int, deployment: LocalDeployment, variable: str) -> bool:
    """Whether the deployment itself listens on a port. Stops if somebody else does."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)):
            return False
    owner = processes.port_owner(port)
    if owner and owner.pid in {process.pid for process in processes.ours(deployment)}:
        return True
    who = f"{owner.name()} (process {owner.pid})" if owner else "another program"
    sys.exit(
        f"daybook: port {port} is in use by {who}. Stop it, or choose another port: make up {variable}={port + 100}"
    )


def deploy(deployment: LocalDeployment) -> None:
    """Bootstraps and deploys with the stock CDK CLI."""
    env, log = deployment.client_env(), deployment.directory / "logs" / "deploy.log"
    log.unlink(missing_ok=True)
    # Outside the checkout, whose cdk.json would make the CLI synthesise everything first.
    bootstrap = [CDK, "bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    processes.run(bootstrap, env, log, seconds=DEPLOY_SECONDS, cwd=deployment.directory)
    command = [
        CDK,
        "deploy",
        f"{STAGE}/*",
        "--require-approval",
        "never",
        "--concurrency",
        "4",
        "--output",
        str(assembly(deployment)),
    ]
    settings = context(deployment)
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    wanted = settings.get("features", "feed,tokens").split(",")
    given = [
        f"{STAGE}-{feature}:{name}={value}"
        for feature in WITH_BOOTSTRAP
        if feature.lower() in wanted
        for name, value in parameters(deployment).items()
    ]
    command += [part for parameter in given for part in ("--parameters", parameter)]
    processes.run(command, env, log, seconds=DEPLOY_SECONDS)


def assembly(deployment: LocalDeployment) -> Path:
    """Where the synthesised application lies; it is kept over `make down`, since the libraries in it take a while to install."""
    return ROOT / ".cache" / f"cdk.out-{deployment.directory.name.lstrip('.')}"


def context(deployment: LocalDeployment) -> dict[str, str]:
    """The stage's settings, and what `CONTEXT="name=value ..."` overrides."""
    try:
        given = dict(pairs_of(os.environ.get("CONTEXT", "")))
    except ConfigError as error:
        sys.exit(f"daybook: {error}")
    own = {
        "stage": "local",
        "public_url": deployment.public_url,
        "graph_base": deployment.graph_url,
    }
    return own | (cdn_settings(deployment) if given.get("edge") == "true" else {}) | given


def cdn_settings(deployment: LocalDeployment) -> dict[str, str]:
    """What an edge needs: a domain and its zone, which is made in the embedded AWS if it is not there, and the address that leads to it."""
    zones = client(deployment, "route53")
    known = {
        zone["Name"].rstrip("."): zone["Id"] for zone in zones.list_hosted_zones()["HostedZones"]
    }
    zone = (
        known.get(ZONE)
        or zones.create_hosted_zone(Name=ZONE, CallerReference="local")["HostedZone"]["Id"]
    )
    domain = {
        "domain_name": DOMAIN,
        "hosted_zone_name": ZONE,
        "hosted_zone_id": zone.rpartition("/")[2],
    }
    return {**domain, "public_url": f"{deployment.aws_url}/_aws/cloudfront/{DOMAIN}"}


def parameters(deployment: LocalDeployment) -> dict[str, str]:
    """The bootstrap token: the caller's, or, with the project's own emulator, the one that it knows."""
    token = os.environ.get("IG_ACCESS_TOKEN") or os.environ.get("INSTAGRAM_ACCESS_TOKEN")
    account = os.environ.get("IG_USER_ID")
    if token or deployment.graph_base:
        return {"BootstrapToken": token or "", "BootstrapAccount": account or ""}
    return {"BootstrapToken": TOKEN, "BootstrapAccount": account or ACCOUNT_ID}


def configure_app(deployment: LocalDeployment, outputs: dict[str, Any]) -> None:
    """The apps of the Graph emulator (and of whatever stands in for it), their redirect address, and the first look at the tokens."""
    secrets = client(deployment, "secretsmanager")
    known = json.loads(secrets.get_secret_value(SecretId=outputs["app_secret"])["SecretString"])
    secrets.put_secret_value(SecretId=outputs["app_secret"], SecretString=json.dumps(known | APPS))
    if deployment.graph_base is None:
        redirects = [f"{outputs['api_url']}/instagram/callback", CALLBACK]
        for app_id in (APPS["instagram_app_id"], APPS["meta_app_id"]):
            body = json.dumps({"id": app_id, "redirect_uris": redirects}).encode()
            urllib.request.urlopen(f"{deployment.graph_url}/_control/app", body, timeout=10).close()
    if sweep_queue := outputs["queues"].get("Tokens.SweepQueue"):
        first_look(client(deployment, "sqs"), sweep_queue)


def wait_for_posts(guest_url: str, event_id: str) -> str:
    """Looks at the event until its posts have been read and their pictures copied, and tells the state."""
    deadline, state = time.monotonic() + READY_SECONDS, "unknown"
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{guest_url}/g/{event_id}/photos?limit=100") as answer:
            timeline = json.load(answer)
        state = timeline["instagram"]["state"]
        copied = all(item["width"] or not item["urls"] for item in timeline["items"])
        if state != "stale" and copied:
            break
        time.sleep(0.5)
    return str(state)


def answers(url: str) -> bool:
    """Whether something speaks HTTP there."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_until(ready: Callable[[], bool], deployment: LocalDeployment, name: str) -> None:
    """Waits for a process to be ready; stops with its log if it is not in time."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            log = deployment.directory / "logs" / f"{name}.log"
            sys.exit(
                f"{log.read_text(errors='replace')[-4000:]}\n\ndaybook: {name} did not start within {READY_SECONDS:.0f} s"
            )
        time.sleep(0.1)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Says what is being done, and how long it took."""
    print(f"{text} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)
