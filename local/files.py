"""Files that are complete at any moment, also after a kill."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lambdas.kit.decoded import JsonObject


def write_json(path: Path, value: object) -> None:
    """Replace a file by the JSON of a value, atomically."""
    temporary = path.with_name(f"{path.name}.tmp")
    write_flushed(temporary, json.dumps(value, indent=2) + "\n")
    temporary.replace(path)


def write_flushed(path: Path, text: str) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_json(path: Path) -> Any:
    """Return the JSON in a file, or None if there is no file. Raises ValueError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def read_object(path: Path) -> JsonObject | None:
    """Return the JSON object in a file, or None if there is no file, or a damaged one."""
    try:
        value = read_json(path)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
