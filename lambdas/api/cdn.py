"""Whether a request came through the CDN, which alone knows the key that it sends along."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from lambdas.kit.decoded import JsonObject
from lambdas.kit.settings import Settings

HEADER = "x-daybook-edge"


@dataclass(frozen=True, kw_only=True)
class HttpSettings(Settings):
    """Settings of every feature with routes.

    `cdn_key_arn` names the secret that holds the CDN's key; empty where a site has no CDN.
    `limits_table_name` is the table that rate limits are counted in.
    """

    cdn_key_arn: str = ""
    limits_table_name: str = ""


def came_through_cdn(event: JsonObject, key_arn: str, read_secret: Callable[[str], str]) -> bool:
    """Return whether a request may be answered: it has the CDN's key, or there is no CDN.

    The comparison takes constant time.
    """
    if not key_arn:
        return True
    sent = str(event.get("headers", {}).get(HEADER, ""))
    return hmac.compare_digest(sent.encode(), read_secret(key_arn).encode())
