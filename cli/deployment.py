"""The commands that check, synthesise and deploy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from local.deployment import ROOT
from local.release import first_look
from local.up import WITH_BOOTSTRAP
from stacks.config import StageConfig
from stacks.context import from_command, pairs_of
from stacks.validation import ConfigError

BIN = ROOT / ".venv" / "bin"
CDK = str(ROOT / "node_modules" / ".bin" / "cdk")
LOCKS = ("lambdas/requirements", "requirements", "requirements-dev", "local/aws/requirements")


def check() -> int:
    """Format, lint and types."""
    commands = (
        ["ruff", "format", "--check", "--quiet", "."],
        ["ruff", "check", "--quiet", "."],
        ["mypy", "--no-error-summary"],
    )
    return max(_run([str(BIN / command[0]), *command[1:]]) for command in commands)


def test() -> int:
    """Everything that must hold before a change lands; pytest's closing line comes last.

    While the deployed stacks are waited for, a second process does the rest. `PYTEST="..."` runs a part, in one process.
    """
    chosen = os.environ.get("PYTEST", "").split()
    return check() or _run(
        [
            sys.executable,
            "-m",
            "pytest",
            *(chosen or ("--numprocesses", "2", "--dist", "loadscope")),
        ]
    )


def synth(stage: str) -> int:
    """The templates of a stage, checked. `CONTEXT="name=value ..."` overrides settings. Those of before stay until these are fine."""
    config_of(stage)
    assembly, made = _assembly(stage), _assembly(f"{stage}.new")
    shutil.rmtree(made, ignore_errors=True)
    code = _cdk("synth", "--quiet", *_context(stage), "--output", str(made))
    if code:
        shutil.rmtree(made, ignore_errors=True)
        return code
    if code := _run([sys.executable, "-m", "stacks.check", str(made)]):
        return code
    shutil.rmtree(assembly, ignore_errors=True)
    made.rename(assembly)
    return 0


def deploy(stage: str) -> int:
    """The same to a real account, with the caller's credentials; nothing is deployed that was not checked.

    `IG_USER_ID` names the site's own account; without it a former deployment's stays.
    """
    if stage == "local":
        sys.exit("daybook: the stage local is deployed by `make up`")
    if os.environ.get("IG_ACCESS_TOKEN"):
        print(
            "IG_ACCESS_TOKEN is passed over: a command line would show it. `make import-token` takes a token over.",
            file=sys.stderr,
        )
    config, account = config_of(stage), os.environ.get("IG_USER_ID")
    features = [
        feature for feature in WITH_BOOTSTRAP if feature.lower() in config.features and account
    ]
    options = [
        part
        for feature in features
        for part in ("--parameters", f"daybook-{stage}-{feature}:BootstrapAccount={account}")
    ]
    if not sys.stdin.isatty():
        # Nobody is there to approve of a change of rights: whoever let the job run has done so.
        options += ["--require-approval", "never"]
    return (
        _preflight(config)
        or synth(stage)
        or _cdk("deploy", f"daybook-{stage}/*", "--app", str(_assembly(stage)), *options)
        or _look(config)
    )


def destroy(stage: str) -> int:
    """Deletes a stage's stacks, or those that PARTS names, once the stage's name was given as CONFIRM; says what stays."""
    from cli.removal import remove

    if stage == "local":
        sys.exit("daybook: the stage local is removed by `make down`")
    return remove(
        config_of(stage), os.environ.get("PARTS", "").split(), os.environ.get("CONFIRM") == stage
    )


def config_of(stage: str) -> StageConfig:
    """The settings of a stage with those of CONTEXT; stops with one line if they make no sense."""
    try:
        return from_command(stage, os.environ.get("CONTEXT", ""))
    except ConfigError as error:
        sys.exit(f"daybook: {error}")


def _preflight(config: StageConfig) -> int:
    from cli.preflight import preflight

    found = preflight(config, ROOT)
    for finding in found:
        print(finding.to_text())
    # An app that is not filled in yet keeps nobody from deploying: pages work without it.
    return 1 if any(finding.missing for finding in found if finding.what != "App secret") else 0


def _look(config: StageConfig) -> int:
    """Has the tokens looked at for the first time."""
    if "tokens" not in config.features:
        return 0
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        cloudformation = boto3.client("cloudformation", region_name=config.region)
        resources = cloudformation.describe_stack_resources(
            StackName=f"daybook-{config.stage}-Tokens"
        )["StackResources"]
        queues = {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for r in resources
            if r["ResourceType"] == "AWS::SQS::Queue"
        }
        url = next(url for name, url in queues.items() if name.startswith("SweepQueue"))
        first_look(boto3.client("sqs", region_name=config.region), url)
    except (BotoCoreError, ClientError) as error:
        print(
            f"daybook: deployed, but the tokens could not be looked at; the schedule will: {error}",
            file=sys.stderr,
        )
        return 1
    return 0


def bootstrap(stage: str) -> int:
    """Prepares the account for the CDK, once: the stage's region, and that of the edge if there is one."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    config = config_of(stage)
    try:
        account = boto3.client("sts", region_name=config.region).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"daybook: the credentials do not work: {error}")
    if config.account not in (None, account):
        sys.exit(
            f"daybook: the credentials are of account {account}, the stage is of {config.account}"
        )
    # From outside of the checkout, whose cdk.json would make the CLI synthesise everything first.
    places = [f"aws://{account}/{region}" for region in config.regions]
    return _run([CDK, "bootstrap", *places, "--no-notices"], ROOT / ".cache")


def lock() -> int:
    """Writes the newest versions that the requirements allow into the locks."""
    for name in LOCKS:
        options = [
            "--universal",
            "--generate-hashes",
            "--python-version",
            "3.11",
            "--no-header",
            "--quiet",
            "--upgrade",
        ]
        code = _run(
            [
                str(BIN / "uv"),
                "pip",
                "compile",
                *options,
                f"{name}.in",
                "--output-file",
                f"{name}.txt",
            ]
        )
        if code:
            return code
    return _run([str(BIN / "npm"), "update", "--package-lock-only"])


def _assembly(stage: str) -> Path:
    return ROOT / ".cache" / f"cdk.out-{stage}"


def _context(stage: str) -> list[str]:
    settings = [("stage", stage), *pairs_of(os.environ.get("CONTEXT", ""))]
    return [part for name, value in settings for part in ("-c", f"{name}={value}")]


def _cdk(*arguments: str) -> int:
    return _run([CDK, *arguments, "--no-notices"])


def _run(command: list[str], cwd: Path = ROOT) -> int:
    env = os.environ | {
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "JSII_NODE": str(BIN / "node"),
    }
    return subprocess.run(command, cwd=cwd, env=env, check=False).returncode
