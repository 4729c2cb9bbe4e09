"""Synthesise and deploy with the stock CDK CLI, also after an interrupted deployment."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from local import processes, servers
from local.clients import client
from local.deployment import ACCOUNT, REGION, ROOT, STAGE, LocalDeployment
from local.files import read_json, write_json
from local.graph.data import ACCOUNT_ID, TOKEN
from stacks.context import from_context, pairs_of
from stacks.validation import ConfigError

DEPLOY_SECONDS = 600.0
CHANGE_SECONDS = 120.0
# With a CDN. No DNS server answers for it: local/aws/cdn.py serves it below a path.
ZONE = "daybook.example"
DOMAIN = f"photos.{ZONE}"
CLOUDFRONT = "/_aws/cloudfront"
CDK = str(ROOT / "node_modules" / ".bin" / "cdk")
BOOTSTRAP_TOKEN = "BootstrapToken"  # noqa: S105 (the name of a parameter)
BOOTSTRAP_ACCOUNT = "BootstrapAccount"
# The assets that were complete before a synth began; the file is there until the synth is done.
UNFINISHED = "unfinished.json"


def deploy(deployment: LocalDeployment) -> None:
    """Bootstrap, synthesise and deploy. If it fails, try again from the last snapshot."""
    log = deployment.logs / "deploy.log"
    log.unlink(missing_ok=True)
    settle_stacks(deployment)
    try:
        _deploy(deployment, log)
    except processes.CommandError:
        if not _is_disturbed(deployment):
            raise
        servers.restart_aws(deployment)
        _deploy(deployment, log)


def synthesise(deployment: LocalDeployment, log: Path, cdk: str = CDK) -> None:
    """Synthesise the application. Assets that an interrupted synth left half made are removed."""
    assembly = deployment.assembly
    assembly.mkdir(parents=True, exist_ok=True)
    marker = assembly / UNFINISHED
    try:
        complete = read_json(marker)
    except ValueError:
        complete = []
    assets = {path.name for path in assembly.glob("asset.*")}
    if complete is not None:
        for name in assets - set(complete):
            _remove(assembly / name)
        assets &= set(complete)
    for stale in (*assembly.glob("*.lock"), *assembly.glob("bundling-temp-*")):
        _remove(stale)
    write_json(marker, sorted(assets))
    command = [cdk, "synth", "--quiet", "--no-notices", "--output", str(assembly)]
    for name, value in context(deployment).items():
        command += ["-c", f"{name}={value}"]
    processes.run(command, deployment.install_env(), log, seconds=DEPLOY_SECONDS)
    marker.unlink()


def stacks_with_parameter(assembly: Path, parameter: str) -> list[str]:
    """Return the names of the synthesised stacks whose template has a parameter."""
    names = []
    for manifest in assembly.rglob("manifest.json"):
        for artifact in json.loads(manifest.read_text())["artifacts"].values():
            if artifact["type"] == "aws:cloudformation:stack":
                properties = artifact["properties"]
                template = json.loads((manifest.parent / properties["templateFile"]).read_text())
                if parameter in template.get("Parameters", {}):
                    names.append(properties["stackName"])
    return sorted(names)


def context(deployment: LocalDeployment) -> dict[str, str]:
    """Return the stage's settings, overridden by `CONTEXT="name=value ..."`."""
    given = settings_given()
    own = {
        "stage": "local",
        "public_url": deployment.public_url,
        "graph_base": deployment.graph_url,
        "cloudfront_base": f"{deployment.site_url}{CLOUDFRONT}",
    }
    return own | (cdn_settings(deployment) if _wants_cdn(given) else {}) | given


def settings_given() -> dict[str, str]:
    """Return the settings in `CONTEXT`. Stop with one line if it is not valid."""
    try:
        given = dict(pairs_of(os.environ.get("CONTEXT", "")))
        # The zone is created later; its id is not known yet.
        domain = cdn_domain("Z0") if _wants_cdn(given) else {}
        from_context({"stage": "local", **domain, **given})
    except ConfigError as error:
        sys.exit(f"daybook: {error}")
    return given


def _wants_cdn(given: Mapping[str, str]) -> bool:
    return given.get("cdn", "").lower() == "true"


def cdn_domain(zone_id: str) -> dict[str, str]:
    """Return the settings of the domain of a local site with a CDN."""
    return {"domain_name": DOMAIN, "hosted_zone_name": ZONE, "hosted_zone_id": zone_id}


def cdn_settings(deployment: LocalDeployment) -> dict[str, str]:
    """Return what a CDN needs: a domain, its zone (created if there is none), and its address."""
    zones = client(deployment, "route53")
    known = {
        zone["Name"].rstrip("."): zone["Id"] for zone in zones.list_hosted_zones()["HostedZones"]
    }
    zone = (
        known.get(ZONE)
        or zones.create_hosted_zone(Name=ZONE, CallerReference="local")["HostedZone"]["Id"]
    )
    address = {"public_url": f"{deployment.site_url}{CLOUDFRONT}/{DOMAIN}"}
    return cdn_domain(zone.rpartition("/")[2]) | address


def bootstrap_parameters(deployment: LocalDeployment) -> dict[str, str]:
    """Return the bootstrap token and its account: the caller's, or the included emulator's."""
    token = os.environ.get("IG_ACCESS_TOKEN") or os.environ.get("INSTAGRAM_ACCESS_TOKEN")
    account = os.environ.get("IG_USER_ID")
    if token or deployment.graph_base:
        return {BOOTSTRAP_TOKEN: token or "", BOOTSTRAP_ACCOUNT: account or ""}
    return {BOOTSTRAP_TOKEN: TOKEN, BOOTSTRAP_ACCOUNT: account or ACCOUNT_ID}


def settle_stacks(deployment: LocalDeployment) -> None:
    """Wait until no stack is being changed. One that stays so or failed: back to the snapshot."""
    deadline = time.monotonic() + CHANGE_SECONDS
    while _changing(deployment) and time.monotonic() < deadline:
        time.sleep(0.2)
    if _is_disturbed(deployment):
        servers.restart_aws(deployment)


def _deploy(deployment: LocalDeployment, log: Path) -> None:
    env = deployment.client_env()
    # Outside the checkout: with its cdk.json the CLI would synthesise everything first.
    bootstrap = [CDK, "bootstrap", f"aws://{ACCOUNT}/{REGION}", "--no-notices"]
    processes.run(bootstrap, env, log, seconds=DEPLOY_SECONDS, cwd=deployment.directory)
    synthesise(deployment, log)
    command = [CDK, "deploy", f"{STAGE}/*", "--app", str(deployment.assembly), "--no-notices"]
    command += ["--require-approval", "never", "--concurrency", "4"]
    for name, value in bootstrap_parameters(deployment).items():
        for stack in stacks_with_parameter(deployment.assembly, name):
            command += ["--parameters", f"{stack}:{name}={value}"]
    processes.run(command, env, log, seconds=DEPLOY_SECONDS)


def _is_disturbed(deployment: LocalDeployment) -> bool:
    """Whether a stack is stuck or failed in a way that the CDK CLI cannot deploy over."""
    return bool(_changing(deployment) or _with_status(deployment, "_FAILED"))


def _changing(deployment: LocalDeployment) -> list[str]:
    """Return the stacks that are being changed. Those in review only have a change set."""
    in_review = _with_status(deployment, "REVIEW_IN_PROGRESS")
    return [name for name in _with_status(deployment, "_IN_PROGRESS") if name not in in_review]


def _with_status(deployment: LocalDeployment, ending: str) -> list[str]:
    found = client(deployment, "cloudformation").describe_stacks()["Stacks"]
    return [stack["StackName"] for stack in found if stack["StackStatus"].endswith(ending)]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
