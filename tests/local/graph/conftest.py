"""The emulator in this process, and a client that sends a token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from local.graph.app import create_app
from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.fetch import Fetched
from local.graph.generated import AccountPlan, generated_account
from local.graph.state import INSTAGRAM_SCOPES
from tests.emulated_videos import video
from tests.graph.pictures import jpeg
from tests.graph_server import graph_server
from tests.json_types import JsonObject
from tests.local.graph.sdk import PERSON_TOKEN, Sdk

ADDRESS = "http://graph.test"
LIVE, LIVE_TOKEN = "17841400000000077", "IGAAlive"
HOSTS = {
    TOKEN: "graph.instagram.com",
    PERSON_TOKEN: "graph.facebook.com",
    LIVE_TOKEN: "graph.instagram.com",
}
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
PLAN = AccountPlan(LIVE, NOW - timedelta(days=365), NOW, posts=300, stories=5)


class GraphClient:
    """A client of the emulator."""

    def __init__(self, http: TestClient) -> None:
        self.http = http
        self.state = http.app.state.emulator.emulator_state  # type: ignore[attr-defined]
        self.files: dict[str, Fetched] = {}

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

    def picture(self, **changes: Any) -> str:
        """Return the URL of an image that the emulator can fetch."""
        url = f"https://photos.example.com/{len(self.files)}.jpg"
        self.files[url] = Fetched(jpeg(**changes), "image/jpeg")
        return url

    def video(self, **changes: object) -> str:
        """Return the URL of a video that the emulator can fetch."""
        url = f"https://photos.example.com/{len(self.files)}.mp4"
        self.files[url] = Fetched(video(**changes), "video/mp4")
        return url

    def create(self, token: str = TOKEN, **options: str) -> str:
        """Create a container and return its id."""
        return str(self.call("POST", f"{ACCOUNT_ID}/media", token, data=options)["id"])

    def publish(self, container: str) -> Any:
        """Return the answer of publishing a container."""
        return self.call("POST", "me/media_publish", data={"creation_id": container})

    def status(self, container: str) -> Any:
        """Return a container's status."""
        return self.get(container, fields="status_code,status")

    def advance(self, seconds: float) -> None:
        """Move the emulated time forward."""
        self.state.advance(timedelta(seconds=seconds))

    def published(self) -> Any:
        """Return what arrived of the posts that were published."""
        return self.http.get("/_control/published").json()

    def fetch(self, url: str) -> Fetched:
        """Return one of the files."""
        if url not in self.files:
            raise OSError(url)
        return self.files[url]

    def control(self, name: str, **body: object) -> Response:
        """Turn a knob."""
        return self.http.post(f"/_control/{name}", json=body)


class LiveGraph(GraphClient):
    """A client of an account whose numbers depend on the emulated time."""

    def __init__(self, http: TestClient) -> None:
        super().__init__(http)
        self.set_time(NOW)
        self.account = self.state.accounts[LIVE] = generated_account(PLAN)
        self.state.add_token(LIVE_TOKEN, LIVE, "instagram", INSTAGRAM_SCOPES, NOW)

    def call(self, method: str, path: str, token: str = LIVE_TOKEN, **request: Any) -> Any:
        """Return the decoded answer for the account's token."""
        return super().call(method, path, token, **request)

    def get(self, path: str, token: str = LIVE_TOKEN, **query: str) -> Any:
        """Return the decoded answer of a read."""
        return super().get(path, token, **query)

    def set_time(self, now: datetime) -> None:
        """Set the emulated time."""
        self.state.fixed = now

    def pages(self, path: str, **query: str) -> list[JsonObject]:
        """Return the entries of all pages."""
        page = self.get(path, **query)
        found: list[JsonObject] = page["data"]
        while "next" in page["paging"]:
            page = self.get(path, after=page["paging"]["cursors"]["after"], **query)
            found += page["data"]
        return found

    def numbers(self, media_id: str, *metrics: str) -> list[int]:
        """Return the insights of a media object."""
        found = self.get(f"{media_id}/insights", metric=",".join(metrics))["data"]
        return [entry["values"][0]["value"] for entry in found]

    def series(self, metric: str, since: datetime, until: datetime) -> dict[str, int]:
        """Return an account's numbers by the end of the day."""
        found = self.get("me/insights", metric=metric, period="day", **window(since, until))
        return {
            value["end_time"]: value["value"]
            for entry in found["data"]
            for value in entry["values"]
        }


def window(since: datetime, until: datetime) -> dict[str, str]:
    """Return the parameters of a period."""
    return {
        name: str(int(moment.timestamp())) for name, moment in (("since", since), ("until", until))
    }


@pytest.fixture
def live_graph() -> Iterator[LiveGraph]:
    with TestClient(create_app(ADDRESS), base_url=ADDRESS) as http:
        yield LiveGraph(http)


@pytest.fixture
def graph() -> Iterator[GraphClient]:
    app = create_app(ADDRESS, lambda url: client.fetch(url))
    with TestClient(app, base_url=ADDRESS) as http:
        client = GraphClient(http)
        client.state.fixed = NOW
        yield client


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    with graph_server() as graph:
        client = Sdk(graph)
        yield client
        client.close()
