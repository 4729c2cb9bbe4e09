"""Whether a request came by the edge: it alone knows the key that it sends along."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.kit.secret import read_secret
from lambdas.kit.settings import Settings

HEADER = "x-daybook-edge"


@dataclass(frozen=True)
class CdnSettings(Settings):
    """`edge_key_arn` names the secret that holds the key; empty where a site has no edge."""

    cdn_key_arn: str = ""


@functools.cache
def settings() -> CdnSettings:
    """What the environment says."""
    return CdnSettings.from_env()


def came_through_cdn(event: Mapping[str, Any]) -> bool:
    """Whether a request may be answered: it came by the edge, or there is none. Compares in constant time."""
    arn = settings().cdn_key_arn
    return not arn or hmac.compare_digest(
        event.get("headers", {}).get(HEADER, "").encode(), read_secret(arn).encode()
    )
