"""An embedded AWS for tests that kill it."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from local.clients import client
from local.deployment import ROOT, LocalDeployment
from local.loopback import answers

KEY = {"pk": {"S": "EVENT#1"}}


class KilledAws:
    """An embedded AWS that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.deployment = LocalDeployment(folder, port, port + 1)
        self.start()

    def start(self) -> None:
        state = self.deployment.state
        (self.deployment.directory / "tmp").mkdir(parents=True, exist_ok=True)
        env = self.deployment.server_env() | {
            "GATEWAY_PORT": str(self.deployment.aws_port),
            "BIND_HOST": "127.0.0.1",
            "TMPDIR": str(self.deployment.directory / "tmp"),
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
        }
        python = ROOT / ".cache" / "aws" / "bin" / "python"
        self.process = subprocess.Popen(
            [python, "-m", "local.aws"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while not answers(f"{self.deployment.aws_url}/_ministack/health"):
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def snapshots(self) -> Path:
        return self.deployment.state / "snapshots"

    def wait_for_snapshot(self) -> None:
        """Wait until what was done before is in a snapshot."""
        started = time.time()
        while not any(
            _is_newer(file.parent, started) for file in self.snapshots.glob("*/sqs.json")
        ):
            self.client("sqs").list_queues()
            assert time.time() < started + 20
            time.sleep(0.1)

    def client(self, service: str) -> Any:
        return client(self.deployment, service)


def _is_newer(snapshot: Path, moment: float) -> bool:
    """Whether a published snapshot was begun after a moment."""
    begun = min(file.stat().st_mtime for file in snapshot.iterdir())
    return snapshot.name.isdigit() and begun > moment
