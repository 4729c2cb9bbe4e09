"""The type of decoded JSON objects whose values the reader knows or checks."""

from __future__ import annotations

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
