"""API versions in request paths. Source: graph-api/changelog and graph-api/guides/versioning."""

from __future__ import annotations

import re
from collections.abc import Sequence

VERSION = re.compile(r"v\d+\.\d+")
USABLE_VERSIONS = [f"v{number}.0" for number in range(21, 27)]
DEFAULT_VERSION = "v25.0"
# Edges of graph.instagram.com that exist without a version only.
UNVERSIONED = (["access_token"], ["refresh_access_token"])


def without_version(parts: Sequence[str]) -> tuple[str, ...]:
    """Return a path's parts without a leading version."""
    if parts and VERSION.fullmatch(parts[0]) and list(parts[1:]) not in UNVERSIONED:
        return tuple(parts[1:])
    return tuple(parts)


def served_version(path: str) -> str:
    """Return the version that answers: the oldest usable one for a version that is not usable."""
    requested = next((part for part in path.split("/") if VERSION.fullmatch(part)), DEFAULT_VERSION)
    return requested if requested in USABLE_VERSIONS else USABLE_VERSIONS[0]
