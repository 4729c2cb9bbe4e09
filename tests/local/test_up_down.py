"""`up` and `down`: interrupted, killed, started twice, and in the way of other programs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from local import processes
from local.deployment import ROOT, LocalDeployment
from local.down import down
from local.loopback import is_listening
from local.servers import start_aws
from tests.deployed import run_local

ENV = {
    "LOCAL_DIR": ".cache/interrupted-stack",
    "AWS_PORT": "4590",
    "GRAPH_PORT": "4591",
    "CONTEXT": "",
    "GRAPH_BASE": "",
}


@pytest.fixture
def deployment() -> Iterator[LocalDeployment]:
    """A deployment that is taken down after the test."""
    made = LocalDeployment.from_env(ENV)
    yield made
    assert down(made) == 0


def start_up() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", "up"],
        cwd=ROOT,
        env=os.environ | ENV,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_lock(deployment: LocalDeployment) -> None:
    deadline = time.monotonic() + 20
    while not (deployment.directory / "lock").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.0, 6.0])
def test_down_after_an_interrupted_up(
    deployment: LocalDeployment, seconds: float, number: signal.Signals
) -> None:
    up = start_up()
    time.sleep(seconds)
    up.send_signal(number)
    up.wait(30)

    run_local("down", env=ENV)

    assert processes.ours(deployment) == []
    assert not is_listening(4590)
    assert not is_listening(4591)
    assert not deployment.directory.exists()


def test_down_without_an_up() -> None:
    assert "Stopped 0 processes" in run_local("down", env=ENV).stdout


def test_a_second_up_names_the_first(deployment: LocalDeployment) -> None:
    up = start_up()
    wait_for_lock(deployment)

    second = run_local("up", env=ENV, check=False)

    assert second.returncode == 1
    assert f"`make up` (process {up.pid}, since" in second.stderr
    run_local("down", env=ENV)
    assert up.wait(10) != 0


def test_a_stuck_server_is_replaced(deployment: LocalDeployment) -> None:
    start_aws(deployment)
    stuck = processes.server(deployment, "aws")
    assert stuck is not None
    stuck.suspend()

    start_aws(deployment)

    replaced = processes.server(deployment, "aws")
    assert replaced is not None
    assert replaced.pid != stuck.pid


def test_a_running_server_is_kept(deployment: LocalDeployment) -> None:
    start_aws(deployment)
    first = processes.server(deployment, "aws")

    start_aws(deployment)

    assert processes.server(deployment, "aws") == first


def test_leftover_commands_are_stopped(deployment: LocalDeployment) -> None:
    start_aws(deployment)
    env = deployment.client_env() | {processes.ROLE: processes.COMMAND}
    left = subprocess.Popen(["sleep", "60"], env=env)

    assert processes.stop_leftovers(deployment) == 1

    assert not psutil.pid_exists(left.pid)
    left.wait(5)
    assert processes.server(deployment, "aws") is not None


@pytest.mark.usefixtures("deployment")
def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 4590))
        taken.listen()

        done = run_local("up", env=ENV, check=False)

    assert done.returncode == 1
    assert (
        f"port 4590 is in use by {psutil.Process().name()} (process {os.getpid()})" in done.stderr
    )
    assert "make up AWS_PORT=4690" in done.stderr


def test_another_deployments_port_is_named(deployment: LocalDeployment) -> None:
    start_aws(deployment)
    other = ENV | {"LOCAL_DIR": ".cache/other-stack"}

    done = run_local("up", env=other, check=False)

    assert f"`make down LOCAL_DIR={deployment.directory}` stops it" in done.stderr
    run_local("down", env=other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_PORT", "80"),
        ("GRAPH_PORT", "x"),
        ("GRAPH_PORT", "4590"),
        ("GRAPH_PORT", "²"),
        ("PHOTOS", "x" * 300),
        ("CONTEXT", "colour=red"),
        ("PHOTOS", "/no/such/folder"),
        ("EVENT", "no event!"),
        ("HOST", "192.0.2.7"),
    ],
)
def test_an_invalid_variable_is_one_line(name: str, value: str) -> None:
    done = run_local("up", env=ENV | {name: value}, check=False)

    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.startswith((f"daybook: {name}={value}", f"daybook: {name}: unknown"))
