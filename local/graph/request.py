"""A parsed request to the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from local.graph.parameters import Parameters
from local.graph.version import without_version

SECRETS = {
    "access_token",
    "appsecret_proof",
    "client_secret",
    "code",
    "fb_exchange_token",
    "input_token",
    "verify_token",
}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class GraphRequest:
    """A request to one of Meta's hosts; `path` is without host and version."""

    method: str
    host: str
    path: tuple[str, ...]
    query: Parameters = field(default_factory=Parameters)
    body: Parameters = field(default_factory=Parameters)
    token: str = field(default="", repr=False)
    url: str = ""
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def params(self) -> Parameters:
        """Return the parameters of query and body, without credentials."""
        return Parameters({**self.query, **self.body}).without_credentials()

    @property
    def appsecret_proof(self) -> str | None:
        """Return the proof that the caller holds the app's secret, if one was sent."""
        return self.query.get("appsecret_proof", self.body.get("appsecret_proof"))

    def journal_entry(self) -> dict[str, object]:
        """Return the call as the journal shows it, without secrets."""
        query = {name: "***" if name in SECRETS else self.query[name] for name in self.query}
        return {
            "method": self.method,
            "host": self.host,
            "path": "/".join(self.path),
            "query": query,
        }


async def parse_request(request: Request) -> GraphRequest:
    """Return the parsed request. Raises GraphError for a JSON body that is not an object."""
    host = str(request.path_params["host"])
    path = [part for part in str(request.path_params["path"]).split("/") if part]
    query = Parameters.from_pairs(request.query_params.multi_items())
    body, content = Parameters(), b""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if host == "rupload.facebook.com":
        content = await request.body()
    elif media_type == "application/json":
        body = Parameters.from_json(await request.body())
    elif media_type in FORMS:
        fields = (await request.form()).multi_items()
        body = Parameters.from_pairs((n, value) for n, value in fields if isinstance(value, str))
    return GraphRequest(
        method=request.method,
        host=host,
        path=without_version(path),
        query=query,
        body=body,
        token=_token(request.headers.get("authorization", ""), query, body),
        url=str(request.url),
        content=content,
        headers=dict(request.headers),
    )


def _token(authorization: str, query: Parameters, body: Parameters) -> str:
    bearer = authorization.removeprefix("Bearer ").removeprefix("OAuth ")
    return bearer or query.get("access_token") or body.get("access_token", "")
