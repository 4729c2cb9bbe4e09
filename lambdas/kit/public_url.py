"""URLs that others name: read in one way only, and never of a network that is not public."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Iterator

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

# Whatever two parsers could read differently: white space, controls, backslashes, user names.
PLAIN = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-?A-\[\]-~]*)?(\?[!-\[\]-~]*)?", re.ASCII
)
# Addresses of IPv6 that lead to one of IPv4 (RFC 6052): the last 32 bits hold it.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# The local form (RFC 8215) may be translated to anything, as may the deprecated compatible form.
NEVER_PUBLIC = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("::/96"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str], Iterable[str]]


class UrlRefused(Exception):
    """Nothing is read from this URL."""


def resolve(host: str) -> list[str]:
    """Return the IP addresses of a host. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except UnicodeError:
        # A part of the name is empty or too long.
        raise OSError("no name of a host") from None
    return [str(info[4][0]) for info in found]


def parsed_url(url: str) -> Url:
    """Return the parts of a URL that all parsers read alike. Raises UrlRefused."""
    if not PLAIN.fullmatch(url):
        raise UrlRefused("not a plain http address")
    try:
        return parse_url(url)
    except LocationParseError:
        raise UrlRefused("not an address") from None


def is_public(address: str) -> bool:
    """Return whether an IP address, and each one that is embedded in it, is a public one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (found, *_embedded(found))) and (
        found.version == 4 or not any(found in network for network in NEVER_PUBLIC)
    )


def _embedded(address: Address) -> Iterator[Address]:
    """Yield the IPv4 addresses that a gateway would take out of one of IPv6."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
