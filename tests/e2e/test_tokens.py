"""Test accounts on the deployed stack, with IAM enforced: login, refresh, loss, reconnection."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page

from lambdas.instagram.budget_store import ROW as BUDGET_ROW
from lambdas.storage import keys
from lambdas.storage.events.feed_state import PAST_DATES_WINDOW
from lambdas.tokens.deletion import Deletions, DeletionState, OpenDeletion
from lambdas.tokens.readings import Readings
from local.alarms import Inbox
from local.deployment import ROOT
from local.graph.data import ACCOUNT_ID, APPS
from tests.deployed import ENV, Stack, fresh_event, run_local, wait_until
from tests.e2e.callbacks import call_back
from tests.e2e.conftest import PHONE, SCREENSHOTS

MAKER = "17841400000000002"
# A person of whom the site knows nothing.
STRANGER = "25000000000000099"


@pytest.fixture
def operator_page(chromium: Browser, stack: Stack) -> Iterator[Page]:
    """Provide a page that sends an operator's token to the site, and to no other host."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    token = stack.operator_token
    page.route(
        f"{stack.outputs['api_url']}/**",
        lambda route: route.continue_(
            headers={**route.request.headers, "authorization": f"Bearer {token}"}
        ),
    )
    yield page
    context.close()


@pytest.fixture(autouse=True)
def _free_dates(stack: Stack) -> None:
    """Let each test view past dates, of which a site reads only some in a given time."""
    free_dates(stack)


def free_dates(stack: Stack) -> None:
    """Forget how many past dates were read in this while."""
    window = int(datetime.now(UTC).timestamp()) // int(PAST_DATES_WINDOW.total_seconds())
    key = keys.ration_key(f"past-dates#{window}")
    stack.table("EventsTable").delete_item(Key=key)


def consent(page: Page, username: str, button: str = "Allow") -> None:
    """Choose an account in Meta's dialog and press a button."""
    page.get_by_label(username).check()
    page.get_by_role("button", name=button).click()


def make_due(stack: Stack, account_id: str) -> None:
    """Make a token 31 days old, in the table and at the emulator."""
    then = (datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ")
    stack.table("TokensTable").update_item(
        Key=keys.account_key("main", account_id),
        UpdateExpression="SET issued_at = :then, next_refresh_at = :then "
        "REMOVE attempted_at, attempted_before",
        ExpressionAttributeValues={":then": then},
    )
    stack.control("token", account=account_id, age_hours=31 * 24)


def sweep(stack: Stack, kind: str = "daily") -> None:
    """Start the sweep that a schedule starts."""
    stack.send("Tokens.SweepQueue", {"sweep": kind})


def account_ids(stack: Stack) -> list[str]:
    """Return the ids of the connected accounts."""
    answer = stack.operate("GET", "/instagram/accounts").json()
    return [account["id"] for account in answer["accounts"]]


def trail_of(stack: Stack, account_id: str) -> list[str]:
    """Return what happened to an account's connection, newest first."""
    answer = stack.operate("GET", f"/instagram/accounts/{account_id}/audit").json()
    return [entry["what"] for entry in answer["entries"]]


def status(stack: Stack, account_id: str = MAKER) -> Any:
    return stack.operate("GET", f"/instagram/token/status?account={account_id}").json()


def until(stack: Stack, account_id: str, **wanted: Any) -> Any:
    """Wait until the status has these values; return it."""

    def reached() -> Any:
        found = status(stack, account_id)
        return all(found.get(name) == value for name, value in wanted.items()) and found

    return wait_until(reached, seconds=20)


def test_connections_survive_a_revocation(
    stack: Stack, operator_page: Page, chromium: Browser, inbox: Inbox
) -> None:
    # Connect in a browser.
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    operator_page.screenshot(path=SCREENSHOTS / "consent.png")
    consent(operator_page, "example_maker")
    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    operator_page.screenshot(path=SCREENSHOTS / "connected.png")
    assert MAKER in account_ids(stack)
    assert (status(stack)["source"], status(stack)["state"]) == ("stored", "active")
    assert stack.operate("POST", f"/instagram/token/refresh?account={MAKER}").status_code == 409

    # Refresh by the schedule.
    first = status(stack)
    make_due(stack, MAKER)
    sweep(stack)
    after = until(stack, MAKER, dueForRefresh=False)
    assert after["refreshedAt"] >= first["refreshedAt"]
    assert after["daysRemaining"] == 59
    stack.wait_for_alarm("reconnect-required", "OK", nudge=lambda: sweep(stack, "hourly"))

    # Refresh at an operator's request.
    make_due(stack, MAKER)
    forced = stack.operate("POST", f"/instagram/token/refresh?account={MAKER}")
    assert (forced.status_code, forced.json()["previousSource"]) == (200, "stored")

    # Revoke: the next sweep finds it, and people are notified.
    make_due(stack, MAKER)
    stack.control("token", account=MAKER, dead=458)
    sweep(stack)
    until(stack, MAKER, state="reconnect_required")
    stack.wait_for_alarm("reconnect-required", "ALARM")
    # One dead token is one alarm.
    stack.wait_for_alarm("token-refresh-failed", "OK")
    assert "docs/operations.md" in inbox.wait_for("daybook-local-reconnect-required")["Message"]
    notice = inbox.wait_for("must be connected again")
    assert "@example_maker" in notice["Subject"]
    assert "the person removed the app" in notice["Message"]
    assert stack.operate("POST", f"/instagram/token/refresh?account={MAKER}").status_code == 424

    # Connect again with the link of the notice, without an operator's token.
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

    # Newest first; older entries are other tests'.
    assert trail_of(stack, MAKER)[:6] == [
        "connected",
        "reconnect_required",
        # The first of the two answers that say so.
        "failed",
        "refreshed",
        "refreshed",
        "connected",
    ]
    checks = stack.operate("GET", f"/instagram/accounts/{MAKER}/check").json()["checks"]
    assert not [line for line in checks if line["ok"] is False]
    assert stack.operate("DELETE", f"/instagram/accounts/{MAKER}").status_code == 200


def test_missing_permissions_are_named(stack: Stack, operator_page: Page) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    operator_page.get_by_label("instagram_business_content_publish").uncheck()
    consent(operator_page, "example_maker")

    operator_page.get_by_text(
        "publishing will not work: instagram_business_content_publish was not allowed"
    ).wait_for()
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_facebook_login_connects_chosen_pages(stack: Stack, operator_page: Page) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect?login_type=facebook")
    operator_page.get_by_label("Example Page").uncheck()
    operator_page.get_by_role("button", name="Allow").click()

    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    assert "Page of a business" in operator_page.inner_text("main")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_person_chooses_among_accounts(
    stack: Stack, operator_page: Page, chromium: Browser
) -> None:
    before = set(account_ids(stack))
    # Of another person's login before: its mapping is deleted.
    connect(operator_page, stack)
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect?login_type=facebook")
    operator_page.get_by_role("button", name="Allow").click()
    operator_page.get_by_role("heading", name="Which accounts should be connected?").wait_for()
    maker = operator_page.get_by_role("checkbox", name="@example_maker")
    shop = operator_page.get_by_role("checkbox", name="@example_shop")
    assert (maker.is_checked(), "connected already" in operator_page.inner_text("form")) == (
        True,
        True,
    )
    assert shop.is_checked() == (ACCOUNT_ID in before)
    operator_page.screenshot(path=SCREENSHOTS / "choice.png", full_page=True)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert operator_page.evaluate(fits)

    # The address alone is not enough to choose.
    other = chromium.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    other.goto(operator_page.url)
    other.get_by_text("in the browser in which you logged in").wait_for()
    other.context.close()

    shop.uncheck()
    maker.uncheck()
    operator_page.get_by_role("button", name="Connect the chosen accounts").click()
    operator_page.get_by_role("alert").wait_for()
    operator_page.get_by_role("checkbox", name="@example_shop").uncheck()
    operator_page.get_by_role("checkbox", name="@example_maker").check()
    operator_page.get_by_role("button", name="Connect the chosen accounts").click()
    operator_page.get_by_role("heading", name="@example_maker is connected", level=1).wait_for()
    operator_page.screenshot(path=SCREENSHOTS / "chosen.png", full_page=True)

    assert set(account_ids(stack)) == before | {MAKER}
    # The page may be a moment ahead of the last line of the trail.
    wait_until(lambda: trail_of(stack, MAKER)[:2] == ["connected", "connected"])
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_slow_logins_continue_in_the_queue(stack: Stack, operator_page: Page) -> None:
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect?login_type=facebook")
    operator_page.get_by_label("Example Page").uncheck()
    # The lists of Pages take longer than a person can be kept waiting.
    stack.control("latency", seconds=5)
    # Both functions share what they learn of Meta's limits.
    stack.control("usage", **{"X-App-Usage": '{"call_count":72}'})
    try:
        operator_page.get_by_role("button", name="Allow").click()
        heading = operator_page.get_by_role("heading", name="Your Pages are being searched")
        heading.wait_for(timeout=40_000)
        operator_page.screenshot(path=SCREENSHOTS / "searching.png", full_page=True)
    finally:
        stack.control("latency", seconds=0)

    # The page reloads itself.
    connected = operator_page.get_by_role("heading", name="@example_maker is connected", level=1)
    connected.wait_for(timeout=90_000)
    stack.control("usage", **{"X-App-Usage": '{"call_count":1}'})
    assert MAKER in account_ids(stack)
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_token_routes_need_an_operator(stack: Stack) -> None:
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


def connect(
    page: Page, stack: Stack, login_type: str = "instagram", username: str = "example_maker"
) -> None:
    """Connect the second account (or another one), as an operator in a browser."""
    page.goto(f"{stack.outputs['api_url']}/instagram/connect?login_type={login_type}")
    if login_type == "facebook":
        page.get_by_label("Example Page").uncheck()
        page.get_by_role("button", name="Allow").click()
    else:
        consent(page, username)
    page.get_by_role("heading", name=f"@{username} is connected", level=1).wait_for()


def test_forced_refreshes_find_dead_tokens(stack: Stack, operator_page: Page, inbox: Inbox) -> None:
    connect(operator_page, stack)
    make_due(stack, MAKER)
    stack.control("token", account=MAKER, dead=463)

    # The second answer confirms the first one.
    answers = [stack.operate("POST", f"/instagram/token/refresh?account={MAKER}") for _ in "12"]

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (424, "reconnect_required")
    inbox.wait_for("must be connected again")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_approaching_expiry_sends_a_notice(stack: Stack, operator_page: Page, inbox: Inbox) -> None:
    connect(operator_page, stack)
    ends = (datetime.now(UTC) + timedelta(days=3, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    stack.table("TokensTable").update_item(
        Key=keys.account_key("main", MAKER),
        UpdateExpression="SET expires_at = :ends",
        ExpressionAttributeValues={":ends": ends},
    )

    sweep(stack)

    assert "@example_maker ends in 3 days" in inbox.wait_for("ends in 3 days")["Subject"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_refused_first_calls_explain_standard_access(stack: Stack, operator_page: Page) -> None:
    # Only logins call it: other callers name the account.
    stack.control("fail", count=1, status=400, code=100, exact_path="me")
    operator_page.goto(f"{stack.outputs['api_url']}/instagram/connect")
    consent(operator_page, "example_maker")

    operator_page.get_by_role("heading", name="The app may not use this account yet").wait_for()
    assert status(stack)["error"]["code"] == "unknown_account"


def test_checks_name_the_refused_call(stack: Stack, operator_page: Page) -> None:
    connect(operator_page, stack)

    # The collection of numbers reads the profile as well.
    with stack.failing(status=400, code=100, exact_path=MAKER):
        checks = stack.operate("GET", f"/instagram/accounts/{MAKER}/check").json()["checks"]

    assert "`profile` was refused" in next(line for line in checks if line["ok"] is False)["answer"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_daily_sweeps_find_dead_tokens(stack: Stack, operator_page: Page, inbox: Inbox) -> None:
    connect(operator_page, stack)
    readings = Readings(stack.table("TokensTable"), "main")
    readings.succeeded(MAKER)
    with stack.failing(status=400, code=100, exact_path=MAKER):
        sweep(stack)
        wait_until(lambda: MAKER in [one.account_id for one in readings.failing()])
    # A refusal for another reason does not end a connection.
    assert status(stack)["state"] == "active"
    stack.control("token", account=MAKER, dead=460)

    sweep(stack)

    until(stack, MAKER, state="reconnect_required")
    assert "changed the password" in inbox.wait_for("must be connected again")["Message"]
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_data_deletion_removes_account_and_posts(stack: Stack, operator_page: Page) -> None:
    first = not account_ids(stack)
    connect(operator_page, stack)
    event, table = fresh_event(), stack.table("EventsTable")
    key = keys.row_key(event, keys.post_row("1"))
    post = {
        "event_id": event,
        "id": "1",
        "kind": "image",
        "taken_at": f"{event}T12:00:00Z",
        "account_id": MAKER,
        "pictures": [{"id": "1", "kind": "image", "width": 10, "height": 10}],
    }
    table.put_item(Item=key | post)
    stack.photos(fresh_event())
    if first:
        # The feed reads the site's only account, with its stored token.
        calls_until(stack, MAKER)

    answer = call_back(stack, "data-deletion", "25000000000000002")

    assert MAKER not in account_ids(stack)
    wait_until(lambda: "Item" not in table.get_item(Key=key))
    wait_until(lambda: "Your data was deleted" in deletion_page(answer["url"]))


def deletion_page(url: str) -> str:
    """Return the page about a deletion request."""
    answer = requests.get(url, headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_sweeps_finish_deletions(stack: Stack, operator_page: Page) -> None:
    connect(operator_page, stack)
    deletions = Deletions(stack.table("TokensTable"), "main")
    # What a callback leaves that is killed after its first write.
    deletions.open(OpenDeletion("interrupted", datetime.now(UTC), (MAKER,)))

    def done() -> bool:
        sweep(stack, "hourly")
        deletion = deletions.get("interrupted")
        return deletion is not None and deletion.state is DeletionState.DONE

    wait_until(done)
    assert MAKER not in account_ids(stack)


def test_sweeps_adopt_the_bootstrap_token(stack: Stack) -> None:
    sweep(stack)

    assert until(stack, ACCOUNT_ID, source="stored")["state"] == "active"


def test_requests_before_the_adoption_ask_meta(stack: Stack) -> None:
    deletions = Deletions(stack.table("TokensTable"), "main")
    stack.table("TokensTable").delete_item(Key=keys.account_key("main", ACCOUNT_ID))
    with stack.failing(status=500, code=2, exact_path="me"):
        # Whose the environment's token is, Meta does not say.
        code = call_back(stack, "data-deletion", STRANGER)["confirmation_code"]
        waiting = deletions.get(code)
    assert waiting is not None
    assert waiting.state is DeletionState.REQUESTED

    def done() -> bool:
        sweep(stack, "hourly")
        deletion = deletions.get(code)
        return deletion is not None and deletion.state is DeletionState.DONE

    wait_until(done)
    sweep(stack)
    assert until(stack, ACCOUNT_ID, source="stored")["state"] == "active"


def test_event_views_find_dead_tokens(stack: Stack, operator_page: Page, inbox: Inbox) -> None:
    sweep(stack)
    until(stack, ACCOUNT_ID, source="stored", state="active")
    stack.control("token", account=ACCOUNT_ID, dead=460)

    for _ in range(3):
        stack.photos(fresh_event())

    until(stack, ACCOUNT_ID, state="reconnect_required")
    assert "changed the password" in inbox.wait_for("must be connected again")["Message"]
    # Several views found it; it was recorded once.
    assert trail_of(stack, ACCOUNT_ID).count("reconnect_required") == 1
    connect(operator_page, stack, username="example_shop")
    # Other tests use the emulator's initial token.
    stack.control("token", account=ACCOUNT_ID, dead=None)


def test_sites_show_another_connected_account(stack: Stack, operator_page: Page) -> None:
    connect(operator_page, stack)
    stack.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")
    before = len(stack.journal())

    def read_maker() -> bool:
        free_dates(stack)
        event = fresh_event()
        wait_until(lambda: stack.photos(event)["instagram"]["state"] == "fresh")
        return any(f"{MAKER}/media" in call["path"] for call in stack.journal()[before:])

    try:
        # Functions use a token for 30 seconds before they look for another one.
        wait_until(read_maker, seconds=90)
        numbers = stack.operate("GET", "/instagram/analytics/audience").json()
        assert numbers["account"] == MAKER
    finally:
        connect(operator_page, stack, username="example_shop")
        stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def report_usage(stack: Stack, percent: int) -> None:
    """Let Meta report how much of the app's limit is used."""
    usage = {"call_count": percent, "total_time": 1, "total_cputime": 1}
    stack.control("usage", **{"X-App-Usage": json.dumps(usage)})


def known_usage(stack: Stack) -> int:
    """Return the used percentage of the app's limit that all functions know of."""
    key = keys.graph_key(f"app:{APPS['instagram_app_id']}", BUDGET_ROW)
    row = stack.table("EventsTable").get_item(Key=key, ConsistentRead=True).get("Item", {})
    return int(row.get("percent", 0))


def test_functions_share_the_reported_usage(stack: Stack, operator_page: Page) -> None:
    # High enough to be stored, and too low to slow calls down.
    report_usage(stack, 71)
    connect(operator_page, stack)
    assert known_usage(stack) == 71

    report_usage(stack, 72)
    make_due(stack, MAKER)
    sweep(stack)
    wait_until(lambda: known_usage(stack) == 72)

    report_usage(stack, 1)
    stack.operate("GET", f"/instagram/accounts/{MAKER}/check")
    assert known_usage(stack) == 1
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def calls_until(stack: Stack, account_id: str, edge: str = "/media") -> None:
    """Wait until the emulator has received a call about an account."""
    wait_until(lambda: any(f"{account_id}{edge}" in call["path"] for call in stack.journal()))


def test_deauthorization_requires_reconnecting(
    stack: Stack, operator_page: Page, inbox: Inbox
) -> None:
    connect(operator_page, stack)

    call_back(stack, "deauthorize", "25000000000000002")

    assert status(stack)["state"] == "reconnect_required"
    inbox.wait_for("its owner removed the app")
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_failing_decryption_keeps_the_account(stack: Stack, operator_page: Page) -> None:
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


def run_cli(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of operators for the deployed stack, with variables as make passes them."""
    return subprocess.run(
        [sys.executable, "-m", "cli", command, "local"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **ENV, "CONTEXT": "", **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_check_connection_judges_bare_tokens(stack: Stack) -> None:
    app = {
        "APP_ID": APPS["meta_app_id"],
        "IG_APP_SECRET": APPS["meta_app_secret"],
        "LOGIN_TYPE": "facebook",
        "GRAPH_BASE": stack.outputs["graph_url"],
    }

    fine = run_cli("check-connection", **app, IG_ACCESS_TOKEN="EAAlocalpersontoken")
    wrong = run_cli("check-connection", **app, IG_ACCESS_TOKEN="EAAunknown")

    assert (fine.returncode, wrong.returncode) == (0, 1), fine.stdout + wrong.stdout
    assert "WRONG" in wrong.stdout
    assert "EAAunknown" not in wrong.stdout + wrong.stderr


def test_import_token_reads_older_tables(stack: Stack) -> None:
    stack.client("dynamodb").create_table(
        TableName="older",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    now = datetime.now(UTC)
    item = {
        "id": {"S": "primary"},
        "accessToken": {"S": "IGAAlocalcreatortoken"},
        "expiresIn": {"N": "5184000"},
        "expiresAt": {"N": str(int((now + timedelta(days=30)).timestamp() * 1000))},
        "refreshedAt": {"S": (now - timedelta(days=30)).isoformat()},
        "source": {"S": "refresh"},
    }
    stack.client("dynamodb").put_item(TableName="older", Item=item)
    stack.control("token", token="IGAAlocalcreatortoken", dead=None)

    imported = run_cli("import-token", TABLE="older")

    assert imported.returncode == 0, imported.stderr
    found = status(stack)
    assert (found["source"], found["state"], found["daysRemaining"]) == ("stored", "active", 29)
    assert run_cli("import-token", TABLE="older").returncode == 1
    assert run_cli("import-token", TABLE="none").returncode == 1
    stack.operate("DELETE", f"/instagram/accounts/{MAKER}")


def test_no_secret_is_stored_in_plain_text(stack: Stack) -> None:
    """Search logs, rows, messages and answers after all tests above."""
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


def test_a_second_up_keeps_schedules(stack: Stack) -> None:
    run_local("up")

    names = [rule["Name"] for rule in stack.client("events").list_rules()["Rules"]]
    assert sum("DailyRefresh" in name for name in names) == 1
    assert sum("HourlyRetry" in name for name in names) == 1
