"""The processes of a local deployment. Each carries the deployment's directory in its environment, and by that it is found again:
no file of process ids can be stale, or missing after an interruption."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from local.deployment import ROOT, LocalDeployment

MARK = "DAYBOOK_LOCAL"
PATIENCE_SECONDS = 8.0
# Held so that nobody collects a process that is meant to go on.
STARTED: list[subprocess.Popen[bytes]] = []


def start(
    name: str, command: Sequence[str], env: Mapping[str, str], deployment: LocalDeployment
) -> None:
    """Starts a process that outlives this one; what it prints goes into the deployment's `logs`."""
    logs = deployment.directory / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("ab") as log:
        STARTED.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )


def ours(deployment: LocalDeployment) -> list[psutil.Process]:
    """All processes of the deployment but this one and those that started it."""
    family = {psutil.Process().pid, *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in family and _mark_of(process) == str(deployment.directory)
    ]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def stop_all(deployment: LocalDeployment) -> int:
    """Stops the deployment's processes: asks, waits, then kills what is left. How many there were."""
    stopped = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    asked: set[int] = set()
    while alive := [
        process for process in ours(deployment) if process.status() != psutil.STATUS_ZOMBIE
    ]:
        for process in alive:
            try:
                if time.monotonic() > deadline:
                    process.kill()
                elif process.pid not in asked and not _child_of_ours(process, alive):
                    # Parents end their own children, and the embedded AWS writes its state only if it is asked to end.
                    process.terminate()
                    asked.add(process.pid)
                    stopped += 1
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.1)
    # Those that this very process started are collected.
    STARTED[:] = [process for process in STARTED if process.poll() is None]
    return stopped


def _child_of_ours(process: psutil.Process, alive: list[psutil.Process]) -> bool:
    return process.ppid() in {other.pid for other in alive}


def port_owner(port: int) -> psutil.Process | None:
    """Who listens on a port of this machine, as far as one may know."""
    for connection in psutil.net_connections("tcp"):
        if (
            connection.status == psutil.CONN_LISTEN
            and connection.pid
            and connection.laddr
            and connection.laddr.port == port
        ):
            return psutil.Process(connection.pid)
    return None


def run(
    command: Sequence[str], env: Mapping[str, str], log: Path, *, seconds: float, cwd: Path = ROOT
) -> None:
    """Runs a command to its end, its output into a file. Stops with the file's last lines if it fails or takes too long."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-40:])
        outcome = f"took longer than {seconds:.0f} s" if code is None else "failed"
        sys.exit(
            f"{tail}\n\ndaybook: {Path(command[0]).name} {' '.join(command[1:3])} {outcome}; all of its output is in {log}"
        )
