"""The emulator in this process, and a client that sends a token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from local.graph.app import create_app
from local.graph.data import TOKEN
from tests.graph_server import graph_server
from tests.local.graph.sdk import PERSON_TOKEN, Sdk

ADDRESS = "http://graph.test"
HOSTS = {TOKEN: "graph.instagram.com", PERSON_TOKEN: "graph.facebook.com"}


class GraphClient:
    """A client of the emulator."""

    def __init__(self, http: TestClient) -> None:
        self.http = http
        self.state = http.app.state.emulator.emulator_state  # type: ignore[attr-defined]

    def call(self, method: str, path: str, token: str = TOKEN, **request: Any) -> Any:
        """Return the decoded answer of the token's host."""
        return self.http.request(
            method,
            f"/{HOSTS[token]}/v25.0/{path}",
            headers={"Authorization": f"Bearer {token}"},
            **request,
        ).json()

    def get(self, path: str, token: str = TOKEN, **query: str) -> Any:
        """Return the decoded answer of a read."""
        return self.call("GET", path, token, params=query)

    def control(self, name: str, **body: object) -> Response:
        """Turn a knob."""
        return self.http.post(f"/_control/{name}", json=body)


@pytest.fixture
def graph() -> Iterator[GraphClient]:
    with TestClient(create_app(ADDRESS), base_url=ADDRESS) as http:
        yield GraphClient(http)


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    with graph_server() as graph:
        client = Sdk(graph)
        yield client
        client.close()
