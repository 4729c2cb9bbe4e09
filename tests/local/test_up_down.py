"""`up` and `down`, interrupted and in the way of others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from local import processes
from local.deployment import ROOT, LocalDeployment
from tests.deployed import run_local

ENV = {
    "LOCAL_DIR": ".cache/interrupted-stack",
    "AWS_PORT": "4590",
    "GRAPH_PORT": "4591",
    "CONTEXT": "",
    "GRAPH_BASE": "",
}


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("seconds", [0.1, 1.0, 3.0, 6.0])
def test_down_leaves_nothing_after_an_up_that_was_interrupted(seconds: float) -> None:
    deployment = LocalDeployment.from_env(ENV)
    up = subprocess.Popen(
        [sys.executable, "-m", "local", "up"],
        cwd=ROOT,
        env=os.environ | ENV,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    up.send_signal(signal.SIGINT)
    up.wait(30)

    run_local("down", env=ENV)

    assert processes.ours(deployment) == []
    assert is_free(4590)
    assert is_free(4591)
    assert not deployment.directory.exists()


def test_down_without_an_up_is_no_error() -> None:
    assert "Stopped 0 processes" in run_local("down", env=ENV).stdout


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 4590))
        taken.listen()

        done = run_local("up", env=ENV, check=False)

    assert done.returncode == 1
    assert "port 4590 is in use" in done.stderr
    assert "make up AWS_PORT=4690" in done.stderr
    run_local("down", env=ENV)


@pytest.mark.parametrize(
    ("name", "value"), [("AWS_PORT", "80"), ("GRAPH_PORT", "x"), ("PHOTOS", "/no/such/folder")]
)
def test_a_variable_that_makes_no_sense_is_one_line(name: str, value: str) -> None:
    done = run_local("up", env=ENV | {name: value}, check=False)

    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(f"daybook: {name}={value}")


def test_an_old_python_is_told_what_to_do(tmp_path: object) -> None:
    code = "import sys; sys.version_info = (3, 8, 1); import runpy; runpy.run_path('local/prepare.py', run_name='__main__')"
    env = {"PATH": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, and this is 3.8." in done.stderr
