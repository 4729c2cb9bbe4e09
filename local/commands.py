"""The commands that check, synthesise and deploy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.place import ROOT
from local.release import first_look
from local.up import WITH_BOOTSTRAP
from stacks.config import ConfigError, StageConfig, from_context

BIN = ROOT / ".venv" / "bin"
CDK = str(ROOT / "node_modules" / ".bin" / "cdk")
LOCKS = ("lambdas/requirements", "requirements", "requirements-dev", "local/aws/requirements")


def check() -> int:
    """Format, lint and types."""
    commands = (["ruff", "format", "--check", "--quiet", "."], ["ruff", "check", "--quiet", "."], ["mypy", "--no-error-summary"])
    return max(_run([str(BIN / command[0]), *command[1:]]) for command in commands)


def test() -> int:
    """Everything that must hold before a change lands; pytest's closing line comes last."""
    return check() or _run([sys.executable, "-m", "pytest", *os.environ.get("PYTEST", "").split()])


def synth(stage: str) -> int:
    """The templates of a stage, checked. `CONTEXT="name=value ..."` overrides settings."""
    assembly = _assembly(stage)
    shutil.rmtree(assembly, ignore_errors=True)
    return _cdk("synth", "--quiet", *_context(stage), "--output", str(assembly)) or _run(
        [sys.executable, "-m", "stacks.check", str(assembly)]
    )


def deploy(stage: str) -> int:
    """The same to a real account, with the caller's credentials; nothing is deployed that was not checked.

    A bootstrap token is taken from `IG_ACCESS_TOKEN` and `IG_USER_ID`; without them a former deployment's stays.
    """
    if stage == "local":
        sys.exit("daybook: the stage local is deployed by `make up`")
    given = {"BootstrapToken": os.environ.get("IG_ACCESS_TOKEN"), "BootstrapAccount": os.environ.get("IG_USER_ID")}
    rooms = [room for room in WITH_BOOTSTRAP if room.lower() in _config(stage).rooms]
    parameters = [f"daybook-{stage}-{room}:{name}={value}" for room in rooms for name, value in given.items() if value]
    options = [part for parameter in parameters for part in ("--parameters", parameter)]
    return (
        _preflight(stage) or synth(stage) or _cdk("deploy", f"daybook-{stage}/*", "--app", str(_assembly(stage)), *options) or _look(stage)
    )


def destroy(stage: str) -> int:
    """Deletes a stage's stacks, once its name was given as CONFIRM; says what stays."""
    if stage == "local":
        sys.exit("daybook: the stage local is removed by `make down`")
    config = _config(stage)
    if config.keeps_data:
        print(f"Of {stage} will stay: the buckets, tables, secrets, keys and the user pool. The stack Storage is protected from deletion;")
        print("docs/deployment.md says how to delete it, and the data, too.")
    else:
        print(f"Of {stage} nothing will stay. A bucket that holds photos must be emptied first: its deletion fails otherwise.")
    if os.environ.get("CONFIRM") != stage:
        print(f"To go on: make destroy STAGE={stage} CONFIRM={stage}")
        return 1
    assembly = str(_assembly(stage))
    stacks = [f"daybook-{stage}/{name}" for name in ("Monitoring", "Front", *(room.capitalize() for room in config.rooms), "Api")]
    kept = stacks if config.keeps_data else [*stacks, f"daybook-{stage}/Storage"]
    return synth(stage) or _cdk("destroy", *kept, "--force", "--app", assembly)


def _config(stage: str) -> StageConfig:
    given = dict(setting.partition("=")[::2] for setting in os.environ.get("CONTEXT", "").split())
    try:
        return from_context({"stage": stage, **given})
    except ConfigError as error:
        sys.exit(f"daybook: {error}")


def _preflight(stage: str) -> int:
    from operations.preflight import preflight

    found = preflight(_config(stage), ROOT)
    for finding in found:
        print(finding.to_text())
    # An app that is not filled in yet keeps nobody from deploying: pages work without it.
    return 1 if any(finding.missing for finding in found if finding.what != "App secret") else 0


def _look(stage: str) -> int:
    """Has the tokens looked at for the first time."""
    if "tokens" not in _config(stage).rooms:
        return 0
    import boto3

    resources = boto3.client("cloudformation").describe_stack_resources(StackName=f"daybook-{stage}-Tokens")["StackResources"]
    queues = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources if r["ResourceType"] == "AWS::SQS::Queue"}
    url = next(url for name, url in queues.items() if name.startswith("SweepQueue"))
    first_look(boto3.client("sqs"), url)
    return 0


def bootstrap() -> int:
    """Prepares the account and region of the caller's credentials for the CDK, once."""
    # From outside of the checkout, whose cdk.json would make the CLI synthesise everything first.
    return _run([CDK, "bootstrap", "--no-notices"], ROOT / ".cache")


def lock() -> int:
    """Writes the newest versions that the requirements allow into the locks."""
    for name in LOCKS:
        options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--quiet", "--upgrade"]
        code = _run([str(BIN / "uv"), "pip", "compile", *options, f"{name}.in", "--output-file", f"{name}.txt"])
        if code:
            return code
    return _run([str(BIN / "npm"), "update", "--package-lock-only"])


def _assembly(stage: str) -> Path:
    return ROOT / ".cache" / f"cdk.out-{stage}"


def _context(stage: str) -> list[str]:
    settings = [f"stage={stage}", *os.environ.get("CONTEXT", "").split()]
    return [part for setting in settings for part in ("-c", setting)]


def _cdk(*arguments: str) -> int:
    return _run([CDK, *arguments, "--no-notices"])


def _run(command: list[str], cwd: Path = ROOT) -> int:
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "JSII_NODE": str(BIN / "node")}
    return subprocess.run(command, cwd=cwd, env=env, check=False).returncode
