"""Which URLs pictures may be copied from: what foreign data names is checked before any request."""

from __future__ import annotations

from lambdas.kit.public_url import Resolve, UrlRefused, is_public, parsed_url, resolve

__all__ = ["Resolve", "UrlRefused", "checked_url", "resolve"]

ANY_HOST = "*"


def checked_url(url: str, hosts: tuple[str, ...], resolve: Resolve = resolve) -> str:
    """Return the URL as the network library reads it. Raises UrlRefused.

    It must be https, on one of the hosts or below, and resolve to public addresses alone. With
    the host `*` (a server that replaces Meta's hosts) any URL without tricks is accepted.
    """
    parsed = parsed_url(url)
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
    if not addresses or not all(is_public(one) for one in addresses):
        raise UrlRefused("the host has an address that is not public")
    return parsed.url
