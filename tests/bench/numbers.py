"""Collecting an account's numbers beside the naive way, and answering from stored rows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from local.deployment import LocalDeployment
from local.local_site import LocalSite
from tests.bench.row import Row, median_ms
from tests.deployed import ENV, EVENT, run_local

ACCOUNT, TOKEN = "17841400000000300", "IGAAbenchmarkofthenumbers"
LARGE = "17841400000002000"
HUGE = "17841400000010000"
POSTS, MANY, MOST = 300, 2000, 10_000
METRICS = ("reach", "likes", "comments", "saved", "shares", "views")
FALLBACK = (*METRICS, "plays", "video_views")
RANGE = "since=2024-12-01&until=2026-11-30"
WAIT_SECONDS = 120
# A run of the collection ends after 200 seconds; the next one goes on.
RUN_SECONDS, MAX_RUNS = 240, 5


@dataclass
class Naive:
    """What such services do: list all posts, then ask for each one's numbers.

    A post whose metrics are refused is asked metric by metric. A call that fails is an unknown
    number that counts as 0, as in the service that this project replaces.
    """

    base: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)
    calls: int = 0

    def get(self, path: str, **query: str) -> Any:
        """Make a call; return None if it is refused."""
        self.calls += 1
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.session.get(f"{self.base}/{path}", params=query, headers=headers, timeout=30)
        return answer.json() if answer.status_code == 200 else None

    def posts(self, account: str) -> Iterator[str]:
        """Iterate over the ids of all posts."""
        after: dict[str, str] = {}
        while True:
            page = self.get(f"{account}/media", fields="id,timestamp", limit="50", **after)
            if page is None:
                return
            yield from (one["id"] for one in page["data"])
            if "next" not in page.get("paging", {}):
                return
            after = {"after": page["paging"]["cursors"]["after"]}

    def numbers(self, media_id: str) -> dict[str, int]:
        """Return the numbers of a post; 0 for what was refused."""
        found = self.get(f"{media_id}/insights", metric=",".join(METRICS))
        if found is None:
            parts = (self.get(f"{media_id}/insights", metric=one) for one in FALLBACK)
            found = {"data": [entry for part in parts if part for entry in part["data"]]}
        known = {entry["name"]: entry["values"][0]["value"] for entry in found["data"]}
        return {name: known.get(name, 0) for name in METRICS}


def measure() -> list[Row]:
    """Return calls, times and what each way answers when the budget ends half-way."""
    run_local("down")
    run_local("up")
    try:
        site = LocalSite(LocalDeployment.from_env(ENV))
        return [*_collecting(site), *_answering(site), *_collecting_most(site)]
    finally:
        run_local("down")


def _collecting(site: LocalSite) -> list[Row]:
    _generate(site, ACCOUNT, POSTS)
    naive = Naive(_base(site), TOKEN)
    started = time.perf_counter()
    read = [naive.numbers(media_id) for media_id in naive.posts(ACCOUNT)]
    naive_seconds = time.perf_counter() - started
    if len(read) != POSTS:
        raise RuntimeError(f"the reference read {len(read)} posts")
    _connect(site, ACCOUNT)
    before, started = len(_calls(site)), time.perf_counter()
    site.put("Analytics.CollectQueue", {"account_id": ACCOUNT, "unit": "catalogue"})
    _wait_for_posts(site, ACCOUNT, POSTS)
    seconds = time.perf_counter() - started
    # Other units of the account are collected in the meantime.
    ours = [path for path in _calls(site)[before:] if _reads_posts(path)]
    name = f"numbers of {POSTS} posts"
    return [
        Row(f"{name}, calls", len(ours), "calls", naive.calls, "list, then one by one"),
        Row(f"{name}, time until stored", seconds, "s", naive_seconds, "read only, not stored"),
        *_running_out(site, naive.calls),
    ]


def _reads_posts(path: str) -> bool:
    return path.endswith(f"{ACCOUNT}/media") or (path.endswith("/insights") and ACCOUNT not in path)


def _running_out(site: LocalSite, naive_calls: int) -> list[Row]:
    """Compare what each way answers when the limit is used up after half of its own calls."""
    with _limit(site, ACCOUNT, 200 / naive_calls):
        naive = Naive(_base(site), TOKEN)
        listed = list(naive.posts(ACCOUNT))
        lost = sum(not naive.numbers(media_id)["views"] for media_id in listed)
    # Ours stops at 70 %: after two of its pages.
    with _limit(site, ACCOUNT, 35):
        site.put("Analytics.CollectQueue", {"account_id": ACCOUNT, "unit": "catalogue"})
        deadline = time.monotonic() + WAIT_SECONDS
        while "throttled" not in [one["code"] for one in _reasons(site)]:
            if time.monotonic() > deadline:
                raise RuntimeError("the limit did not stop the collection")
            time.sleep(0.2)
        posts = _report(site, ACCOUNT)["posts"]
        ours = sum(not post["metrics"]["views"] and not post["missing"] for post in posts)
    name = "posts that answer 0 when the limit ends half-way"
    return [Row(name, ours, "posts", lost, "list, then one by one")]


def _reasons(site: LocalSite) -> Any:
    return _report(site, ACCOUNT)["coverage"]["reasons"]


def _answering(site: LocalSite) -> list[Row]:
    _generate(site, LARGE, MANY)
    _connect(site, LARGE)
    site.put("Analytics.CollectQueue", {"account_id": LARGE, "unit": "catalogue"})
    _wait_for_posts(site, LARGE, MANY)
    path = f"/instagram/analytics?account={LARGE}&{RANGE}"
    while not _get(site, path)["fromCache"]:
        time.sleep(0.2)
    hit = median_ms(lambda: _get(site, path), 20)
    queries = iter(range(1000))
    miss = median_ms(lambda: _get(site, f"{path}&minReach={next(queries)}"), 10)
    url, session = site.outputs["guest_url"], requests.Session()
    page = median_ms(lambda: session.get(f"{url}/g/{EVENT}", timeout=30), 20)
    name = f"report over 730 days, {MANY} posts"
    return [
        Row(f"{name}, stored answer", hit, "ms", page, "event page"),
        Row(f"{name}, computed", miss, "ms", page, "event page"),
    ]


def _collecting_most(site: LocalSite) -> list[Row]:
    """Measure what the most posts cost that the API gives of an account."""
    _generate(site, HUGE, MOST)
    _connect(site, HUGE)
    before, started = len(_calls(site)), time.perf_counter()
    for run in range(MAX_RUNS):
        site.put("Analytics.CollectQueue", {"account_id": HUGE, "unit": "catalogue"})
        try:
            _wait_for_posts(site, HUGE, MOST, RUN_SECONDS)
        except RuntimeError:
            if run == MAX_RUNS - 1:
                raise
        else:
            break
    seconds = time.perf_counter() - started
    calls = [path for path in _calls(site)[before:] if path.endswith(f"{HUGE}/media")]
    name = f"numbers of {MOST} posts"
    return [
        Row(f"{name}, calls", len(calls), "calls"),
        Row(f"{name}, time until stored", seconds, "s"),
    ]


@contextmanager
def _limit(site: LocalSite, account: str, percent_per_call: float) -> Iterator[None]:
    site.control("rising_usage", account=account, percent_per_call=percent_per_call)
    try:
        yield
    finally:
        site.control("rising_usage", account=account)


def _generate(site: LocalSite, account: str, posts: int) -> None:
    now = datetime.now(UTC)
    since, until = (now - timedelta(days=700)).isoformat(), now.isoformat()
    site.control("expansion", behaviour="works")
    token = {"token": TOKEN} if account == ACCOUNT else {}
    site.control("generate", id=account, posts=posts, since=since, until=until, **token)


def _connect(site: LocalSite, account: str) -> None:
    site.consent(site.connect_dialog(), account)


def _base(site: LocalSite) -> str:
    return f"{site.outputs['graph_url']}/graph.instagram.com/v25.0"


def _calls(site: LocalSite) -> list[str]:
    answer = requests.get(f"{site.outputs['graph_url']}/_control/journal", timeout=60)
    return [str(entry["path"]) for entry in answer.json()]


def _wait_for_posts(
    site: LocalSite, account: str, count: int, seconds: float = WAIT_SECONDS
) -> None:
    deadline = time.monotonic() + seconds
    while _report(site, account)["totals"]["posts"] < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the posts of {account} were not collected")
        time.sleep(0.2)


def _report(site: LocalSite, account: str) -> Any:
    return _get(site, f"/instagram/analytics?account={account}&{RANGE}")


def _get(site: LocalSite, path: str) -> Any:
    status, answer = site.operate("GET", path)
    if status != 200:
        raise RuntimeError(json.dumps(answer))
    return answer
