"""The checks of a URL that a person gave, before anything is sent to its host."""

from __future__ import annotations

import enum
import ipaddress
import re
from urllib.parse import quote, urlsplit, urlunsplit

from lambdas.kit.foreign_host import USUAL_PORTS, Hop
from lambdas.kit.public_url import Resolve, UrlRefused, is_public, parsed_url

MAX_URL = 4096
MAX_ADDRESSES = 8
# Parsers drop some of these, and so disagree about what remains.
UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f]")
SAFE = "%/:;,!$&'()*+=~-._"
RULE = "The URL must begin with https:// and name a public host, without a user name or a port."


class HostProblem(enum.StrEnum):
    """Why nothing is sent to the host of a URL."""

    NOT_ALLOWED = "not_allowed"
    NO_ADDRESS = "no_address"
    """This may be different later."""
    NOT_PUBLIC = "not_public"


class HostRefused(Exception):
    """Nothing is sent to the host of this URL; the text is a sentence without path and query."""

    def __init__(self, problem: HostProblem, message: str, host: str = "") -> None:
        super().__init__(message)
        self.problem = problem
        self.host = host


def hops_of(url: str, resolve: Resolve, *, allow_private: bool) -> list[Hop]:
    """Return the requests that may be tried for a URL, one for each of its host's addresses.

    `allow_private` is for local mode alone: any address and port, and http. Raises HostRefused.
    """
    try:
        parsed = parsed_url(_plain(url))
    except (UrlRefused, ValueError):
        raise HostRefused(HostProblem.NOT_ALLOWED, RULE) from None
    scheme, host = parsed.scheme or "", (parsed.host or "").rstrip(".")
    port = parsed.port or USUAL_PORTS.get(scheme, 0)
    if not host or (not allow_private and (scheme, port) != ("https", 443)):
        raise HostRefused(HostProblem.NOT_ALLOWED, RULE)
    try:
        addresses = list(dict.fromkeys(resolve(host)))
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        raise HostRefused(HostProblem.NO_ADDRESS, f"The host {host} has no address.", host)
    if not allow_private and not all(is_public(one) for one in addresses):
        message = f"The address of {host} is not a public one."
        raise HostRefused(HostProblem.NOT_PUBLIC, message, host)
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
