"""The address from which a request came, for limits per address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

# What one customer of a provider gets at least. Source: RFC 6177.
IPV6_PREFIX = 64


def client_address(source: str, forwarded: str, behind_cdn: bool) -> str:
    """Return the caller's address; of IPv6 the network, whose other addresses cost nothing.

    `source` is who connected to the API, `forwarded` the header X-Forwarded-For. Its beginning is
    whatever the caller sent. The CDN appends the address of its viewer, after which the API may
    append that of the CDN; so it counts only if the request came through the CDN.
    """
    if behind_cdn:
        hops = [hop.strip() for hop in forwarded.split(",")]
        if hops[-1] == source:
            hops.pop()
        if hops and (viewer := _network(hops[-1])):
            return viewer
    return _network(source) or source


def _network(text: str) -> str:
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> IPV6_PREFIX << IPV6_PREFIX)}/{IPV6_PREFIX}"
    return str(address)
