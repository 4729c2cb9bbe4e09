"""Addresses of Meta's hosts."""

from __future__ import annotations

from dataclasses import dataclass

GRAPH_INSTAGRAM = "graph.instagram.com"
API_INSTAGRAM = "api.instagram.com"
WWW_INSTAGRAM = "www.instagram.com"
GRAPH_FACEBOOK = "graph.facebook.com"
WWW_FACEBOOK = "www.facebook.com"
UPLOAD_FACEBOOK = "rupload.facebook.com"


@dataclass(frozen=True)
class Addresses:
    """The API version, such as `v25.0`, and a server that replaces all of Meta's hosts, if any."""

    version: str
    base: str | None = None

    def of(self, host: str, path: str, *, versioned: bool = True) -> str:
        """Return the address of a path on a host."""
        root = f"{self.base.rstrip('/')}/{host}" if self.base else f"https://{host}"
        return f"{root}/{self.version}/{path}" if versioned else f"{root}/{path}"
