"""What Instagram lists may be of any size: one odd object costs no other, and no later run."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from lambdas.comments.updates import MessageWritten
from lambdas.graph.transport import Answer, Request
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite
from tests.json_types import JsonObject

LONG = "x" * 500_000
PERSON = "26000000000000009"


def change(site: ReadingSite, path: str, changed: Callable[[JsonObject], None]) -> None:
    """Change the objects that are listed at an address."""
    send = site.bench.transport.send

    def changing(request: Request, max_bytes: int = 1 << 24) -> Answer:
        answer = send(request, max_bytes)
        if not request.url.partition("?")[0].endswith(path):
            return answer
        body = json.loads(answer.body)
        for one in body.get("data") or body.get("messages", {}).get("data", []):
            changed(one)
        return Answer(answer.status, answer.headers, json.dumps(body).encode())

    site.bench.transport.send = changing  # type: ignore[method-assign]


def only(comment: str, **odd: object) -> Callable[[JsonObject], None]:
    def changed(one: JsonObject) -> None:
        if one["id"] == comment:
            one.update(odd)

    return changed


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "9" * 3000},
        {"id": ""},
        {"id": "no id"},
        {"id": None},
        {"text": LONG},
        {"text": "\U0001f600" * 120_000},
        {"text": "\ud800"},
        {"username": LONG},
        {"from": {"id": "9" * 3000}},
        {"from": {"id": "no id"}},
        {"parent_id": "9" * 3000},
        {"timestamp": "9999-12-31T23:59:59+0000"},
        {"timestamp": "0001-01-01T00:00:00+0000"},
        {"like_count": 10**19},
        {"replies": None},
        {"replies": {"data": None}},
        {"replies": {"data": [{"text": "no id"}, None, {"id": "9" * 3000}]}},
    ],
)
def test_odd_comment_costs_no_other(site: ReadingSite, odd: JsonObject) -> None:
    first, strange, last = (site.comment("m1") for _ in range(3))
    change(site, "/comments", only(strange, **odd))

    site.run()

    assert site.item(first).id == first
    assert site.item(last).id == last
    assert site.state.reading.initial_done


def test_thousands_of_inline_replies_are_read_by_page(site: ReadingSite) -> None:
    top, last = site.comment("m1"), site.comment("m1")
    reply = {"id": "17900000000000999", "text": "Me"}
    change(site, "/comments", only(top, replies={"data": [reply] * 20_000}))

    done = site.run()

    assert site.item(last).id == last
    assert (done.found, site.calls(f"{top}/replies")) == (2, 1)


def test_left_out_comment_is_counted(site: ReadingSite) -> None:
    change(site, "/comments", only(site.comment("m1"), id="9" * 900))

    site.run()

    assert {"UpdatesForeign": 1} in site.emitted


def test_long_comment_is_cut_visibly(site: ReadingSite) -> None:
    strange = site.comment("m1")
    change(site, "/comments", only(strange, text=LONG))

    site.run()

    assert str(site.item(strange).text).endswith(" […]")


def test_comment_of_the_future_is_of_now(site: ReadingSite) -> None:
    strange = site.comment("m1")
    change(site, "/comments", only(strange, timestamp="2970-01-01T00:00:00+0000"))

    site.run()

    assert site.item(strange).at == site.clock.now()


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "9" * 3000},
        {"id": ""},
        {"id": None},
        {"permalink": LONG},
        {"media_type": LONG},
        {"media_product_type": LONG},
        {"caption": LONG},
        {"comments_count": 99999999999999999999},
        {"comments_count": -1},
        {"timestamp": "9999-12-31T23:59:59+0000"},
    ],
)
def test_odd_media_costs_no_other(site: ReadingSite, odd: JsonObject) -> None:
    site.post("m1", "m2", "m3")
    kept = [site.comment("m1"), site.comment("m3")]
    change(site, "/media", only("m2", **odd))

    site.run()

    assert [site.item(one).id for one in kept] == kept
    assert site.state.reading.initial_done


@pytest.mark.parametrize(
    "odd",
    [
        {"message": LONG},
        {"id": "9" * 3000},
        {"created_time": "9999-12-31T23:59:59+0000"},
        {"attachments": {"data": [{"file_url": LONG}]}},
        {"attachments": {"data": [{"file_url": f"https://x.test/{'é' * 3900}"}] * 900}},
        {"attachments": None},
        {"from": {"id": PERSON, "username": LONG}},
    ],
)
def test_odd_message_costs_no_other(site: ReadingSite, odd: JsonObject) -> None:
    site.allow_messages()
    for text in ("one", "two", "three"):
        site.bench._follow_clock()
        site.bench.control("message", account=ACCOUNT_ID, sender=PERSON, text=text)

    def changed(one: JsonObject) -> None:
        if one.get("message") == "two":
            one.update(odd)

    change(site, "", changed)

    site.run()

    texts = {one.text for one in site.taker.taken if isinstance(one, MessageWritten)}
    assert {"one", "three"} <= texts
    assert site.state.reading.initial_done
