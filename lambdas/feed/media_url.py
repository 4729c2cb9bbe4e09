"""Which URLs pictures may be copied from: what foreign data names is checked before any request."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from lambdas.kit.public_url import Resolve, UrlRefused, is_public, parsed_url, resolve

__all__ = ["CheckedUrl", "Resolve", "UrlRefused", "checked_url", "resolve"]

ANY_HOST = "*"


@dataclass(frozen=True)
class CheckedUrl:
    """A URL as the network library reads it, and the address that was checked.

    Requests go to this address: a name may be resolved otherwise a moment later. It is None where
    any host is allowed.
    """

    url: str
    address: str | None = None


def checked_url(url: str, hosts: tuple[str, ...], resolve: Resolve = resolve) -> CheckedUrl:
    """Return the URL and where to read it. Raises UrlRefused.

    It must be https, on one of the hosts or below, and resolve to public addresses alone. With
    the host `*` (a server that replaces Meta's hosts) any URL without tricks is accepted.
    """
    parsed = parsed_url(url)
    host = parsed.host or ""
    if ANY_HOST in hosts:
        return CheckedUrl(parsed.url)
    if parsed.scheme != "https" or parsed.port not in (None, 443):
        raise UrlRefused("not https")
    if not any(f".{host}".endswith(f".{allowed}") for allowed in hosts):
        raise UrlRefused("not a host that pictures are copied from")
    try:
        addresses = list(resolve(host))
    except OSError:
        raise UrlRefused("the host has no address") from None
    if not addresses or not all(is_public(one) for one in addresses):
        raise UrlRefused("the host has an address that is not public")
    # IPv4 first: functions have no way to hosts of IPv6.
    first = min(addresses, key=lambda one: ipaddress.ip_address(one).version)
    return CheckedUrl(parsed.url, first)
