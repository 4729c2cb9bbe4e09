"""The inbox on the deployed stack, with IAM enforced: webhooks in, answers out, nothing twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from local.graph.data import APPS
from local.local_site import LocalSite
from tests.deployed import Stack, wait_until
from tests.e2e.callbacks import call_back
from tests.json_types import JsonObject

ACCOUNT = "17841400000000777"
PERSON = "25841400000000777"
MEDIA = "17900000000077701"
FOREIGN_POST = "17900000000070001"
CUSTOMER = "26000000000077700"
# High enough to be stored, and too low to keep answers back.
USAGE = '{"call_count": 71, "total_time": 1, "total_cputime": 1}'
SHIPPING: JsonObject = {
    "name": "Shipping",
    "when": {"keywords": ["do you ship"], "kinds": ["comment", "message"]},
    "then": ["reply"],
    "template": ["We ship worldwide, {name}!", "Yes {name}, we ship."],
    "limits": {"per_author": 50},
}
SPAM: JsonObject = {"name": "Spam", "when": {"keywords": ["casino"]}, "then": ["hide", "escalate"]}


@dataclass(frozen=True)
class Desk:
    """A person who answers customers of an account of the emulator."""

    stack: Stack

    def comment(self, text: str, **more: object) -> str:
        """Let a customer comment; return the comment's id."""
        author = {"author_id": CUSTOMER, "username": "a_customer"}
        body = {"account": ACCOUNT, "media": MEDIA, "text": text} | author | more
        return str(self.stack.control("comment", **body)["id"])

    def write(self, text: str, **more: object) -> JsonObject:
        """Let a customer write a message."""
        body = {"account": ACCOUNT, "sender": CUSTOMER, "text": text} | more
        return dict(self.stack.control("message", **body))

    def act(self, method: str, path: str, body: object = None) -> requests.Response:
        """Call an operators' route."""
        return self.stack.operate(method, f"/instagram/{path}", body)

    def item(self, item_id: str) -> JsonObject | None:
        """Return an item, or None while it is not there."""
        answer = self.act("GET", f"inbox/{item_id}")
        return dict(answer.json()["item"]) if answer.status_code == 200 else None

    def once(self, item_id: str, holds: Callable[[JsonObject], bool]) -> JsonObject:
        """Return an item once it is as it should be."""

        def found() -> JsonObject | None:
            item = self.item(item_id)
            return item if item and holds(item) else None

        return dict(wait_until(found, 60))

    def items(self, query: str) -> list[JsonObject]:
        """Return items of the account."""
        answer = self.act("GET", f"inbox?account={ACCOUNT}&limit=100&{query}")
        return list(answer.json()["items"])

    def replies(self, comment_id: str) -> list[str]:
        """Return the replies that Instagram has below a comment."""
        url = f"{self.stack.outputs['graph_url']}/graph.instagram.com/v25.0/{comment_id}/replies"
        token = f"IGAAcomments{ACCOUNT}"
        answer = requests.get(
            url, params={"access_token": token, "fields": "text,username"}, timeout=30
        )
        return [one["text"] for one in answer.json()["data"] if one["username"] == "example_inbox"]

    def hide_in_the_app(self, comment_id: str) -> None:
        """Hide a comment without this site."""
        url = f"{self.stack.outputs['graph_url']}/graph.instagram.com/v25.0/{comment_id}"
        data = {"hide": "true", "access_token": f"IGAAcomments{ACCOUNT}"}
        assert requests.post(url, data=data, timeout=30).status_code == 200

    def signed(self, **body: object) -> int:
        """Send a webhook of the app; return the status of the answer."""
        url = f"{self.stack.outputs['api_url']}/webhooks/instagram"
        secret = APPS["instagram_app_secret"]
        return int(self.stack.control("webhook", url=url, secret=secret, **body)["status"])

    def renew(self) -> None:
        """Subscribe again, and read what no webhook brought."""
        self.act("POST", f"subscriptions/renew?account={ACCOUNT}")


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    """Provide a connected account whose webhooks arrive."""
    stack.control("account", id=ACCOUNT, username="example_inbox", token=f"IGAAcomments{ACCOUNT}")
    taken = "2026-11-20T12:00:00+00:00"
    stack.control("media", account=ACCOUNT, media=[{"id": MEDIA, "taken_at": taken}])
    site = LocalSite(stack.deployment)
    site.consent(site.connect_dialog(), ACCOUNT)
    desk = Desk(stack)

    def subscribed() -> bool:
        accounts = desk.act("GET", "subscriptions").json()["accounts"]
        return any(one["account"] == ACCOUNT and one["since"] for one in accounts)

    # Connecting subscribes.
    wait_until(subscribed, 60)
    rules = {"rules": [SPAM, SHIPPING], "version": 0}
    answer = desk.act("PUT", f"rules?account={ACCOUNT}", rules)
    assert answer.status_code == 200, answer.text
    yield desk
    stack.operate("DELETE", f"/instagram/accounts/{ACCOUNT}")


def test_question_is_answered_at_once(desk: Desk) -> None:
    comment = desk.comment("Do you ship to Norway?")

    item = desk.once(comment, lambda item: item["state"] == "done")

    assert item["decision"]["rule"] == "Shipping"
    # Read back, mentions have lost their @.
    assert desk.replies(comment) == ["We ship worldwide, a_customer!"]


def test_rule_does_not_answer_its_own_reply(desk: Desk) -> None:
    comment = desk.comment("Do you ship to Oslo?")
    desk.once(comment, lambda item: item["state"] == "done")

    owns = wait_until(lambda: [one for one in desk.items("own=true") if one["parent_id"]])

    assert all(one["decision"] is None for one in owns)
    assert len(desk.replies(comment)) == 1


def test_spam_is_hidden_and_shown_again(desk: Desk) -> None:
    comment = desk.comment("Win at the CÁSINO now")
    item = desk.once(comment, lambda item: item["hidden"])
    assert (item["state"], item["escalation"]["by"]) == ("escalated", "the rule Spam")

    answer = desk.act("POST", f"inbox/{comment}/undo")

    assert answer.status_code == 200, answer.text
    undone = answer.json()["item"]
    assert (undone["hidden"], undone["state"]) == (False, "open")


def test_webhooks_may_come_twice_and_mixed_up(desk: Desk) -> None:
    desk.stack.control("webhooks", times=2, shuffle=True, shape="array")
    comments = [desk.comment(f"Do you ship to number {number}?") for number in range(3)]
    desk.stack.control("webhooks")

    for comment in comments:
        desk.once(comment, lambda item: item["state"] == "done")
    assert [len(desk.replies(one)) for one in comments] == [1, 1, 1]


def test_lost_answer_is_not_sent_again(desk: Desk) -> None:
    comment = desk.comment("Is this lost?")
    desk.once(comment, lambda item: item["state"] == "open")
    lost: JsonObject = {"method": "POST", "count": 1, "drop": "after"}
    desk.stack.control("fail", path=f"{comment}/replies", **lost)
    body = {"text": "Not lost.", "client_request_id": uuid.uuid4().hex}

    first = desk.act("POST", f"comments/{comment}/replies", body)
    again = desk.act("POST", f"comments/{comment}/replies", body)
    desk.stack.control("fail", path="/replies", account=ACCOUNT, **lost)
    asked = desk.comment("Do you ship lost things?")

    assert (first.status_code, again.json()["id"]) == (202, first.json()["id"])
    for one in (comment, asked):
        desk.once(one, lambda item: item["state"] == "done")
    assert desk.replies(comment) == ["Not lost."]
    assert len(desk.replies(asked)) == 1


def test_failed_answer_asks_a_person(desk: Desk) -> None:
    refusal: JsonObject = {"status": 400, "code": 100, "count": 1, "method": "POST"}
    desk.stack.control("fail", path="/replies", account=ACCOUNT, **refusal)
    comment = desk.comment("Do you ship in vain?")

    item = desk.once(comment, lambda item: item["state"] == "escalated")

    assert item["escalation"]["by"] == "the rule Shipping, whose answer failed"


def test_same_request_answers_once(desk: Desk) -> None:
    comment = desk.comment("Who answers?")
    desk.once(comment, lambda item: item["state"] == "open")
    body = {"text": "Only one.", "client_request_id": uuid.uuid4().hex}

    with ThreadPoolExecutor(6) as pool:
        path = f"comments/{comment}/replies"
        answers = list(pool.map(lambda _: desk.act("POST", path, body), range(6)))

    assert {one.json()["id"] for one in answers} == {answers[0].json()["id"]}
    assert {one.status_code for one in answers} <= {200, 201, 202}
    wait_until(lambda: desk.replies(comment) == ["Only one."])


def test_backfill_brings_what_webhooks_did_not(desk: Desk) -> None:
    desk.stack.control("webhooks", off=True)
    missed = [desk.comment(f"Unheard {number}") for number in range(60)]
    reply = desk.comment("Unheard reply", parent=missed[0])
    spam = desk.comment("Unheard casino")
    desk.write("Unheard message")
    desk.renew()
    for comment in (*missed, reply):
        desk.once(comment, lambda item: item["state"] == "open")
    desk.once(spam, lambda item: item["hidden"])
    desk.hide_in_the_app(missed[1])
    desk.comment("One more")
    desk.renew()
    desk.once(missed[1], lambda item: item["state"] == "hidden")
    desk.stack.control("webhooks")

    assert "Unheard message" in [one["text"] for one in desk.items("kind=message&state=open")]


def test_large_and_odd_webhooks_lose_nothing(desk: Desk) -> None:
    comment = f"{time.time_ns()}"
    value = {
        "id": comment,
        "text": "Long " + "ä" * 120_000,
        "media": {"id": MEDIA},
        "from": {"id": CUSTOMER, "username": "a_customer"},
    }
    entry = {"id": ACCOUNT, "time": int(time.time()), "field": "comments", "value": value}

    assert desk.signed(payload={"object": "instagram", "entry": [entry]}) == 200
    assert desk.signed(body="no JSON, but signed") == 200
    assert desk.signed(payload={}, broken=True) == 403

    item = desk.once(comment, lambda item: item["state"] == "open")
    assert item["text"].startswith("Long ää")


def test_message_is_answered_inside_its_window(desk: Desk) -> None:
    desk.write("Do you ship on Sundays?")
    thread = f"kind=message&thread={CUSTOMER}"
    wait_until(lambda: [one for one in desk.items(thread) if one["decision"]], 60)
    desk.write("And who are you?")
    wait_until(lambda: desk.items(f"{thread}&state=open"), 60)

    sent = desk.act("POST", f"messages/{CUSTOMER}?account={ACCOUNT}", {"text": "It is us."})
    stranger = desk.act("POST", f"messages/2600000000007?account={ACCOUNT}", {"text": "Hello"})

    assert sent.status_code == 201, sent.text
    assert stranger.json()["error"]["code"] == "window_never_opened"
    assert desk.items(f"{thread}&state=open") == []


def test_private_reply_is_sent_once(desk: Desk) -> None:
    comment = desk.comment("Write me, please")
    desk.once(comment, lambda item: item["state"] == "open")
    path = f"comments/{comment}/private-reply"

    assert desk.act("POST", path, {"text": "In private."}).status_code == 201
    again = desk.act("POST", path, {"text": "In private again."})

    assert again.json()["error"]["code"] == "private_reply_sent"


def test_comments_are_hidden_deleted_and_closed(desk: Desk) -> None:
    comment = desk.comment("Hide me")
    desk.once(comment, lambda item: item["state"] == "open")

    hidden = desk.act("PATCH", f"comments/{comment}", {"hidden": True})
    refused = desk.act("POST", f"comments/{comment}/replies", {"text": "Too late"})
    deleted = desk.act("DELETE", f"comments/{comment}")
    closed = desk.act("PATCH", f"media/{MEDIA}?account={ACCOUNT}", {"comments_enabled": False})
    opened = desk.act("PATCH", f"media/{MEDIA}?account={ACCOUNT}", {"comments_enabled": True})

    assert refused.json()["error"]["code"] == "comment_hidden"
    done = (hidden, deleted, closed, opened)
    assert [one.status_code for one in done] == [200] * 4, [one.text for one in done]


def test_escalations_are_reported(desk: Desk) -> None:
    comment = desk.comment("Please call me back")
    desk.once(comment, lambda item: item["state"] == "open")

    answer = desk.act("PATCH", f"inbox/{comment}", {"state": "escalated"})
    assert answer.json()["escalation"]["due_at"]

    desk.stack.send("Comments.SweepQueue", {"sweep": "inbox"})
    done = desk.act("PATCH", f"comments/{comment}", {"state": "done"})
    assert done.json()["state"] == "done"


def test_rules_explain_themselves(desk: Desk) -> None:
    checked = desk.act("POST", f"rules/check?account={ACCOUNT}", {"text": "do you ship?"}).json()
    sets = desk.act("GET", "rules/sets").json()["sets"]
    undone = desk.act(
        "POST", f"rules/undo?account={ACCOUNT}", {"rule": "Spam", "since": "2026-01-01T00:00:00Z"}
    )

    assert [one["verdict"] for one in checked["verdicts"]] == ["no_match", "decided"]
    assert {one["name"] for one in sets} == {"spam", "questions", "abuse"}
    assert undone.status_code == 200, undone.text


def test_others_are_read_with_the_facebook_login_only(desk: Desk) -> None:
    answer = desk.act("GET", f"discovery/accounts/example_shop?account={ACCOUNT}")
    assert answer.json()["error"]["code"] == "needs_facebook_login"


def test_limits_are_shared(desk: Desk) -> None:
    desk.stack.control("usage", **{"X-App-Usage": USAGE})
    comment = desk.comment("Do you ship under load?")
    desk.once(comment, lambda item: item["state"] == "done")
    desk.renew()

    answer = desk.act("POST", f"comments/{comment}/replies", {"text": "Still here."})
    desk.stack.control("usage", **{"X-App-Usage": '{"call_count": 1}'})

    assert answer.status_code == 201, answer.text


def test_author_is_forgotten(desk: Desk) -> None:
    author = f"26{time.time_ns() % 10**14:014}"
    comment = desk.comment("Forget me", author_id=author, username="forgotten")
    desk.once(comment, lambda item: item["state"] == "open")
    desk.act("PATCH", f"comments/{comment}", {"hidden": True})

    answer = desk.act("DELETE", f"inbox/authors/{author}").json()

    assert answer == {"deleted": 1, "more": False}
    assert desk.item(comment) is None


def test_owner_s_deletion_leaves_nothing(desk: Desk) -> None:
    table = desk.stack.table("InboxTable")
    assert desk.items("")

    call_back(desk.stack, "data-deletion", PERSON)

    wait_until(lambda: not [one for one in table.scan()["Items"] if ACCOUNT in str(one)], 60)
