"""The type of decoded JSON in tests."""

from __future__ import annotations

from typing import Any

# An object of decoded JSON, of a template or of a request.
JsonObject = dict[str, Any]
