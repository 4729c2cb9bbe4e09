"""The tokens feature behind its entry points, as a browser and the queues see it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3

from lambdas.api.request import FORM
from lambdas.tokens import handlers
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.graph.conftest import Bench
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Context, Handler, HttpAnswer, sqs_event
from tests.tokens.conftest import Feature


def path_of(redirect: HttpAnswer) -> str:
    """Return the path that an answer redirects to."""
    return urlsplit(redirect.headers["location"]).path


def choose(browser: Browser, path: str, *accounts: str, **fields: str) -> HttpAnswer:
    """Send the form of a login's page, with the numbers of the chosen accounts."""
    body = urlencode([*(("account", one) for one in accounts), *fields.items()])
    headers = {"content-type": FORM, "accept": "text/html"}
    return browser.send("POST", path, None, headers, body)


class RecordingQueue:
    """The queue of pending logins, in memory: no test waits for a delayed message."""

    def __init__(self) -> None:
        self.sent: list[JsonObject] = []
        self.delays: list[timedelta] = []

    def send(self, login_id: str, delay: timedelta = timedelta()) -> None:
        """Record a message."""
        self.sent.append({"login": login_id})
        self.delays.append(delay)


class Operator(Browser):
    """A browser that sends an operator's token along."""

    def __init__(self, handler: Handler, groups: str = "[operators]") -> None:
        def signed_in(event: JsonObject, context: object) -> JsonObject:
            event["requestContext"]["authorizer"] = {"jwt": {"claims": {"cognito:groups": groups}}}
            answer: JsonObject = handler(event, context)
            return answer

        super().__init__(signed_in)


class Site(Feature):
    """The feature behind its entry points."""

    def __init__(self, aws: Aws, bench: Bench | None = None, **changes: Any) -> None:
        self.queue = RecordingQueue()
        overrides = {"completion_queue": self.queue, **changes.pop("overrides", {})}
        super().__init__(aws, bench, overrides=overrides, **changes)
        self.connect_entry = handlers.connect.using(self.dependencies)
        self.operate_entry = handlers.operate.using(self.dependencies)

    def sibling(self, **changes: Any) -> Site:
        return Site(self.aws, self.bench, **changes)

    def connect(
        self, account: str = ACCOUNT_ID, login_type: str = "instagram", **change: object
    ) -> HttpAnswer:
        """Go from the operator's link through the dialog to the last page."""
        browser = Operator(self.connect_entry)
        answer = browser.get("/instagram/connect", {"login_type": login_type})
        assert answer.status == 302, answer.text
        back = self.allow(answer.headers["location"], account, **change)
        page = browser.get("/instagram/callback", back, accept="text/html")
        return self.connect_all(browser, page) if page.status == 303 else page

    def connect_all(self, browser: Browser, redirect: HttpAnswer) -> HttpAnswer:
        """Choose every account that a login offers; return the page with the result."""
        path = path_of(redirect)
        assert choose(browser, path, all="yes").status == 303
        self.run_completions()
        return browser.get(path, accept="text/html")

    def run_completions(self, most: int = 50) -> list[JsonObject]:
        """Run the messages of pending logins until there are none; return their bodies."""
        found: list[JsonObject] = []
        while len(found) < most and (message := self.next_completion()):
            found.append(message)
            handlers.complete.using(self.dependencies)(sqs_event(message), Context())
        return found

    def next_completion(self) -> JsonObject | None:
        """Take a message from the queue of pending logins, whatever its delay is."""
        return self.queue.sent.pop(0) if self.queue.sent else None

    def operate(self, method: str, path: str, **query: str) -> HttpAnswer:
        return Operator(self.operate_entry).send(method, path, query or None, {})

    def message(self, **body: object) -> None:
        handlers.refresh.using(self.dependencies)(sqs_event(body), Context())

    def run_sweep(self, kind: str) -> list[dict[str, str]]:
        """Run a sweep; return the messages that it queued."""
        handlers.sweep.using(self.dependencies)(sqs_event({"sweep": kind}), Context())
        sqs, found = boto3.client("sqs"), []
        while True:
            answer = sqs.receive_message(QueueUrl=self.aws.queue_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                sqs.delete_message(
                    QueueUrl=self.aws.queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
            if not answer.get("Messages"):
                return found
