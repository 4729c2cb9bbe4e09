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
# All public addresses of IPv6 that were ever given out (IANA). Beside it are forms that routers may
# translate to anything (RFC 8215, RFC 2765) and those of single sites (RFC 3879).
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# What the tables of Python lack: documentation (RFC 9637), relays for 6to4 (RFC 7526), protocols.
NEVER_PUBLIC = tuple(map(ipaddress.ip_network, ("3fff::/20", "192.88.99.0/24", "192.0.0.0/24")))
# The interface of ISATAP (RFC 5214): the last 32 bits hold an address of IPv4.
ISATAP = (0x0000_5EFE, 0x0200_5EFE)
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
    if isinstance(found, ipaddress.IPv6Address) and not (
        found in GLOBAL_UNICAST or found in NAT64 or found.ipv4_mapped
    ):
        return False
    return all(map(_is_global, (found, *_embedded(found))))


def _is_global(address: Address) -> bool:
    known = address.is_global and not address.is_multicast
    return known and not any(address in network for network in NEVER_PUBLIC)


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
    if (int(address) >> 32) & 0xFFFF_FFFF in ISATAP or address in NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
