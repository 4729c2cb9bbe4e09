"""Which URLs pictures may be copied from: what foreign data names is checked before any request."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

# Whatever two parsers could read differently: white space, controls, backslashes, user names.
PLAIN = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-?A-\[\]-~]*)?(\?[!-\[\]-~]*)?", re.ASCII
)
ANY_HOST = "*"
Resolve = Callable[[str], Iterable[str]]


class UrlRefused(Exception):
    """Pictures are not copied from this URL."""


def resolve(host: str) -> list[str]:
    """Return the IP addresses of a host. Raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def checked_url(url: str, hosts: tuple[str, ...], resolve: Resolve = resolve) -> str:
    """Return the URL as the network library reads it. Raises UrlRefused.

    It must be https, on one of the hosts or below, and resolve to public addresses alone. With
    the host `*` (a server that replaces Meta's hosts) any URL without tricks is accepted.
    """
    parsed = _parsed(url)
    host = parsed.host or ""
    if ANY_HOST in hosts:
        return parsed.url
    if parsed.scheme != "https" or parsed.port not in (None, 443):
        raise UrlRefused("not https")
    if not any(f".{host}".endswith(f".{allowed}") for allowed in hosts):
        raise UrlRefused("not a host that pictures are copied from")
    try:
        addresses = list(resolve(host))
    except OSError:
        raise UrlRefused("the host has no address") from None
    if not addresses or not all(ipaddress.ip_address(one).is_global for one in addresses):
        raise UrlRefused("the host has an address that is not public")
    return parsed.url


def _parsed(url: str) -> Url:
    if not PLAIN.fullmatch(url):
        raise UrlRefused("not a plain http address")
    try:
        return parse_url(url)
    except LocationParseError:
        raise UrlRefused("not an address") from None
