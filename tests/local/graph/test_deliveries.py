"""Webhooks that the emulator sends by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.graph.data import ACCOUNT_ID, TOKEN
from tests.local.graph.hooked import MEDIA, Site, hooked_site

THEIRS = "17900000000070001"
PERSON = "26000000000000001"


@pytest.fixture
def site() -> Iterator[Site]:
    with hooked_site() as found:
        yield found


def test_comment_is_reported(site: Site) -> None:
    site.subscribe()

    comment = site.comment()
    site.wait()

    [value] = site.receiver.values()
    assert value == {
        "id": comment,
        "from": {"id": PERSON, "username": "a_guest"},
        "text": "Très beau",
        "media": {"id": MEDIA, "media_product_type": "FEED"},
    }
    assert b"Tr\\u00e8s" in site.receiver.received[0][0]
    assert site.receiver.signed_with("instagram-secret") == [True]
    [row] = site.deliveries
    assert (row["field"], row["status"], row["attempts"]) == ("comments", 200, 1)


def test_facebook_login_has_its_own_shape(site: Site) -> None:
    site.subscribe("facebook")

    comment = site.comment()
    site.wait()

    assert [value["comment_id"] for value in site.receiver.values()] == [comment]
    assert site.receiver.signed_with("facebook-secret") == [True]


def test_nothing_without_subscription(site: Site) -> None:
    site.comment()
    site.subscribe("facebook")
    site.graph.call("DELETE", "me/subscribed_apps")
    site.graph.state.page_subscriptions.clear()
    site.comment()
    site.wait()

    assert site.deliveries == []


def test_instagram_app_may_have_its_own_address(site: Site) -> None:
    site.subscribe(app="instagram")

    site.comment()
    site.wait()

    assert site.receiver.signed_with("instagram-secret") == [True]


def test_own_reply_comes_back(site: Site) -> None:
    site.subscribe()
    theirs = site.comment()
    site.wait()

    reply = site.graph.call("POST", f"{theirs}/replies", data={"message": "Thanks"})["id"]
    site.wait()

    value = site.receiver.values()[-1]
    assert (value["id"], value["parent_id"], value["from"]["id"]) == (reply, theirs, ACCOUNT_ID)
    assert value["from"]["self_ig_scoped_id"] == site.graph.state.accounts[ACCOUNT_ID].scoped_id


def test_messages_and_echoes(site: Site) -> None:
    site.subscribe()
    mid = site.message(text="Price?", reply_to={"story": {"id": "1", "url": "https://x"}})
    site.wait()
    body = {"recipient": {"id": PERSON}, "message": {"text": "Ten"}}
    site.graph.call("POST", "me/messages", json=body)
    site.wait()

    theirs, mine = site.receiver.events()
    assert (theirs["sender"]["id"], theirs["recipient"]["id"]) == (PERSON, ACCOUNT_ID)
    assert (theirs["message"]["mid"], theirs["message"]["reply_to"]["story"]["id"]) == (mid, "1")
    assert (mine["sender"]["id"], mine["message"]["is_echo"]) == (ACCOUNT_ID, True)


def test_reactions_and_unsent_messages(site: Site) -> None:
    site.subscribe()
    mid = site.message(text="Price?")
    site.wait()
    for options in ({"mid": mid, "reaction": "❤️"}, {"mid": mid, "reaction": None}):
        site.message(sender=PERSON, **options)
        site.wait()
    site.message(sender=PERSON, deleted=mid)
    site.wait()

    _, loved, not_loved, gone = site.receiver.events()
    assert (loved["reaction"]["emoji"], not_loved["reaction"]["action"]) == ("❤️", "unreact")
    assert gone["message"] == {"mid": mid, "is_deleted": True}


@pytest.mark.parametrize("login_type", ["instagram", "facebook"])
def test_mention_in_a_comment(site: Site, login_type: str) -> None:
    site.subscribe(login_type)

    made = site.graph.control(
        "mention", account=ACCOUNT_ID, by="a_fan", media=THEIRS, text="Ask @example_shop"
    ).json()
    site.wait()

    [value] = site.receiver.values()
    if login_type == "facebook":
        assert value == {"media_id": THEIRS, "comment_id": made["comment_id"]}
    else:
        assert (value["id"], value["media"]["id"]) == (made["comment_id"], THEIRS)


def test_mention_in_a_caption(site: Site) -> None:
    site.subscribe("facebook")

    made = site.graph.control("mention", account=ACCOUNT_ID, by="example_maker").json()
    site.wait()

    assert site.receiver.values() == [{"media_id": made["media_id"]}]
    assert site.graph.state.find_media(made["media_id"])


def test_outage_drops_webhooks(site: Site) -> None:
    site.subscribe()
    site.graph.control("webhooks", off=True)
    site.comment()
    site.graph.control("webhooks")
    site.comment("After it")
    site.wait()

    assert [value["text"] for value in site.receiver.values()] == ["After it"]
    assert [row["status"] for row in site.deliveries] == ["dropped", 200]


def test_twice_in_another_order(site: Site) -> None:
    site.subscribe()
    site.graph.control("webhooks", times=2, shuffle=True, batch=2)
    ids = [site.comment(f"Comment {number}") for number in range(3)]
    site.graph.control("webhooks")
    site.wait()

    found = [value["id"] for value in site.receiver.values()]
    assert sorted(found) == sorted(ids * 2)
    assert [len(body["changes"]) for body in site.receiver.entries()] == [1] * 6
    assert found[:2] == [ids[1], ids[0]]


def test_batch_is_one_body(site: Site) -> None:
    site.subscribe()
    site.graph.control("webhooks", batch=100)
    for number in range(100):
        site.comment(f"Comment {number}")
    site.wait()

    assert (len(site.receiver.received), len(site.receiver.values())) == (1, 100)


def test_failed_delivery_is_repeated(site: Site) -> None:
    site.subscribe()
    site.receiver.statuses = [500, 403]

    site.comment()
    site.wait()

    assert len(site.receiver.received) == 3
    assert [(row["status"], row["attempts"]) for row in site.deliveries] == [(200, 3)]


@pytest.mark.parametrize(("secret", "expected"), [("wrong", False), ("previous", True)])
def test_other_secret(site: Site, secret: str, expected: bool) -> None:
    site.subscribe()
    site.graph.control("webhooks", secret=secret)

    site.comment()
    site.wait()

    assert site.receiver.signed_with("instagram-secret") == [False]
    assert site.receiver.signed_with("previous") == [expected]


def test_other_shapes(site: Site) -> None:
    site.subscribe()
    site.graph.control("webhooks", shape="flat")
    site.comment()
    site.wait()
    assert site.receiver.entries()[0]["field"] == "comments"

    site.graph.control("webhooks", shape="array")
    site.comment()
    site.wait()
    assert site.receiver.received[-1][0].startswith(b'[{"object"')


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("webhooks", {"speed": 1}),
        ("webhooks", {"shape": "round"}),
        ("webhooks", {"batch": 0}),
        ("delete_comment", {"account": ACCOUNT_ID, "id": "1"}),
        ("mention", {"account": ACCOUNT_ID, "by": "a_fan", "media": MEDIA}),
        ("message", {"account": ACCOUNT_ID, "sender": PERSON, "deleted": "1"}),
    ],
)
def test_bad_knob_is_refused(site: Site, name: str, body: dict[str, object]) -> None:
    assert site.graph.control(name, **body).status_code == 400


def test_any_body_is_posted(site: Site) -> None:
    options = {"url": site.receiver.url, "secret": "s", "headers": {"X-Extra": "1"}}

    site.graph.control("webhook", body="not JSON", **options)
    site.graph.control("webhook", body="/w==", base64=True, **options)

    assert [body for body, _ in site.receiver.received] == [b"not JSON", b"\xff"]
    assert site.receiver.signed_with("s") == [True, True]
    assert site.receiver.headers[0]["X-Extra"] == "1"
    assert TOKEN not in str(site.receiver.headers)
