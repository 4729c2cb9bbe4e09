"""Patches for MiniStack's CloudFront: one function per difference from AWS.

It still has no cache and no firewall.
"""

from __future__ import annotations

import os
import re

from ministack import app
from ministack.services import cloudfront

from lambdas.kit.decoded import JsonObject

# Site domains do not resolve on the loopback interface, so the domain is a part of the path.
SITES = re.compile(r"/_aws/cloudfront/(?P<name>[^/]+)(?P<rest>/.*)")
API_HOST = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.\S+")


def serve_sites_by_path() -> None:
    """Serve a distribution at `/_aws/cloudfront/<name>/...`: by an alias, its domain or its id.

    MiniStack serves it by its own domain name only, which does not resolve.
    """
    handle = app._handle_cloudfront_dataplane_request

    async def handled(
        host: str,
        path: str,
        raw_path: str,
        query: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        parameters: object,
        address: str,
    ) -> object:
        site, raw = SITES.fullmatch(path), SITES.fullmatch(raw_path)
        found = _named(site["name"]) if site else None
        if not (site and raw and found):
            return await handle(
                host, path, raw_path, query, method, headers, body, parameters, address
            )
        # See gaps.treat_loopback_as_tls.
        over_tls = headers | {"x-forwarded-proto": "https"}
        return await cloudfront.handle_viewer_request(
            found, method, site["rest"], raw["rest"], query, over_tls, body, parameters, address
        )

    app._handle_cloudfront_dataplane_request = handled


def route_origins_to_apis() -> None:
    """Route requests for an API's address to the API that MiniStack itself emulates.

    MiniStack refuses to connect to `*.execute-api.*` origins.
    """
    fetch = cloudfront._fetch_from_origin

    async def fetched(origin: JsonObject, *rest: object) -> object:
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


def list_no_conflicting_aliases() -> None:
    """Answer that no other account has a distribution's domain: there is no other account.

    MiniStack has no `ListConflictingAliases`.
    """
    handle = cloudfront.handle_request

    async def handled(
        method: str, path: str, headers: object, body: object, query: JsonObject
    ) -> object:
        if method == "GET" and path.endswith("/conflicting-alias"):
            return cloudfront._empty_marker_list(query, "ConflictingAliasesList", with_marker=False)
        return await handle(method, path, headers, body, query)

    cloudfront.handle_request = handled


def _named(name: str) -> JsonObject | None:
    return next(
        (
            found
            for found in cloudfront._distributions.values()
            if name
            in (
                found["DomainName"],
                found["Id"],
                *cloudfront._get_distribution_aliases(found),
            )
        ),
        None,
    )
