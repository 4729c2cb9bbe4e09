"""The inbox: comments, messages and a mention of the sample account, and faults of webhooks."""

from __future__ import annotations

import contextlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.records import Item
from lambdas.kit.clock import to_sortable
from lambdas.kit.decoded import JsonObject
from lambdas.storage.packing import packed, unpacked
from local.alarms import Inbox
from local.clients import client
from local.drills import Drill
from local.graph.data import ACCOUNT_ID, APPS, USERNAME, sample_media
from local.local_site import LocalSite
from local.loopback import get_json, open_url
from local.sample import Sample, SampleError

INBOX = "/instagram/inbox"
SUBSCRIPTIONS = "/instagram/subscriptions"
SWEEP_QUEUE = "Comments.SweepQueue"
READY_SECONDS = 120.0
# A renewal that meets another run of the account is tried again after 20 seconds, each time.
NOTICED_SECONDS = 120.0
HEALING_ROUNDS, HEALING_SECONDS = 8, 15.0
# More than the alarm takes for scanners.
BAD_CALLS = 7
DRILL_TEXT = "Drill: does anyone read this?"
PERSON, CUSTOMER = "26000000000000011", "26000000000000012"
ORDER = "Hello, may I pick up my order on Saturday?"
# A post of another account, in the emulator's sample.
FOREIGN_POST = "17900000000070001"
COMMENTS = (
    ("emma.example", PERSON, "What a day! How much is the large print?"),
    ("jan.example", CUSTOMER, "Do you ship to Austria?"),
    ("bargain.example", "26000000000000013", "Make money fast at www.example.com"),
    ("emma.example", PERSON, "Wunderschön 😍"),
)


def load_sample(site: LocalSite, sample: Sample) -> str:
    """Subscribe the account and let people write to it. Do nothing if there is something."""
    del sample
    if site.deployment.graph_base is not None:
        return "Inbox: left to the server that replaces Meta's"
    if _items(site):
        return "Inbox: kept"
    _connect(site)
    _renew(site)
    # Meta reports only what happens after the subscription, which a queue makes.
    if not _wait(lambda: bool(_items(site)), lambda: _comment(site, *COMMENTS[0])):
        raise SampleError("no webhook arrived: see section webhook-silent of docs/operations.md")
    for comment in COMMENTS[1:]:
        _comment(site, *comment)
    site.control("message", account=ACCOUNT_ID, sender=CUSTOMER, username="jan.example", text=ORDER)
    thanks = f"Thanks to @{USERNAME} for the prints!"
    site.control("mention", account=ACCOUNT_ID, by="emma.example", media=FOREIGN_POST, text=thanks)
    _wait(lambda: len(_items(site)) >= len(COMMENTS) + 2, _nothing)
    return f"Inbox: {len(_items(site))} comments, messages and mentions"


def _connect(site: LocalSite) -> None:
    """Store the sample account: the bootstrap token is adopted at its first refresh."""
    site.operate("POST", "/instagram/token/refresh")


def _renew(site: LocalSite) -> None:
    """Subscribe now, and read what no webhook brought."""
    site.operate("POST", f"{SUBSCRIPTIONS}/renew?account={ACCOUNT_ID}")


def _comment(site: LocalSite, username: str, author: str, text: str) -> None:
    """Let a person comment below the sample's newest post."""
    written = {"text": text, "username": username, "author_id": author}
    site.control("comment", account=ACCOUNT_ID, media=sample_media()[0].id, **written)


def _items(site: LocalSite, query: str = "limit=100") -> list[JsonObject]:
    """Return items of the inbox, the newest first."""
    status, answer = site.operate("GET", f"{INBOX}?{query}")
    return list(answer["items"]) if status == 200 else []


def _wait(
    is_done: Callable[[], bool], nudge: Callable[[], None], seconds: float = READY_SECONDS
) -> bool:
    """Ask until something is so, for a while at most; return whether it is."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(1)
        nudge()
    return True


def _sweep(site: LocalSite) -> None:
    site.put(SWEEP_QUEUE, {"sweep": "inbox"})


def _sign_wrongly(site: LocalSite) -> None:
    body = {"object": "instagram", "entry": []}
    url = f"{site.outputs['api_url']}/webhooks/instagram"
    for _ in range(BAD_CALLS):
        site.control("webhook", url=url, payload=body, secret="drill", broken=True)  # noqa: S106


def _sign_again(site: LocalSite, _: Inbox | None) -> None:
    """Send a call that is accepted: the secret is right."""
    body = {"object": "instagram", "entry": []}
    url = f"{site.outputs['api_url']}/webhooks/instagram"
    site.control("webhook", url=url, payload=body, secret=APPS["instagram_app_secret"])


def _lose_the_subscription(site: LocalSite) -> None:
    """Let Meta forget the account's subscription, and look for it."""
    _connect(site)
    _renew(site)
    if not _wait(lambda: bool(_webhooks_of(site).get("since")), _nothing):
        raise RuntimeError("the sample account could not be subscribed: see webhook-silent")
    _end_subscription(site)
    _renew(site)
    if not _wait(lambda: _webhooks_of(site).get("health") == "silent", _nothing, NOTICED_SECONDS):
        raise RuntimeError(f"the lost subscription was not noticed: {_webhooks_of(site)}")
    _sweep(site)


def _find_the_subscription(site: LocalSite, _: Inbox | None) -> None:
    """Let webhooks come again: only they end the silence. One is noted in a minute."""
    for _round in range(HEALING_ROUNDS):
        _comment(site, *COMMENTS[-1])
        _renew(site)
        if _wait(lambda: _webhooks_of(site).get("health") == "ok", _nothing, HEALING_SECONDS):
            break
    _sweep(site)


def _webhooks_of(site: LocalSite) -> JsonObject:
    """Return what is known of the sample account's webhooks."""
    _, answer = site.operate("GET", SUBSCRIPTIONS)
    found = [one for one in answer.get("accounts", ()) if one["account"] == ACCOUNT_ID]
    return dict(found[0]) if found else {}


def _end_subscription(site: LocalSite) -> None:
    """Delete the subscription at the emulator, with those of its tokens that are the account's."""
    graph = site.outputs["graph_url"]
    _, tokens = get_json(f"{graph}/_control/tokens")
    edge = f"{graph}/graph.instagram.com/v25.0/{ACCOUNT_ID}/subscribed_apps"
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        with contextlib.suppress(urllib.error.HTTPError):
            open_url(urllib.request.Request(edge, method="DELETE", headers=headers)).close()


def _nothing() -> None:
    """Do nothing while something is waited for."""


def _break_a_promise(site: LocalSite) -> None:
    """Escalate a comment, and move its promise to yesterday."""
    _connect(site)
    _renew(site)
    if not _wait(
        lambda: bool(_drill_items(site)), lambda: _comment(site, "emma.example", PERSON, DRILL_TEXT)
    ):
        raise RuntimeError("the drill's comment did not arrive: see webhook-silent")
    item_id = str(_drill_items(site)[0]["id"])
    site.operate("PATCH", f"{INBOX}/{item_id}", {"state": "escalated"})
    _move_promise(site, item_id, datetime.now(UTC) - timedelta(days=1))
    _sweep(site)


def _keep_promises(site: LocalSite, _: Inbox | None) -> None:
    for item in _drill_items(site):
        if item["state"] != "done":
            site.operate("PATCH", f"{INBOX}/{item['id']}", {"state": "done"})
    _sweep(site)


def _drill_items(site: LocalSite) -> list[JsonObject]:
    return [item for item in _items(site) if item["text"] == DRILL_TEXT]


def _move_promise(site: LocalSite, item_id: str, due_at: datetime) -> None:
    """Change when an escalation is due, in the item's row and in its place in the index."""
    dynamodb = client(site.deployment, "dynamodb")
    table = site.outputs["tables"]["Storage.InboxTable"]
    key = {
        name: {"S": value} for name, value in keys.subject_key("main", item_id, keys.ITEM).items()
    }
    row = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    item = unpacked(Item, row[keys.BODY]["B"])
    if item.escalation is None:
        raise RuntimeError("the drill's comment was not escalated")
    changed = replace(item, escalation=replace(item.escalation, due_at=due_at))
    row[keys.BODY] = {"B": packed(changed)}
    row |= {keys.DUE_LIST: {"S": "main"}, keys.DUE_AT: {"S": to_sortable(due_at)}}
    dynamodb.put_item(TableName=table, Item=row)


DRILLS = {
    "webhook-rejected": Drill(
        "calls of the webhook arrive with a wrong signature", _sign_wrongly, _sign_again
    ),
    "webhook-silent": Drill(
        "Meta has forgotten the sample account's subscription",
        _lose_the_subscription,
        _find_the_subscription,
        nudge=_sweep,
    ),
    "inbox-overdue": Drill(
        "an escalated comment waits for longer than was promised",
        _break_a_promise,
        _keep_promises,
        by_hand="the promise is moved to yesterday, since the shortest one is a minute",
        nudge=_sweep,
    ),
}
