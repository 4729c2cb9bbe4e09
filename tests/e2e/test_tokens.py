"""An account on the deployed stack, with IAM enforced: connected in a browser, refreshed, revoked, told of, connected again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from playwright.sync_api import Browser, Page

from local.alarms import Inbox
from local.clients import client
from local.deployment import ROOT
from local.graph.data import ACCOUNT_ID, APPS
from tests.deployed import ENV, Stack, fresh_event, run_local
from tests.e2e.conftest import PHONE, SCREENSHOTS

MAKER = "17841400000000002"


@pytest.fixture
def operator_page(chromium: Browser, stack: Stack) -> Iterator[Page]:
    """A browser that sends the operator's sign-in to the site, and to nobody else."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    token = stack.outputs["operator"]["token"]
    page.route(
        f"{stack.outputs['api_url']}/**",
        lambda route: route.continue_(
            headers={**route.request.headers, "authorization": f"Bearer {token}"}
        ),
    )
    yield page
    context.close()


def consent(page: Page, username: str, button: str = "Allow") -> None:
    """What a person does in Meta's dialog."""
    page.get_by_label(username).check()
    page.get_by_role("button", name=button).click()


def make_due(stack: Stack, account_id: str) -> None:
    """Makes a stored token a month older, by hand: nobody waits for a month."""
    table = boto3.resource(
        "dynamodb",
        endpoint_url=stack.deployment.aws_url,
        region_name="us-east-1",
        aws_access_key_id="000000000000",
        aws_secret_access_key="local",
    ).Table(stack.outputs["tables"]["Storage.TokensTable"])
    key = {"pk": "TENANT#main", "sk": f"ACCOUNT#{account_id}"}
    then = (datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ")
    change = "SET issued_at = :then, next_refresh_at = :then REMOVE attempted_at, attempted_before"
    table.update_item(Key=key, UpdateExpression=change, ExpressionAttributeValues={":then": then})
    stack.control("token", account=account_id, age_hours=31 * 24)


def sweep(stack: Stack, kind: str = "daily") -> None:
    """Has the schedule's rule do now what it does every day."""
    stack.client("sqs").send_message(
        QueueUrl=stack.outputs["queues"]["Tokens.SweepQueue"],
        MessageBody=json.dumps({"sweep": kind}),
    )


def status(stack: Stack, account_id: str = MAKER) -> Any:
    return stack.operate("GET", f"/instagram/token/status?account={account_id}").json()


def until(stack: Stack, account_id: str, **wanted: Any) -> Any:
    """The status once it is as wanted."""
    stack_until = datetime.now(UTC) + timedelta(seconds=20)
    while True:
        found = status(stack, account_id)
        if all(found.get(name) == value for name, value in wanted.items()):
            return found
        assert datetime.now(UTC) < stack_until, json.dumps(found)


def test_an_accounts_whole_life(
    stack: Stack, operator_page: Page, chromium: Browser, inbox: Inbox
) -> None:
    # Connected, by a person in a browser.
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    operator_page.screenshot(path=SCREENSHOTS / "consent.png")
    consent(operator_page, "example_maker")
    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    operator_page.screenshot(path=SCREENSHOTS / "connected.png")
    assert MAKER in [
        account["id"] for account in stack.operate("GET", "/instagram/accounts").json()["accounts"]
    ]
    assert (status(stack)["source"], status(stack)["state"]) == ("stored", "active")
    assert stack.operate("POST", f"/instagram/token/refresh?account={MAKER}").status_code == 409

    # Refreshed by the schedule.
    first = status(stack)
    make_due(stack, MAKER)
    sweep(stack)
    after = until(stack, MAKER, dueForRefresh=False)
    assert after["refreshedAt"] >= first["refreshedAt"]
    assert after["daysRemaining"] == 59
    stack.wait_for_alarm("reconnect-required", "OK", nudge=lambda: sweep(stack, "hourly"))

    # Forced by a person.
    make_due(stack, MAKER)
    forced = stack.operate("POST", f"/instagram/token/refresh?account={MAKER}")
    assert (forced.status_code, forced.json()["previousSource"]) == (200, "stored")

    # Revoked by its owner: found at the next run, alarmed, and told to somebody.
    make_due(stack, MAKER)
    stack.control("token", account=MAKER, dead=458)
    sweep(stack)
    until(stack, MAKER, state="reconnect_required")
    stack.wait_for_alarm("reconnect-required", "ALARM")
    stack.wait_for_alarm("token-refresh-failed", "ALARM")
    assert "docs/operations.md" in inbox.wait_for("daybook-local-reconnect-required")["Message"]
    notice = inbox.wait_for("must be connected again")
    assert "@example_maker" in notice["Subject"]
    assert "the person removed the app" in notice["Message"]
    assert stack.operate("POST", f"/instagram/token/refresh?account={MAKER}").status_code == 424

    # Connected again by the link of the notice, by somebody who is no operator.
    link = next(word for word in notice["Message"].split() if "/reconnect/" in word)
    page = chromium.new_context(viewport=PHONE).new_page()
    page.goto(link)
    consent(page, "example_shop")
    page.get_by_role("heading", name="That was another account").wait_for()
    page.goto(link)
    consent(page, "example_maker", "Cancel")
    page.get_by_role("heading", name="You cancelled").wait_for()
    page.goto(link)
    consent(page, "example_maker")
    page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    page.context.close()
    assert status(stack)["state"] == "active"
    stack.wait_for_alarm(
        "reconnect-required", "OK", seconds=90, nudge=lambda: sweep(stack, "hourly")
    )

    trail = [
        entry["what"]
        for entry in stack.operate("GET", f"/instagram/accounts/{MAKER}/audit").json()["entries"]
    ]
    assert trail == ["connected", "reconnect_required", "refreshed", "refreshed", "connected"]
    checks = stack.operate("GET", f"/instagram/accounts/{MAKER}/check").json()["checks"]
    assert not [line for line in checks if line["ok"] is False]
    assert stack.operate("DELETE", f"/instagram/accounts/{MAKER}").status_code == 200


def test_a_permission_that_was_not_given_is_named(stack: Stack, operator_page: Page) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    operator_page.get_by_label("instagram_business_content_publish").uncheck()
    consent(operator_page, "example_maker")

    operator_page.get_by_text(
        "publishing will not work: instagram_business_content_publish was not allowed"
    ).wait_for()
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_the_other_login_connects_the_pages_that_were_ticked(
    stack: Stack, operator_page: Page
) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect?login type=facebook")
    operator_page.get_by_label("Example Page").uncheck()
    operator_page.get_by_role("button", name="Allow").click()

    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    assert "Page of a business" in operator_page.inner_text("main")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_operators_routes_are_closed_to_others(stack: Stack) -> None:
    for method, path in (
        ("GET", "/instagram/connect"),
        ("GET", "/instagram/accounts"),
        ("DELETE", f"/instagram/accounts/{MAKER}"),
        ("GET", "/instagram/token/status"),
        ("POST", "/instagram/token/refresh"),
    ):
        url = stack.outputs["api_url"] + path
        assert requests.request(method, url, timeout=30).status_code == 401, path
        assert (
            requests.request(
                method, url, headers={"Authorization": "Bearer x.y.z"}, timeout=30
            ).status_code
            == 401
        ), path


def connect(page: Page, stack: Stack, login_type: str = "instagram") -> None:
    """Connects the second account, by an operator in a browser."""
    page.goto(f"{stack.outputs['api_url']}/instagram/connect?login type={login_type}")
    if login_type == "facebook":
        page.get_by_label("Example Page").uncheck()
        page.get_by_role("button", name="Allow").click()
    else:
        consent(page, "example_maker")
    page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()


def test_a_dead_token_that_a_person_refreshes_is_told_of_too(
    stack: Stack, operator_page: Page, inbox: Inbox
) -> None:
    connect(operator_page, stack)
    make_due(stack, MAKER)
    stack.control("token", account=MAKER, dead=463)

    answer = stack.operate("POST", f"/instagram/token/refresh?account={MAKER}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "reconnect_required")
    inbox.wait_for("must be connected again")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_an_end_that_comes_near_is_told_of(stack: Stack, operator_page: Page, inbox: Inbox) -> None:
    connect(operator_page, stack)
    ends = (datetime.now(UTC) + timedelta(days=3, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["tables"]["Storage.TokensTable"],
        Key={"pk": {"S": "TENANT#main"}, "sk": {"S": f"ACCOUNT#{MAKER}"}},
        UpdateExpression="SET expires_at = :ends",
        ExpressionAttributeValues={":ends": {"S": ends}},
    )

    sweep(stack)

    assert "@example_maker ends in 3 days" in inbox.wait_for("ends in 3 days")["Subject"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_the_first_call_that_is_refused_says_standard_access(
    stack: Stack, operator_page: Page
) -> None:
    stack.control("fail", count=1, status=400, code=100, path="me")
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    consent(operator_page, "example_maker")

    operator_page.get_by_role("heading", name="The app may not use this account yet").wait_for()
    assert status(stack)["error"]["code"] == "unknown_account"


def test_a_check_names_the_call_that_was_refused(stack: Stack, operator_page: Page) -> None:
    connect(operator_page, stack)
    stack.control("fail", count=1, status=400, code=100, path=MAKER)

    checks = stack.operate("GET", f"/instagram/accounts/{MAKER}/check").json()["checks"]

    assert "`profile` was refused" in next(line for line in checks if line["ok"] is False)["answer"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_a_token_that_dies_on_a_quiet_day_is_noticed_by_the_daily_sweep(
    stack: Stack, operator_page: Page, inbox: Inbox
) -> None:
    connect(operator_page, stack)
    stack.control("fail", count=1, status=400, code=100, subcode=None, path=MAKER)
    sweep(stack)
    calls_until(stack, MAKER, "")
    assert status(stack)["state"] == "active", "what is refused for another reason is no dead token"
    stack.control("token", account=MAKER, dead=460)

    sweep(stack)

    until(stack, MAKER, state="reconnect_required")
    assert "changed the password" in inbox.wait_for("must be connected again")["Message"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_the_feed_reads_with_the_stored_token_and_deletes_for_its_owner(
    stack: Stack, operator_page: Page
) -> None:
    before = len(stack.operate("GET", "/instagram/accounts").json()["accounts"])
    connect(operator_page, stack)
    first = before == 0
    table = {"TableName": stack.outputs["tables"]["Storage.EventsTable"]}
    event = fresh_event()
    item = {
        "pk": f"EVENT#{event}",
        "sk": "POST#1",
        "event_id": event,
        "id": "1",
        "kind": "image",
        "taken_at": f"{event}T12:00:00Z",
    }
    picture = {
        "M": {"id": {"S": "1"}, "kind": {"S": "image"}, "width": {"N": "10"}, "height": {"N": "10"}}
    }
    columns = {name: {"S": value} for name, value in {**item, "account_id": MAKER}.items()}
    stack.client("dynamodb").put_item(**table, Item=columns | {"pictures": {"L": [picture]}})
    other = fresh_event()
    stack.photos(other)
    if first:
        calls_until(stack, MAKER)

    answer = call_back(stack, "data-deletion", "25000000000000002")

    assert (
        requests.get(answer["url"], headers={"Accept": "text/html"}, timeout=30).status_code == 200
    )
    assert MAKER not in [
        account["id"] for account in stack.operate("GET", "/instagram/accounts").json()["accounts"]
    ]
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    key = {"pk": {"S": f"EVENT#{event}"}, "sk": {"S": "POST#1"}}
    while "Item" in stack.client("dynamodb").get_item(**table, Key=key):
        assert datetime.now(UTC) < deadline


def test_the_environments_token_is_adopted_by_the_schedule(stack: Stack) -> None:
    sweep(stack)

    assert until(stack, ACCOUNT_ID, source="stored")["state"] == "active"


def test_a_token_that_dies_is_noticed_when_somebody_looks_at_an_event(
    stack: Stack, operator_page: Page, inbox: Inbox
) -> None:
    sweep(stack)
    until(stack, ACCOUNT_ID, source="stored", state="active")
    stack.control("token", account=ACCOUNT_ID, dead=460)

    for _ in range(3):
        stack.photos(fresh_event())

    until(stack, ACCOUNT_ID, state="reconnect_required")
    assert "changed the password" in inbox.wait_for("must be connected again")["Message"]
    # However many found it, it was said once.
    trail = [
        entry["what"]
        for entry in stack.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json()[
            "entries"
        ]
    ]
    assert trail.count("reconnect_required") == 1
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    consent(operator_page, "example_shop")
    operator_page.get_by_role("heading", name="@example_shop is connected", level=1).wait_for()
    # Other tests use the token that the emulator begins with.
    stack.control("token", account=ACCOUNT_ID, dead=None)


def calls_until(stack: Stack, account_id: str, edge: str = "/media") -> None:
    """Waits until something of an account was read."""
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while not any(f"{account_id}{edge}" in call["path"] for call in stack.journal()):
        assert datetime.now(UTC) < deadline


def call_back(stack: Stack, callback: str, person: str) -> Any:
    """What Meta sends about a person, signed with the app's secret."""
    payload = (
        base64.urlsafe_b64encode(
            json.dumps(
                {"algorithm": "HMAC-SHA256", "user_id": person, "issued_at": 4102444800}
            ).encode()
        )
        .decode()
        .rstrip("=")
    )
    digest = hmac.new(
        APPS["instagram_app_secret"].encode(), payload.encode(), hashlib.sha256
    ).digest()
    signed = f"{base64.urlsafe_b64encode(digest).decode().rstrip('=')}.{payload}"
    url = f"{stack.outputs['api_url']}/webhooks/instagram/{callback}"
    answer = requests.post(url, data={"signed_request": signed}, timeout=30)
    assert answer.status_code == 200, answer.text
    assert (
        requests.post(url, data={"signed_request": signed[:-3] + "abc"}, timeout=30).status_code
        == 400
    )
    return answer.json()


def test_an_owner_who_removes_the_app_is_noticed(
    stack: Stack, operator_page: Page, inbox: Inbox
) -> None:
    connect(operator_page, stack)

    call_back(stack, "deauthorize", "25000000000000002")

    assert status(stack)["state"] == "reconnect_required"
    inbox.wait_for("its owner removed the app")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_without_the_grant_to_decrypt_the_account_stays(stack: Stack, operator_page: Page) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    consent(operator_page, "example_maker")
    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    iam = stack.client("iam")
    function = stack.outputs["functions"]["Tokens.Refresh"]
    role = (
        stack.client("lambda")
        .get_function_configuration(FunctionName=function)["Role"]
        .rpartition("/")[2]
    )
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = [
        (name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in names
    ]
    before = status(stack)
    make_due(stack, MAKER)
    try:
        for name, document in policies:
            kept = [one for one in document["Statement"] if "kms:Decrypt" not in json.dumps(one)]
            iam.put_role_policy(
                RoleName=role,
                PolicyName=name,
                PolicyDocument=json.dumps(document | {"Statement": kept}),
            )
        sweep(stack)
        failed = until(stack, MAKER, state="active", dueForRefresh=False)
    finally:
        for name, document in policies:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    assert "could not be read" in failed["lastError"]["meaning"]
    assert failed["expiresAt"] == before["expiresAt"]
    assert stack.operate("GET", f"/instagram/accounts/{MAKER}/check").status_code == 200
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_the_commands_of_whoever_runs_the_site(stack: Stack) -> None:
    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *arguments, "local"]
        clean = {"PATH": "/usr/bin:/bin", **ENV, **env}
        return subprocess.run(
            command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120, check=False
        )

    app = {
        "APP_ID": APPS["meta_app_id"],
        "IG_APP_SECRET": APPS["meta_app_secret"],
        "FLAVOUR": "facebook",
    }
    graph = {"GRAPH_BASE": stack.outputs["graph_url"]}
    fine = run("check-connection", **app, **graph, IG_ACCESS_TOKEN="EAAlocalpersontoken")
    wrong = run("check-connection", **app, **graph, IG_ACCESS_TOKEN="EAAnobodys")
    assert (fine.returncode, wrong.returncode) == (0, 1), fine.stdout + wrong.stdout
    assert "WRONG" in wrong.stdout
    assert "EAAnobodys" not in wrong.stdout + wrong.stderr

    dynamodb = client(stack.deployment, "dynamodb")
    keys: Any = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb.create_table(
        TableName="older",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **keys,
    )
    ends = (datetime.now(UTC) + timedelta(days=30)).timestamp()
    item = {
        "id": {"S": "primary"},
        "accessToken": {"S": "IGAAlocalcreatortoken"},
        "expiresIn": {"N": "5184000"},
        "expiresAt": {"N": str(int(ends * 1000))},
        "refreshedAt": {"S": (datetime.now(UTC) - timedelta(days=30)).isoformat()},
        "source": {"S": "refresh"},
    }
    dynamodb.put_item(TableName="older", Item=item)
    stack.control("token", token="IGAAlocalcreatortoken", dead=None)
    imported = run("import-token", TABLE="older")
    assert imported.returncode == 0, imported.stderr
    found = status(stack)
    assert (found["source"], found["state"], found["daysRemaining"]) == ("stored", "active", 29)
    assert run("import-token", TABLE="older").returncode == 1
    assert run("import-token", TABLE="none").returncode == 1
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_no_token_or_secret_was_written_anywhere(stack: Stack) -> None:
    """After all of the above: logs, rows, messages and answers."""
    tokens = requests.get(f"{stack.outputs['graph_url']}/_control/tokens", timeout=10).json()
    seen = [stack.logs(), json.dumps(stack.journal())]
    dynamodb = stack.client("dynamodb")
    for name in stack.outputs["tables"].values():
        seen += [
            repr(page["Items"]) for page in dynamodb.get_paginator("scan").paginate(TableName=name)
        ]
    seen.append(
        requests.get(f"{stack.deployment.aws_url}/_ministack/sqs/messages", timeout=10).text
    )
    seen.append(json.dumps(stack.operate("GET", "/instagram/accounts").json()))
    text = "".join(seen)

    assert len(tokens) > 5
    assert len(text) > 10_000
    for secret in (*tokens, APPS["instagram_app_secret"], APPS["meta_app_secret"]):
        assert secret not in text


def test_the_schedule_survives_a_second_deployment(stack: Stack) -> None:
    run_local("up")

    names = [rule["Name"] for rule in stack.client("events").list_rules()["Rules"]]
    assert sum("DailyRefresh" in name for name in names) == 1
    assert sum("HourlyRetry" in name for name in names) == 1
