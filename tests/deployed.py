"""A really deployed local stack, apart from the developer's own: other ports, another directory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from local.alarms import Inbox, wait_for_alarm
from local.deployment import ROOT, LocalDeployment

ENV = {
    "LOCAL_DIR": ".cache/test-stack",
    "AWS_PORT": "4580",
    "GRAPH_PORT": "4581",
    "CONTEXT": "max_event_files=40",
    "GRAPH_BASE": "",
}
BEHIND_CDN = {
    "LOCAL_DIR": ".cache/edge-stack",
    "AWS_PORT": "4582",
    "GRAPH_PORT": "4583",
    "CONTEXT": "edge=true",
    "GRAPH_BASE": "",
}
EVENT = "2026-04-29"


def run_local(
    *arguments: str, env: dict[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Runs a command of local mode; fails with all that it printed."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "IG_", "INSTAGRAM_", "PHOTOS", "EVENT"))
    }
    command = [sys.executable, "-m", "local", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=clean | (env or ENV),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if check and done.returncode:
        pytest.fail(f"{' '.join(arguments)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
    return done


def fresh_event() -> str:
    """A date that no other test, and hardly a run before, has touched."""
    return (date(2011, 1, 1) + timedelta(days=random.randrange(5000))).isoformat()


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    deployment: LocalDeployment
    outputs: dict[str, Any]

    @property
    def event_url(self) -> str:
        """The sample event's page."""
        return self.event(EVENT)

    def event(self, event_id: str) -> str:
        """An event's page."""
        return f"{self.outputs['guest_url']}/g/{event_id}"

    def photos(self, event_id: str = EVENT, **query: str) -> Any:
        """An event's list."""
        answer = requests.get(
            f"{self.event(event_id)}/photos", params=query or {"limit": "100"}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def client(self, service: str) -> Any:
        """A client of its AWS, as root."""
        from local.clients import client

        return client(self.deployment, service)

    def wait_for_alarm(
        self, name: str, state: str, seconds: float = 20, nudge: Callable[[], object] = lambda: None
    ) -> None:
        """Waits until an alarm (its name without the stage) is in a state."""
        wait_for_alarm(self.deployment, name, state, seconds, nudge)

    def operate(self, method: str, path: str) -> requests.Response:
        """A call of an operators' route, signed in."""
        headers = {"Authorization": f"Bearer {self.outputs['operator']['token']}"}
        return requests.request(method, self.outputs["api_url"] + path, headers=headers, timeout=60)

    def control(self, knob: str, **body: Any) -> Any:
        """Turns a knob of the Graph emulator."""
        return requests.post(
            f"{self.outputs['graph_url']}/_control/{knob}", json=body, timeout=10
        ).json()

    def logs(self) -> str:
        """All that the functions have logged."""
        client, lines = self.client("logs"), []
        for group in client.describe_log_groups(limit=50)["logGroups"]:
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            ):
                lines += [event["message"] for event in page["events"]]
        return "\n".join(lines)

    def journal(self) -> list[dict[str, str]]:
        """The calls that the Graph emulator received."""
        calls: list[dict[str, str]] = requests.get(
            f"{self.outputs['graph_url']}/_control/journal", timeout=30
        ).json()
        return calls


@pytest.fixture
def inbox(stack: Stack) -> Iterator[Inbox]:
    """A subscriber of the alarms' topic."""
    made = Inbox(stack.deployment, stack.outputs["topic"])
    yield made
    made.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Deploys once for the whole run. With KEEP_STACK=1 it is left running to be looked at."""
    yield from deployed(ENV)


@pytest.fixture(scope="session")
def cdn_stack() -> Iterator[Stack]:
    """The same site behind its edge."""
    yield from deployed(BEHIND_CDN)


def deployed(env: dict[str, str]) -> Iterator[Stack]:
    """Deploys, and takes it down again."""
    run_local("down", env=env)
    run_local("up", env=env)
    deployment = LocalDeployment.from_env(env)
    yield Stack(deployment, json.loads(deployment.outputs_file.read_text()))
    if os.environ.get("KEEP_STACK") != "1":
        run_local("down", env=env)
