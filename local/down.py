"""`make down`: no process, no port, and, unless it is to be kept, no data."""

from __future__ import annotations

import shutil

from local import processes
from local.place import Place


def down(place: Place, keep: bool) -> None:
    """Stops everything that `up` started."""
    stopped = processes.stop_all(place)
    if keep:
        print(f"Stopped {stopped} processes; the data stay in {place.state}.")
        return
    shutil.rmtree(place.directory, ignore_errors=True)
    print(f"Stopped {stopped} processes and removed {place.directory}.")
