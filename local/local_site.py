"""A running local stack, with what a fault and its healing do to it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lambdas.storage import keys
from local.clients import client
from local.deployment import LocalDeployment
from local.graph.data import ACCOUNT_ID


class LocalSite:
    """A running local stack, with what a drill does to it."""

    def __init__(self, deployment: LocalDeployment) -> None:
        if not deployment.outputs_file.exists():
            sys.exit("daybook: nothing is deployed locally; `make up` does that")
        self.deployment = deployment
        self.outputs: dict[str, Any] = json.loads(deployment.outputs_file.read_text())
        self.sqs = client(deployment, "sqs")
        self._taken: list[dict[str, str]] = []

    def queue(self, name: str) -> str:
        """The address of a queue, such as `Tokens.SweepQueue`."""
        return str(self.outputs["queues"][name])

    def put(self, queue: str, message: object) -> None:
        """Puts a message into a queue."""
        self.sqs.send_message(QueueUrl=self.queue(queue), MessageBody=json.dumps(message))

    def purge(self, *queues: str) -> None:
        """Empties queues."""
        for queue in queues:
            self.sqs.purge_queue(QueueUrl=self.queue(queue))

    def sweep(self, kind: str = "hourly") -> None:
        """Has the schedule's rule do now what it does every hour, or every day."""
        self.put("Tokens.SweepQueue", {"sweep": kind})

    def knob(self, name: str, **body: Any) -> None:
        """Turns a knob of the Graph emulator."""
        request = urllib.request.Request(
            f"{self.outputs['graph_url']}/_control/{name}", json.dumps(body).encode()
        )
        urllib.request.urlopen(request, timeout=10).close()

    def operate(self, method: str, path: str) -> tuple[int, Any]:
        """A call of an operators' route: status and JSON."""
        headers = {"Authorization": f"Bearer {self.outputs['operator']['token']}"}
        request = urllib.request.Request(
            self.outputs["api_url"] + path, method=method, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def look(self, path: str) -> int:
        """A guest's look at a page: its status."""
        try:
            with urllib.request.urlopen(self.outputs["guest_url"] + path, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def take_rights(self, function: str) -> None:
        """Takes a function's role its policies, and keeps them until they are given back."""
        iam, name = client(self.deployment, "iam"), self.outputs["functions"][function]
        role = (
            client(self.deployment, "lambda")
            .get_function_configuration(FunctionName=name)["Role"]
            .rpartition("/")[2]
        )
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            self._taken.append(
                {"RoleName": role, "PolicyName": policy, "PolicyDocument": json.dumps(document)}
            )
            iam.delete_role_policy(RoleName=role, PolicyName=policy)

    def give_rights_back(self) -> None:
        """Puts back what was taken."""
        while self._taken:
            client(self.deployment, "iam").put_role_policy(**self._taken.pop())

    def connect(self) -> None:
        """Sees to it that the sample account is stored: the bootstrap token is adopted at its first refresh."""
        self.operate("POST", "/instagram/token/refresh")

    def row(self, **columns: str | None) -> None:
        """Changes times of the sample account's row; None removes one."""
        sets = [f"{name} = :{name}" for name, value in columns.items() if value]
        removes = [name for name, value in columns.items() if value is None]
        change = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
        client(self.deployment, "dynamodb").update_item(
            TableName=self.outputs["tables"]["Storage.TokensTable"],
            Key={
                name: {"S": value} for name, value in keys.account_key("main", ACCOUNT_ID).items()
            },
            UpdateExpression=change,
            ExpressionAttributeValues={
                f":{name}": {"S": value} for name, value in columns.items() if value
            },
        )

    def make_due(self) -> None:
        """Makes the sample account's token a month older, here and at the emulator."""
        then = stamp(timedelta(days=-31))
        self.row(issued_at=then, next_refresh_at=then, attempted_at=None, attempted_before=None)
        self.knob("token", account=ACCOUNT_ID, age_hours=31 * 24)

    def consent(self, link: str) -> None:
        """What a person does who opens the link of a notice and allows everything, without a browser's help."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), NoRedirects())
        dialog = redirect_of(opener, link)
        query = {name: values[0] for name, values in parse_qs(urlsplit(dialog).query).items()}
        pairs = [*query.items(), ("account", ACCOUNT_ID), ("decision", "allow")]
        pairs += [("granted", scope) for scope in query["scope"].split(",")]
        back = redirect_of(opener, f"{dialog.partition('?')[0]}?{urlencode(pairs)}")
        opener.open(back.partition("#")[0], timeout=30).close()


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller."""

    def redirect_request(self, *_: Any) -> None:
        """None: the redirect is the answer."""


def redirect_of(opener: urllib.request.OpenerDirector, url: str) -> str:
    """Where an address leads to."""
    try:
        opener.open(url, timeout=30).close()
    except urllib.error.HTTPError as answer:
        if answer.code == 302:
            return str(answer.headers["Location"])
    raise RuntimeError("the login did not lead on")


def stamp(away: timedelta) -> str:
    """A time, as rows keep it."""
    return (datetime.now(UTC) + away).strftime("%Y-%m-%dT%H:%M:%SZ")
