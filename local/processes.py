"""The processes of a local deployment.

Each carries the deployment's directory in its environment and is found by that: a file of process
ids could be stale, or missing after a kill.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from local.deployment import ROOT, LocalDeployment

MARK = "DAYBOOK_LOCAL"
ROLE = "DAYBOOK_ROLE"
COMMAND = "command"
TERMINATE_SECONDS = 8.0
# What the output of a command says if the machine is the cause, and the advice.
DISK_FULL = "the disk is full. Free some space, then run it again."
CAUSES = {
    "No space left on device": DISK_FULL,
    "ENOSPC": DISK_FULL,
    # uv installs the libraries of the functions.
    "error sending request for url": "is PyPI reachable? Check network and proxy, then repeat it.",
}
# Keeps the objects alive: a collected Popen warns about a process that still runs.
STARTED: list[subprocess.Popen[bytes]] = []


def start(
    name: str, command: Sequence[str], env: Mapping[str, str], deployment: LocalDeployment
) -> None:
    """Start a server that outlives this process, with its output in the deployment's `logs`."""
    deployment.logs.mkdir(parents=True, exist_ok=True)
    with (deployment.logs / f"{name}.log").open("ab") as log:
        STARTED.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**env, ROLE: name},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )


def ours(deployment: LocalDeployment) -> list[psutil.Process]:
    """Return all processes of the deployment except this one and its parents."""
    current = psutil.Process()
    family = {current.pid, *(parent.pid for parent in current.parents())}
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in family and _variable(process, MARK) == str(deployment.directory)
    ]


def server(deployment: LocalDeployment, name: str) -> psutil.Process | None:
    """Return a running server of the deployment. Its children inherit its name: it leads them."""
    for process in ours(deployment):
        if _variable(process, ROLE) == name and process.pid == _session_of(process):
            return process
    return None


def stop_leftovers(deployment: LocalDeployment) -> int:
    """Kill what an interrupted `up` left behind: deployments, and functions without a server."""
    processes = ours(deployment)
    alive = {process.pid for process in processes}
    left = [
        process
        for process in processes
        if _variable(process, ROLE) == COMMAND or _session_of(process) not in alive
    ]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=TERMINATE_SECONDS)
    return len(left)


def stop(pid: int) -> None:
    """Terminate a process; kill it if it does not end in time."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.terminate()
        try:
            process.wait(TERMINATE_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(TERMINATE_SECONDS)


def stop_all(deployment: LocalDeployment) -> int:
    """Terminate the deployment's processes, kill what is left, and return how many there were."""
    stopped = 0
    deadline = time.monotonic() + TERMINATE_SECONDS
    asked: set[int] = set()
    while alive := [process for process in ours(deployment) if not _is_zombie(process)]:
        pids = {process.pid for process in alive}
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                if time.monotonic() > deadline:
                    process.kill()
                elif process.pid not in asked and process.ppid() not in pids:
                    # Parents end their children; the embedded AWS saves its state on SIGTERM.
                    process.terminate()
                    asked.add(process.pid)
                    stopped += 1
        time.sleep(0.1)
    # Collect those that this very process started.
    STARTED[:] = [process for process in STARTED if process.poll() is None]
    return stopped


def port_owner(port: int) -> psutil.Process | None:
    """Return the process that listens on a port, as far as this user may see it.

    Asks each process: asking for all connections at once needs root on macOS.
    """
    for process in psutil.process_iter():
        try:
            connections = process.net_connections("tcp")
        except (psutil.Error, OSError):
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                return process
    return None


def deployment_of(process: psutil.Process) -> str | None:
    """Return the directory of the local deployment that a process belongs to, if any."""
    return _variable(process, MARK)


def run(
    command: Sequence[str], env: Mapping[str, str], log: Path, *, seconds: float, cwd: Path = ROOT
) -> None:
    """Run a command to its end, with its output in a file. Raise CommandError if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**env, ROLE: COMMAND},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
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
        outcome = f"took longer than {seconds:.0f} s" if code is None else "failed"
        raise CommandError(f"{Path(command[0]).name} {command[1]} {outcome}", log)


class CommandError(Exception):
    """A command failed. `log` holds its output."""

    def __init__(self, problem: str, log: Path) -> None:
        super().__init__(problem)
        self.log = log

    def stop(self) -> None:
        """Exit with advice if the machine is the cause, else with the last lines of the output."""
        output = self.log.read_text(errors="replace")
        for sign, advice in CAUSES.items():
            if sign in output:
                sys.exit(f"\ndaybook: {self}: {advice} All of its output is in {self.log}")
        tail = "\n".join(output.splitlines()[-40:])
        sys.exit(f"{tail}\n\ndaybook: {self}. All of its output is in {self.log}")


def _variable(process: psutil.Process, name: str) -> str | None:
    try:
        return process.environ().get(name)
    except (psutil.Error, OSError):
        return None


def _session_of(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
