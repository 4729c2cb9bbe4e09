"""Measure the Graph client against the emulator, over real connections."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests

from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import INSTAGRAM, Addresses
from lambdas.graph.transport import RequestsTransport
from lambdas.kit.clock import SystemClock
from local.deployment import ROOT
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY, TOKEN
from tests.bench.row import Row, median_ms

PORT = 4598
BASE = f"http://127.0.0.1:{PORT}"
POSTS = 300


class NullLog:
    """A log that discards its lines."""

    def info(self, msg: str, *, extra: Mapping[str, Any]) -> None:
        """Discard a line."""

    def warning(self, msg: str, *, extra: Mapping[str, Any]) -> None:
        """Discard a line."""


@contextmanager
def emulator() -> Iterator[None]:
    """Run an emulator with 300 more posts."""
    process = subprocess.Popen([sys.executable, "-m", "local.graph", "--port", str(PORT)], cwd=ROOT)
    try:
        while True:
            try:
                requests.get(f"{BASE}/_control/clock", timeout=1)
                break
            except requests.RequestException:
                time.sleep(0.05)
        posts = [
            {
                "id": f"9{n:05d}",
                "taken_at": (SAMPLE_DAY - timedelta(days=100, minutes=n)).isoformat(),
            }
            for n in range(POSTS)
        ]
        requests.post(
            f"{BASE}/_control/media", json={"account": ACCOUNT_ID, "media": posts}, timeout=10
        )
        yield
    finally:
        process.terminate()
        process.wait(10)


def read_posts_with_insights(account: Account) -> int:
    """Read all posts of a window with their insights; return how many have some."""
    since, until = SAMPLE_DAY - timedelta(days=101), SAMPLE_DAY - timedelta(days=99)
    return sum(
        bool(account.insights.of_media(media)) for media in account.library.media(since, until)
    )


def measure() -> list[Row]:
    """Measure calls and time for 300 posts with insights, and what the client adds to a call."""
    transport = RequestsTransport()
    graph = Graph(
        INSTAGRAM,
        AppCredentials("1", ""),
        Addresses("v25.0", BASE),
        ClientDependencies(transport, SystemClock(), NullLog()),
    )
    account, session = graph.account(ACCOUNT_ID, TOKEN), requests.Session()
    # As in the client: looking for proxies and .netrc at each call would slow the reference down.
    session.trust_env = False
    with emulator():
        before = len(requests.get(f"{BASE}/_control/journal", timeout=10).json())
        started = time.perf_counter()
        count = read_posts_with_insights(account)
        taken = time.perf_counter() - started
        calls = len(requests.get(f"{BASE}/_control/journal", timeout=10).json()) - before
        if count != POSTS:
            raise RuntimeError(f"{count} posts were read, not {POSTS}")
        url, headers = (
            f"{BASE}/graph.instagram.com/v25.0/{ACCOUNT_ID}",
            {"Authorization": f"Bearer {TOKEN}"},
        )
        ours = median_ms(account.library.profile, 200)
        bare = median_ms(
            lambda: session.get(
                url, params={"fields": "id,username"}, headers=headers, timeout=10
            ).json(),
            200,
        )
    transport.close()
    session.close()
    return [
        Row(
            f"{POSTS} posts with insights, calls",
            calls,
            "calls",
            POSTS + POSTS / 50,
            "one per post, one per page of 50",
        ),
        Row(f"{POSTS} posts with insights, time", taken, "s"),
        Row("one call of the client", ours, "ms", bare, "bare requests"),
    ]
