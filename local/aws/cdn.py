"""What MiniStack's CDN does otherwise than AWS's and this project meets. Of AWS's, it still lacks the cache and the firewall."""

from __future__ import annotations

import os
import re
from typing import Any

from ministack import app
from ministack.services import cloudfront

# A site's pages are below this path and the site's domain; on the loopback interface nobody resolves a domain.
SITES = re.compile(r"/_aws/cloudfront/(?P<domain>[^/]+)(?P<rest>/.*)")
API_HOST = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.\S+")


def sites_have_a_path() -> None:
    """MiniStack serves a distribution by its own name alone; `/_aws/cloudfront/<alias>/...` leads to the one that has this alias."""
    handle = app._handle_cloudfront_dataplane_request

    async def handled(
        host: str,
        path: str,
        raw_path: str,
        query: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        parameters: Any,
        address: str,
    ) -> Any:
        site, raw = SITES.fullmatch(path), SITES.fullmatch(raw_path)
        found = _of_alias(site["domain"]) if site else None
        if not (site and raw and found):
            return await handle(
                host, path, raw_path, query, method, headers, body, parameters, address
            )
        # The loopback interface counts as TLS everywhere else as well.
        over_tls = headers | {"x-forwarded-proto": "https"}
        return await cloudfront.handle_viewer_request(
            found, method, site["rest"], raw["rest"], query, over_tls, body, parameters, address
        )

    app._handle_cloudfront_dataplane_request = handled


def origins_reach_apis() -> None:
    """An API's own address is an origin as any other; MiniStack refuses to dial it, though the API is its own."""
    fetch = cloudfront._fetch_from_origin

    async def fetched(origin: dict[str, Any], *rest: Any) -> Any:
        api = API_HOST.fullmatch(origin["domain_name"])
        if api:
            path = f"/_aws/execute-api/{api['api']}/$default{origin.get('origin_path') or ''}"
            here = {
                "domain_name": "localhost",
                "http_port": int(os.environ["GATEWAY_PORT"]),
                "protocol_policy": "http-only",
            }
            origin = origin | here | {"origin_path": path}
        return await fetch(origin, *rest)

    cloudfront._fetch_from_origin = fetched


def _of_alias(domain: str) -> dict[str, Any] | None:
    return next(
        (
            found
            for found in cloudfront._distributions.values()
            if domain in cloudfront._get_distribution_aliases(found)
        ),
        None,
    )
