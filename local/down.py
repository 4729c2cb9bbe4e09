"""`make down`: no process, no port, and, unless it is to be kept, no data."""

from __future__ import annotations

import shutil

from local import processes
from local.deployment import LocalDeployment


def down(deployment: LocalDeployment, keep: bool) -> None:
    """Stops everything that `up` started."""
    stopped = processes.stop_all(deployment)
    if keep:
        print(f"Stopped {stopped} processes; the data stay in {deployment.state}.")
        return
    shutil.rmtree(deployment.directory, ignore_errors=True)
    print(f"Stopped {stopped} processes and removed {deployment.directory}.")
