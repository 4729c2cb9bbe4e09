"""The form of a URL that a person gave; what uses it looks at the network by itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lambdas.kit.public_url import PLAIN, is_public

MAX_LENGTH = 2048
NAME = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]+")
# Names that no public server has. Source: RFC 6761, RFC 6762, RFC 8375, ICANN on `internal`.
PRIVATE_ENDINGS = (
    "localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "test",
    "example", "invalid", "onion", "home.arpa",
)  # fmt: skip


def url_problem(url: str, *, private_addresses: bool) -> tuple[str, str] | None:
    """Return why an address is not used, as a code and a sentence, or None.

    With `private_addresses` hosts may be private and without TLS: local mode.
    """
    if len(url) > MAX_LENGTH:
        return "too_long", f"has {len(url)} characters; {MAX_LENGTH} are possible."
    if not url.isascii():
        return "not_ascii", "must be ASCII: write other characters percent-encoded."
    if not url.startswith(("https://", "http://")) or not PLAIN.fullmatch(url):
        return "invalid_url", "must be a plain https address, without a user name or a fragment."
    if private_addresses:
        return None
    if not url.startswith("https://"):
        return "not_https", "must begin with https://."
    parts = urlsplit(url)
    if parts.netloc.partition(":")[2] not in ("", "443"):
        # Nothing is ever sent to another port.
        return "invalid_url", "must not name a port."
    host = (parts.hostname or "").rstrip(".").lower()
    return None if _is_public(host) else ("not_public", "must be on a public host.")


def _is_public(host: str) -> bool:
    if is_public(host):
        return True
    # Forms such as 127.1 or 0x7f000001 are addresses to some parsers: they are not names.
    if not NAME.fullmatch(host):
        return False
    return not any(host == ending or host.endswith(f".{ending}") for ending in PRIVATE_ENDINGS)
