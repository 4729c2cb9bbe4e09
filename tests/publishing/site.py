"""The publishing feature on the tests' AWS, asked by an operator."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import msgspec

from lambdas.kit.clock import FixedClock
from lambdas.kit.login_type import LoginType
from lambdas.publishing import handlers
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.records import Post
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.keys import account_key
from lambdas.storage.rows import to_row
from tests.conftest import NOW, Aws
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Handler, HttpAnswer
from tests.publishing.settings import publishing_settings

PATH = "/instagram/posts"
ACCOUNT = "17841400000000077"
OTHER = "17841400000000088"
JSON = {"content-type": "application/json"}


class Operator(Browser):
    """A browser that sends an operator's token along."""

    def __init__(self, handler: Handler, name: str = "ola") -> None:
        def signed_in(event: JsonObject, context: object) -> JsonObject:
            claims = {"cognito:groups": "[operators]", "username": name}
            event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
            answer: JsonObject = handler(event, context)
            return answer

        super().__init__(signed_in)


class Photos:
    """Guests' photos that may be posted."""

    def __init__(self) -> None:
        self.postable = {("wedding", "photo1")}

    def get(self, event_id: str, photo_id: str) -> object | None:
        """Return a photo that is shown and may be posted, or None."""
        found = (event_id, photo_id)
        return found if found in self.postable else None


class Site:
    """The feature with its real dependencies, and what is written into its tables."""

    def __init__(self, aws: Aws, **overrides: Any) -> None:
        self.aws, self.clock, self.photos = aws, FixedClock(NOW), Photos()
        self.called: list[tuple[str, str]] = []
        self.counted: list[str] = []
        self.dependencies = OperateDependencies(
            overrides.pop("settings", None) or publishing_settings(aws),
            aws=aws.clients,
            clock=self.clock,
            postable_photos=self.photos,
            notify=lambda post, code: self.called.append((post.id, code)),
            **overrides,
        )
        client = boto3.client("scheduler")
        if not any(
            one["Name"] == "posts" for one in client.list_schedule_groups()["ScheduleGroups"]
        ):
            client.create_schedule_group(Name="posts")
        self.function = handlers.operate.using(self.dependencies)
        self.operator = Operator(self.function)

    def connect(self, account_id: str = ACCOUNT, **changes: Any) -> TokenRecord:
        """Store a connected account."""
        record = replace(
            TokenRecord("main", account_id, LoginType.INSTAGRAM, "app", issued_at=NOW), **changes
        )
        row = to_row(record) | account_key("main", account_id)
        self.dependencies.tokens_table.put_item(Item=row)
        return record

    def disconnect(self, account_id: str = ACCOUNT) -> None:
        """Leave the marker of a connection that has ended."""
        self.connect(account_id, state=State.DISCONNECTED)

    def create(self, **changes: object) -> HttpAnswer:
        """Create a photo post, with changes."""
        return self.operator.post(PATH, body(**changes))

    def made(self, **changes: object) -> JsonObject:
        """Return a created post, which must succeed."""
        answer = self.create(**changes)
        assert answer.status == 201, answer.text
        found: JsonObject = answer.json
        return found

    def check(self, raw: object) -> JsonObject:
        """Return the check of a body."""
        answer = self.operator.post(f"{PATH}/check", raw)
        assert answer.status == 200, answer.text
        found: JsonObject = answer.json
        return found

    def problems(self, **changes: object) -> list[tuple[str, str]]:
        """Return field and code of each problem of a photo post with changes."""
        return [(one["field"], one["code"]) for one in self.check(body(**changes))["problems"]]

    def warnings(self, **changes: object) -> list[str]:
        """Return the codes of the warnings of a photo post with changes, which has no problems."""
        found = self.check(body(**changes))
        assert found["ok"], found["problems"]
        return [one["code"] for one in found["warnings"]]

    def get(self, post_id: str = "", **query: str) -> HttpAnswer:
        """List posts, or show one."""
        return self.operator.get(f"{PATH}/{post_id}" if post_id else PATH, query)

    def patch(self, post: JsonObject, change: object, version: object = None) -> HttpAnswer:
        """Change a post, from the version that is given or the one it has in `post`."""
        headers = JSON | {"if-match": f'"{post["version"] if version is None else version}"'}
        return self.operator.send("PATCH", f"{PATH}/{post['id']}", {}, headers, json.dumps(change))

    def act(self, post: JsonObject, action: str, raw: object = None) -> HttpAnswer:
        """Retry, publish or duplicate a post."""
        text = None if raw is None else json.dumps(raw)
        path = f"{PATH}/{post['id']}/{action}"
        return self.operator.send("POST", path, {}, JSON if text else {}, text)

    def cancel(self, post: JsonObject) -> HttpAnswer:
        """Cancel a post."""
        return self.operator.delete(f"{PATH}/{post['id']}")

    def stored(self, post: JsonObject) -> Post:
        """Return a post as it is stored."""
        found = self.dependencies.ledger.read(post["id"])
        assert found
        return found

    def become(self, post: JsonObject, **changes: object) -> Post:
        """Change a stored post as the workflow does."""
        old = self.stored(post)
        new = msgspec.structs.replace(old, **changes)
        step = Step(what=Happened.STARTED, at=self.clock.now(), state=new.state)
        return self.dependencies.ledger.save(old, new, step)

    def schedules(self) -> dict[str, str]:
        """Return the times of all schedules, by the post that each starts."""
        client = boto3.client("scheduler")
        names = [one["Name"] for one in client.list_schedules(GroupName="posts")["Schedules"]]
        found = [client.get_schedule(GroupName="posts", Name=name) for name in names]
        return {
            json.loads(one["Target"]["Input"])["post"]: one["ScheduleExpression"] for one in found
        }

    def started(self) -> list[str]:
        """Take the posts of all messages in the queue of starts."""
        sqs, found = boto3.client("sqs"), []
        while answer := sqs.receive_message(
            QueueUrl=self.aws.starts_url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in answer:
                found.append(json.loads(message["Body"])["post"])
                handle = message["ReceiptHandle"]
                sqs.delete_message(QueueUrl=self.aws.starts_url, ReceiptHandle=handle)
        return found


def url(name: str = "a.jpg") -> JsonObject:
    """Return the source of a file on the internet."""
    return {"url": f"https://files.example.com/{name}"}


def body(**changes: object) -> JsonObject:
    """Return the body of a photo post; a change to None leaves a field out."""
    whole: JsonObject = {
        "account": ACCOUNT,
        "client_request_id": "request-1",
        "kind": "photo",
        "media": [{"source": url()}],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def at(wall: str = "2026-04-30T18:00", zone: str = "Europe/Berlin") -> JsonObject:
    """Return a time."""
    return {"wall": wall, "zone": zone}
