"""The client against the emulator, in one process and in emulated time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from lambdas.graph.addresses import Addresses
from lambdas.graph.budget import BudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LoginType, platform_of
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.clock import FixedClock
from local.graph.app import Dropped, create_app
from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.emulator import Emulator
from local.graph.fetch import Fetched
from tests.conftest import NOW
from tests.json_types import JsonObject

GRAPH = "http://graph.test"
APPS = {
    "instagram": AppCredentials("1000000001", "instagram-secret"),
    "facebook": AppCredentials("2000000001", "facebook-secret"),
}
TOKENS = {"instagram": TOKEN, "facebook": "EAAlocalpersontoken"}


class Log:
    """Records log lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Record an ordinary line."""
        self.lines.append(("info", msg, dict(extra)))

    def warning(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Record a warning."""
        self.lines.append(("warning", msg, dict(extra)))


class Bench:
    """An emulator, and clients that call it."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.log = Log()
        self.counted: list[str] = []
        self.measured: list[tuple[str, float]] = []
        self.slept: list[float] = []
        self.files: dict[str, bytes] = {}
        self._hook = ""
        app = create_app(GRAPH, self._fetch)
        self.emulator: Emulator = app.state.emulator
        self.emulator_state = self.emulator.emulator_state
        self._follow_clock()
        self.emulator_state.reset()
        self._http = TestClient(app, base_url=GRAPH)
        self.transport = FakeTransport(self._answer)

    def answer_challenges_at(self, url: str) -> None:
        """Let a webhook's address answer Meta's handshake."""
        self._hook = url

    def _fetch(self, url: str) -> Fetched:
        if self._hook and url.startswith(self._hook):
            return Fetched(parse_qs(urlsplit(url).query)["hub.challenge"][0].encode())
        if url not in self.files:
            raise OSError(url)
        kind = "video/mp4" if urlsplit(url).path.endswith(".mp4") else "image/jpeg"
        return Fetched(self.files[url], kind)

    def _follow_clock(self) -> None:
        self.emulator_state.fixed = self.clock.now()

    def _answer(self, request: Request) -> Answer:
        self._follow_clock()
        body: dict[str, Any] = {"json": request.json} if request.json is not None else {}
        if request.form:
            body = {"files": {name: (None, value) for name, value in request.form.items()}}
        if request.content is not None:
            body = {"content": request.content}
        try:
            answer = self._http.request(
                request.method,
                request.url,
                params=dict(request.query) or None,
                headers=dict(request.headers),
                follow_redirects=False,
                **body,
            )
        except Dropped:
            raise TransportFailed("ConnectionError") from None
        return Answer(
            answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content
        )

    def _measure(self, name: str, value: float) -> None:
        self.measured.append((name, value))

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def graph(
        self,
        login_type: str = "instagram",
        store: BudgetStore | None = None,
        version: str = "v25.0",
        seed: int = 1,
    ) -> Graph:
        """Return a client of one login type."""
        deps = ClientDependencies(
            self.transport,
            self.clock,
            self.log,
            self.counted.append,
            self._measure,
            self.sleep,
            random.Random(seed),
        )
        return Graph(
            platform_of(login_type), APPS[login_type], Addresses(version, GRAPH), deps, store
        )

    def account(
        self, login_type: str = "instagram", token: str | None = None, account_id: str = ACCOUNT_ID
    ) -> Account:
        """Return an account of one login type."""
        return self.graph(login_type).account(account_id, token or TOKENS[login_type])

    def page_account(self) -> Account:
        """Return the account of the Facebook login, with the token of its Page."""
        pages = self.account("facebook").pages.shared()
        token = next(page.token for page in pages if page.instagram_id == ACCOUNT_ID)
        return self.account("facebook", token=token)

    def messaging_account(self, login_type: str) -> Account:
        """Return an account with the token that is stored for it."""
        return self.account() if login_type == "instagram" else self.page_account()

    def control(self, name: str, **body: object) -> JsonObject:
        """Change the emulator's state or behaviour."""
        answer: JsonObject = self._http.post(f"/_control/{name}", json=body).json()
        return answer

    def read_control(self, name: str) -> Any:
        """Return what the emulator lists under a name."""
        return self._http.get(f"/_control/{name}").json()

    def calls(self, path: str = "") -> int:
        """Return how many calls of a path the emulator received."""
        return sum(path in str(entry["path"]) for entry in self.emulator_state.journal)


@pytest.fixture
def bench() -> Iterator[Bench]:
    return_value = Bench()
    yield return_value
    seen = (
        repr(return_value.log.lines)
        + repr(return_value.emulator_state.journal)
        + repr(return_value.transport.requests)
    )
    for secret in (*return_value.emulator_state.tokens, "instagram-secret", "facebook-secret"):
        assert secret not in seen, "a secret was logged"


@pytest.fixture(params=[one.value for one in LoginType])
def login_type(request: pytest.FixtureRequest) -> str:
    return str(request.param)
