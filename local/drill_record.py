"""What a drill has changed, on disk before it is changed: an interrupted drill can be undone."""

from __future__ import annotations

from pathlib import Path

from lambdas.kit.decoded import JsonObject
from local.files import read_object, write_json

UNKNOWN = ""


class DrillRecord:
    """The file `drill.json` of a deployment. It exists while a fault is in place."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def alarm(self) -> str | None:
        """The alarm of the drill that is in progress or was interrupted.

        Of a damaged record only this is known: there was a drill (`UNKNOWN`).
        """
        if not self._path.exists():
            return None
        return str((read_object(self._path) or {}).get("alarm", UNKNOWN))

    @property
    def inbox(self) -> dict[str, str] | None:
        """Queue and subscription of the drill's inbox."""
        return (read_object(self._path) or {}).get("inbox")

    @property
    def policies(self) -> list[dict[str, str]]:
        """The role policies that were removed, as parameters of `put_role_policy`."""
        return list((read_object(self._path) or {}).get("policies", []))

    def begin(self, alarm: str, inbox: dict[str, str]) -> None:
        """Record that a drill begins."""
        write_json(self._path, {"alarm": alarm, "inbox": inbox, "policies": []})

    def add_policy(self, policy: dict[str, str]) -> None:
        """Record a role policy that is about to be removed."""
        record: JsonObject = read_object(self._path) or {}
        write_json(self._path, record | {"policies": [*self.policies, policy]})

    def end(self) -> None:
        """Record that nothing of a drill is left."""
        self._path.unlink(missing_ok=True)
