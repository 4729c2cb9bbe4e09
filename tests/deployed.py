"""Deployed local stacks for tests, on ports and in directories of their own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
import requests

from local.alarms import Inbox, wait_for_alarm
from local.clients import client
from local.deployment import ACCOUNT, REGION, ROOT, LocalDeployment
from local.operators import valid_token

ENV = {
    "LOCAL_DIR": ".cache/test-stack",
    "AWS_PORT": "4580",
    "GRAPH_PORT": "4581",
    "CONTEXT": "max_event_files=40",
    "GRAPH_BASE": "",
}
WITH_CDN = {
    "LOCAL_DIR": ".cache/cdn-stack",
    "AWS_PORT": "4582",
    "GRAPH_PORT": "4583",
    "CONTEXT": "cdn=true",
    "GRAPH_BASE": "",
}
EVENT = "2026-04-29"


def run_local(
    *arguments: str, env: Mapping[str, str] | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `python -m local`; with `check`, fail the test with its output if it fails."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "IG_", "INSTAGRAM_", "PHOTOS", "EVENT"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env=clean | dict(env or ENV),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if check and done.returncode:
        pytest.fail(f"{' '.join(arguments)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
    return done


def fresh_event() -> str:
    """Return a random date, which other tests and earlier runs have hardly used."""
    return (date(2011, 1, 1) + timedelta(days=random.randrange(5000))).isoformat()


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Return the first true result of a function that is called until the time has passed."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"{condition} was not true within {seconds} s"
        time.sleep(0.3)
    return result


@dataclass(frozen=True)
class Stack:
    """A deployed local stack; `outputs` are addresses and physical names."""

    deployment: LocalDeployment
    outputs: dict[str, Any]

    @property
    def event_url(self) -> str:
        """Return the address of the sample event's page."""
        return self.event(EVENT)

    def event(self, event_id: str) -> str:
        """Return the address of an event's page."""
        return f"{self.outputs['guest_url']}/g/{event_id}"

    def photos(self, event_id: str = EVENT, **query: str) -> Any:
        """Return an event's list of photos and posts."""
        answer = requests.get(
            f"{self.event(event_id)}/photos", params=query or {"limit": "100"}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def client(self, service: str) -> Any:
        """Return a client of the embedded AWS with root credentials."""
        return client(self.deployment, service)

    def table(self, name: str) -> Any:
        """Return a table of the storage stack, with root credentials."""
        resource = boto3.resource(
            "dynamodb",
            endpoint_url=self.deployment.aws_url,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="local",
        )
        return resource.Table(self.outputs["tables"][f"Storage.{name}"])

    def send(self, queue: str, message: object) -> None:
        """Send a message to a queue (named like `Stack.Queue`), as a schedule or rule does."""
        url = self.outputs["queues"][queue]
        self.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def wait_for_alarm(
        self, name: str, state: str, seconds: float = 20, nudge: Callable[[], object] = lambda: None
    ) -> None:
        """Wait until an alarm (named without the stage) is in a state. Raises TimeoutError."""
        wait_for_alarm(self.deployment, name, state, seconds, nudge)

    @property
    def operator_token(self) -> str:
        """Return a valid access token; those of the sign-in expire after 15 minutes."""
        return valid_token(self.deployment, self.outputs["operator"])

    def operate(self, method: str, path: str, body: object = None) -> requests.Response:
        """Call an operators' route as an operator; `body` is sent as JSON."""
        headers = {"Authorization": f"Bearer {self.operator_token}"}
        url = self.outputs["api_url"] + path
        return requests.request(method, url, headers=headers, json=body, timeout=60)

    def control(self, knob: str, **body: Any) -> Any:
        """Change a setting of the Graph emulator."""
        return requests.post(
            f"{self.outputs['graph_url']}/_control/{knob}", json=body, timeout=10
        ).json()

    @contextmanager
    def failing(self, **fault: Any) -> Iterator[None]:
        """Let all calls that match fail: which caller comes first is not known."""
        self.control("fail", **fault)
        try:
            yield
        finally:
            self.control("heal")

    def logs(self) -> str:
        """Return everything that the functions have logged."""
        logs, lines = self.client("logs"), []
        for groups in logs.get_paginator("describe_log_groups").paginate():
            for group in groups["logGroups"]:
                name = group["logGroupName"]
                for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                    lines += [event["message"] for event in page["events"]]
        return "\n".join(lines)

    def journal(self) -> list[dict[str, str]]:
        """Return the calls that the Graph emulator has received."""
        calls: list[dict[str, str]] = requests.get(
            f"{self.outputs['graph_url']}/_control/journal", timeout=30
        ).json()
        return calls


@pytest.fixture
def inbox(stack: Stack) -> Iterator[Inbox]:
    """Provide a subscriber of the alarms' topic."""
    subscriber = Inbox(stack.deployment, stack.outputs["topic"])
    yield subscriber
    subscriber.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Provide one deployment for the whole run. `KEEP_STACK=1` leaves it running."""
    yield from deployed(ENV)


@pytest.fixture(scope="session")
def cdn_stack() -> Iterator[Stack]:
    """Provide the same site behind a CDN."""
    yield from deployed(WITH_CDN)


def deployed(env: Mapping[str, str]) -> Iterator[Stack]:
    """Deploy a stack, and remove it afterwards."""
    run_local("down", env=env)
    run_local("up", env=env)
    deployment = LocalDeployment.from_env(env)
    yield Stack(deployment, json.loads(deployment.outputs_file.read_text()))
    if os.environ.get("KEEP_STACK") != "1":
        run_local("down", env=env)
