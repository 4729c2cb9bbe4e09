"""A running local deployment, and what drills and sample loading do to it."""

from __future__ import annotations

import contextlib
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lambdas.kit.decoded import JsonObject
from lambdas.storage import keys
from local.clients import client
from local.deployment import ACCOUNT, LocalDeployment
from local.drill_record import DrillRecord
from local.files import read_object
from local.graph.data import ACCOUNT_ID
from local.loopback import get_json, open_url, opener
from local.operators import valid_token
from local.sample import SAMPLE_EVENT

DRILL_MARK = "drill"
PROBE_QUEUE = "Api.ProbeQueue"
# How often a queue is read to find a drill's message among others.
MAX_READS = 20


class LocalSite:
    """A running local deployment. Stops with one line if nothing is deployed."""

    event_id = SAMPLE_EVENT

    def __init__(self, deployment: LocalDeployment) -> None:
        outputs = read_object(deployment.outputs_file)
        if outputs is None:
            sys.exit(f"daybook: nothing is deployed in {deployment.directory}. Run `make up`.")
        self.deployment = deployment
        self.outputs: JsonObject = outputs
        self.record = DrillRecord(deployment.directory / "drill.json")
        self._sqs = client(deployment, "sqs")

    def has(self, feature: str) -> bool:
        """Whether a feature is deployed: its stack has the feature's name, capitalised."""
        prefix = f"{feature.capitalize()}."
        return any(name.startswith(prefix) for name in self.outputs["functions"])

    def put(self, queue: str, message: object) -> None:
        """Send a message to a queue, named like `Stack.Queue`."""
        url = self.outputs["queues"][queue]
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def probe(self) -> None:
        """Run the check of the site, which a schedule runs every five minutes."""
        self.put(PROBE_QUEUE, {"probe": "site"})

    def remove_drill_messages(self, *queues: str) -> None:
        """Remove the drills' own messages from queues, also those being processed.

        Messages of guests and account owners stay.
        """
        for queue in queues:
            url = self.outputs["queues"][queue]
            bodies = self._bodies(url)
            if bodies and all(DRILL_MARK in body for body in bodies):
                self._sqs.purge_queue(QueueUrl=url)
            elif any(DRILL_MARK in body for body in bodies):
                self._remove_visible(url)

    def control(self, knob: str, **body: object) -> None:
        """Change a setting of the Graph emulator."""
        request = urllib.request.Request(
            f"{self.outputs['graph_url']}/_control/{knob}", json.dumps(body).encode()
        )
        open_url(request, timeout=10).close()

    def operate(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Call an operators' route, with a body of JSON or none; return status and JSON."""
        request = self._operator_request(method, path)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with open_url(request, timeout=60) as answer:
                # Some answers have no content.
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def view(self, path: str) -> int:
        """Request a page as a guest does; return the status."""
        status, _ = get_json(self.outputs["guest_url"] + path, timeout=60)
        return status

    def take_rights(self, function: str) -> None:
        """Remove the policies of a function's role, recorded on disk until they are put back."""
        iam, name = client(self.deployment, "iam"), self.outputs["functions"][function]
        configuration = client(self.deployment, "lambda").get_function_configuration(
            FunctionName=name
        )
        role = configuration["Role"].rpartition("/")[2]
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            self.record.add_policy(
                {"RoleName": role, "PolicyName": policy, "PolicyDocument": json.dumps(document)}
            )
            iam.delete_role_policy(RoleName=role, PolicyName=policy)

    def give_rights_back(self) -> None:
        """Put back all recorded policies."""
        for policy in self.record.policies:
            client(self.deployment, "iam").put_role_policy(**policy)

    def put_token_row(self, row: Mapping[str, Any]) -> None:
        """Write a row of the table of tokens, with DynamoDB's typed values."""
        client(self.deployment, "dynamodb").put_item(
            TableName=self.outputs["tables"]["Storage.TokensTable"], Item=dict(row)
        )

    def change_account(self, **columns: str | None) -> None:
        """Change columns of the sample account's row, if it is connected; None removes one."""
        sets = [f"{name} = :{name}" for name, value in columns.items() if value]
        removes = [name for name, value in columns.items() if value is None]
        change = f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(removes)}" if removes else "")
        dynamodb = client(self.deployment, "dynamodb")
        with contextlib.suppress(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.update_item(
                TableName=self.outputs["tables"]["Storage.TokensTable"],
                Key={
                    name: {"S": value}
                    for name, value in keys.account_key("main", ACCOUNT_ID).items()
                },
                UpdateExpression=change,
                ConditionExpression=f"attribute_exists({keys.PARTITION})",
                ExpressionAttributeValues={
                    f":{name}": {"S": value} for name, value in columns.items() if value
                },
            )

    def connect_dialog(self) -> str:
        """Return the login dialog that an operator is sent to when connecting an account."""
        return self.dialog_of(self._operator_request("GET", "/instagram/connect"))

    def dialog_of(self, link: str | urllib.request.Request) -> str:
        """Return the login dialog that a link leads to; its cookies are kept for the consent."""
        self._browser = opener(urllib.request.HTTPCookieProcessor(), NoRedirects())
        return redirect_of(self._browser, link)

    def consent(self, dialog: str, account_id: str = ACCOUNT_ID) -> None:
        """Allow everything in a login dialog, as an account's owner does in a browser."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(dialog).query).items()}
        pairs = [*query.items(), ("account", account_id), ("decision", "allow")]
        pairs += [("granted", scope) for scope in query["scope"].split(",")]
        back = redirect_of(self._browser, f"{dialog.partition('?')[0]}?{urlencode(pairs)}")
        self._browser.open(back.partition("#")[0], timeout=30).close()

    def _operator_request(self, method: str, path: str) -> urllib.request.Request:
        token = valid_token(self.deployment, self.outputs["operator"])
        headers = {"Authorization": f"Bearer {token}"}
        url = self.outputs["api_url"] + path
        return urllib.request.Request(url, method=method, headers=headers)

    def _bodies(self, url: str) -> list[str]:
        """Return the bodies of all messages in a queue; the embedded AWS shows them."""
        query = urlencode({"QueueUrl": url, "account": ACCOUNT})
        _, answer = get_json(f"{self.deployment.aws_url}/_ministack/sqs/messages?{query}")
        regions = answer["messages"].get(ACCOUNT, {}).values()
        return [message["Body"] for region in regions for message in region.get(url, [])]

    def _remove_visible(self, url: str) -> None:
        for _ in range(MAX_READS):
            found = self._sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30
            ).get("Messages", [])
            if not found:
                return
            for message in found:
                handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                if DRILL_MARK in message["Body"]:
                    self._sqs.delete_message(**handle)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller."""

    def redirect_request(self, *_: object) -> None:
        """Return None: the redirect itself is the answer."""


def redirect_of(
    browser: urllib.request.OpenerDirector, request: str | urllib.request.Request
) -> str:
    """Return where an address redirects to. Raises RuntimeError if it does not."""
    try:
        browser.open(request, timeout=30).close()
    except urllib.error.HTTPError as answer:
        if answer.code == 302:
            return str(answer.headers["Location"])
        raise RuntimeError(f"the login answered {answer.code} instead of a redirect") from None
    raise RuntimeError("the login did not redirect")


def stamp(away: timedelta = timedelta()) -> str:
    """Return a time relative to now, as rows hold it."""
    return (datetime.now(UTC) + away).strftime("%Y-%m-%dT%H:%M:%SZ")
