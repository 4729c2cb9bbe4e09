"""`make down`: stop the deployment's processes and, unless it is to be kept, remove its data."""

from __future__ import annotations

import sys

from local import directory, processes
from local.deployment import LocalDeployment
from local.lock import holder_of, locked


def down(deployment: LocalDeployment, keep: bool = False) -> int:
    """Stop everything that `up` started; return 1 if something could not be removed."""
    place = deployment.directory
    if not directory.is_marked(place):
        stopped = processes.stop_all(deployment)
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            print(
                f"daybook: {place} was not created by `make up`: nothing was removed from it.",
                file=sys.stderr,
            )
            return 1
        print(f"Stopped {stopped} processes. There was no deployment in {place}.")
        return 0
    if holder := holder_of(place / "lock"):
        processes.stop(holder.pid)
    with locked(place / "lock", "down"):
        stopped = processes.stop_all(deployment)
        if keep:
            print(f"Stopped {stopped} processes. The data is kept in {place}.")
            return 0
        failures = directory.remove(place)
    if failures:
        print(f"Stopped {stopped} processes. These could not be removed:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in failures), file=sys.stderr)
        return 1
    print(f"Stopped {stopped} processes and removed {place}.")
    return 0
