"""The type of JSON objects in tests."""

from __future__ import annotations

from typing import Any

# An object of decoded JSON, of a template, or of a request to AWS or its answer.
JsonObject = dict[str, Any]
