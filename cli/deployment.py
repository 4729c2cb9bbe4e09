"""Deploying a stage to an AWS account, with the caller's credentials."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cli.aws import ClientOf, clients_of
from cli.features import deployed_features
from cli.paths import ROOT, assembly_of
from cli.preflight import preflight
from cli.preflight.finding import Finding
from cli.process import run_cdk
from cli.synthesis import synthesise
from stacks.config import StageConfig

ACCOUNT_PARAMETER = "BootstrapAccount"


def deploy_stage(
    config: StageConfig, context: str, account: str, client_of: ClientOf | None = None
) -> int:
    """Deploy only what passed all checks; return the exit status.

    `account` is the site's own Instagram account; without it a former deployment's stays.
    """
    client_of = client_of or clients_of(config)
    if os.environ.get("IG_ACCESS_TOKEN"):
        print(
            "IG_ACCESS_TOKEN is not used: a command line would show it. "
            "`make import-token` stores a token.",
            file=sys.stderr,
        )
    if not _passes(preflight(config, ROOT, client_of)):
        return 1
    if status := synthesise(config.stage, context):
        return status
    assembly = assembly_of(config.stage)
    options = parameters(assembly, account)
    if not sys.stdin.isatty():
        # An approval of changed permissions cannot be asked for.
        options += ["--require-approval", "never"]
    stacks = f"daybook-{config.stage}/*"
    if status := run_cdk("deploy", stacks, "--app", str(assembly), *options):
        return status
    for feature in deployed_features(config):
        if feature.after_deployment:
            feature.after_deployment(config, client_of)
    return 0


def parameters(assembly: Path, account: str) -> list[str]:
    """Return the CLI's options that set the site's own account in every stack that asks for it."""
    options: list[str] = []
    for path in sorted(assembly.rglob("*.template.json")) if account else []:
        template = json.loads(path.read_text())
        if ACCOUNT_PARAMETER in template.get("Parameters", {}):
            stack = stack_name(path)
            options += ["--parameters", f"{stack}:{ACCOUNT_PARAMETER}={account}"]
    return options


def stack_name(template: Path) -> str:
    """Return the name of the stack of a template in a cloud assembly."""
    manifest = json.loads((template.parent / "manifest.json").read_text())
    for artifact in manifest["artifacts"].values():
        properties = artifact.get("properties", {})
        if properties.get("templateFile") == template.name:
            return str(properties.get("stackName") or artifact["displayName"])
    raise FileNotFoundError(f"{template} belongs to no stack of its assembly")


def _passes(findings: Iterable[Finding]) -> bool:
    found = list(findings)
    for finding in found:
        print(finding.to_text(), flush=True)
    return not any(finding.missing and finding.required for finding in found)
