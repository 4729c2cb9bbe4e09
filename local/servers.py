"""The two servers of a local deployment: the embedded AWS and the Graph emulator."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from local import directory, processes
from local.deployment import ROOT, LocalDeployment
from local.loopback import answers, is_listening

READY_SECONDS = 90.0
# A busy machine may take a while to answer; a stuck process never does.
ANSWER_SECONDS = 5.0
AWS = "aws"
GRAPH = "graph"


@dataclass(frozen=True)
class Server:
    """A server process: `variable` names its port, `probe` is an address that it answers."""

    name: str
    port: int
    variable: str
    probe: str
    command: Sequence[str]
    env: dict[str, str]


def start_aws(deployment: LocalDeployment) -> None:
    """Start MiniStack through the project's launcher, with IAM enforced, unless it runs already."""
    env = deployment.server_env() | {
        "GATEWAY_PORT": str(deployment.aws_port),
        "BIND_HOST": deployment.bind_host,
        "TMPDIR": str(deployment.directory / "tmp"),
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
    if deployment.lan:
        # Functions presign URLs for the address that they use themselves.
        env["AWS_ENDPOINT_URL"] = deployment.site_url
    python = ROOT / ".cache" / "aws" / "bin" / "python"
    command = [str(python), "-m", "local.aws"]
    probe = f"{deployment.aws_url}/_ministack/health"
    _ensure(Server(AWS, deployment.aws_port, "AWS_PORT", probe, command, env), deployment)


def start_graph(deployment: LocalDeployment) -> None:
    """Start the Graph emulator unless it runs already."""
    port, host = deployment.graph_port, deployment.graph_host
    command = [sys.executable, "-m", "local.graph", "--port", str(port), "--host", host]
    env = deployment.server_env() | {"BIND_HOST": host}
    probe = deployment.graph_url
    _ensure(Server(GRAPH, port, "GRAPH_PORT", probe, command, env), deployment)


def restart_aws(deployment: LocalDeployment) -> None:
    """Start the embedded AWS again, from its last snapshot: all stacks are whole in it."""
    running = processes.server(deployment, AWS)
    if running:
        processes.stop(running.pid)
    processes.stop_leftovers(deployment)
    start_aws(deployment)


def _ensure(wanted: Server, deployment: LocalDeployment) -> None:
    """Start a server unless it runs, answers, and listens where it should."""
    directory.mark(deployment.directory)
    running = processes.server(deployment, wanted.name)
    if running and _is_usable(running, wanted):
        return
    if running:
        processes.stop(running.pid)
        processes.stop_leftovers(deployment)
    _require_free(wanted, deployment)
    if wanted.name == AWS:
        # Copies of layers that killed functions left behind, several hundred megabytes.
        shutil.rmtree(deployment.directory / "tmp", ignore_errors=True)
    (deployment.directory / "tmp").mkdir(parents=True, exist_ok=True)
    processes.start(wanted.name, wanted.command, wanted.env, deployment)
    _wait_until_ready(wanted, deployment)


def _is_usable(running: psutil.Process, wanted: Server) -> bool:
    """Whether a server answers and listens on the port and the interface that are wanted."""
    try:
        env = running.environ()
    except (psutil.Error, OSError):
        return False
    same_host = env.get("BIND_HOST") == wanted.env["BIND_HOST"]
    same_port = wanted.name != AWS or env.get("GATEWAY_PORT") == wanted.env["GATEWAY_PORT"]
    return same_host and same_port and answers(wanted.probe, ANSWER_SECONDS)


def _require_free(wanted: Server, deployment: LocalDeployment) -> None:
    """Stop with one line if another program listens on the port."""
    if not is_listening(wanted.port):
        return
    owner = processes.port_owner(wanted.port)
    other = processes.deployment_of(owner) if owner else None
    if owner and other == str(deployment.directory):
        # An old process of this deployment, such as a server started on another port.
        processes.stop(owner.pid)
        return
    if owner and other:
        who = f"the local deployment in {other} (`make down LOCAL_DIR={other}` stops it)"
    elif owner:
        who = f"{owner.name()} (process {owner.pid})"
    else:
        who = "another program"
    sys.exit(
        f"daybook: port {wanted.port} is in use by {who}. Stop it, or choose another port: "
        f"make up {wanted.variable}={wanted.port + 100}"
    )


def _wait_until_ready(wanted: Server, deployment: LocalDeployment) -> None:
    """Wait for a server to answer; stop with its log if it does not in time."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers(wanted.probe):
        dead = processes.server(deployment, wanted.name) is None
        if dead or time.monotonic() > deadline:
            log = deployment.logs / f"{wanted.name}.log"
            tail = log.read_text(errors="replace")[-3000:]
            what = "ended at its start" if dead else f"did not answer within {READY_SECONDS:.0f} s"
            sys.exit(f"{tail}\n\ndaybook: the server {wanted.name} {what}. Its log is {log}")
        time.sleep(0.1)
