"""The checks of an operator's URL, and of each one that it redirects to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urlsplit, urlunsplit

from lambdas.kit.public_url import Resolve, UrlRefused, is_public, parsed_url
from lambdas.publishing.foreign_host import USUAL_PORTS, Hop
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable, unsuitable

MAX_URL = 4096
MAX_ADDRESSES = 8
# Parsers drop some of these, and so disagree about what remains.
UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f]")
SAFE = "%/:;,!$&'()*+=~-._"
RULE = "The URL must begin with https:// and name a public host, without a user name or a port."


def hops_of(url: str, resolve: Resolve, *, is_redirect: bool, allow_private: bool) -> list[Hop]:
    """Return the requests that may be tried for a URL, one for each of its host's addresses.

    `allow_private` is for local mode alone: any address and port, and http. Raises Unsuitable.
    """
    try:
        parsed = parsed_url(_plain(url))
    except (UrlRefused, ValueError):
        raise unsuitable(MediaProblem.URL_NOT_ALLOWED, RULE) from None
    scheme, host = parsed.scheme or "", (parsed.host or "").rstrip(".")
    port = parsed.port or USUAL_PORTS.get(scheme, 0)
    if not host or (not allow_private and (scheme, port) != ("https", 443)):
        raise unsuitable(MediaProblem.URL_NOT_ALLOWED, RULE)
    try:
        addresses = list(dict.fromkeys(resolve(host)))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        raise unsuitable(
            MediaProblem.FETCH_FAILED, f"The host {host} has no address.", retryable=True
        )
    if not allow_private and not all(is_public(one) for one in addresses):
        raise _not_public(host, is_redirect=is_redirect)
    # IPv4 first: functions have no way to hosts of IPv6.
    addresses.sort(key=lambda one: ipaddress.ip_address(one).version)
    return [Hop(scheme, host, port, one, parsed.request_uri) for one in addresses[:MAX_ADDRESSES]]


def _plain(url: str) -> str:
    """Return a URL in ASCII: the host by IDNA, the rest in percent codes. Raises ValueError."""
    if len(url) > MAX_URL or UNSEEN.search(url):
        raise ValueError("not a plain URL")
    parts = urlsplit(url)
    # What IDNA maps to another character (a wide full stop, a slash) is judged as what it is then.
    authority = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    path, query = quote(parts.path, SAFE), quote(parts.query, SAFE + "?@")
    return urlunsplit((parts.scheme, authority, path, query, ""))


def _not_public(host: str, *, is_redirect: bool) -> Unsuitable:
    if is_redirect:
        return unsuitable(
            MediaProblem.REDIRECT_NOT_PUBLIC,
            f"The URL redirects to {host}, whose address is not a public one.",
        )
    return unsuitable(MediaProblem.URL_NOT_PUBLIC, f"The address of {host} is not a public one.")
