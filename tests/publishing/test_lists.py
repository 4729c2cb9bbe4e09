"""Lists of posts."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from lambdas.api.answer_size import size_in_answer
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.post_view import post_json
from lambdas.publishing.states import State
from tests.answer_sizes import LAMBDA_LIMIT, size_of
from tests.conftest import NOW
from tests.json_types import JsonObject
from tests.publishing.site import OTHER, Site, at, url


def several(site: Site, number: int, **changes: object) -> list[str]:
    """Create posts a second apart; return their ids, the newest first."""
    found = []
    for index in range(number):
        site.clock.advance(timedelta(seconds=1))
        name = f"{changes.get('account', '')}-{index}"
        post = site.made(client_request_id=name, media=[{"source": url(f"{index}.jpg")}], **changes)
        found.append(post["id"])
    return found[::-1]


def ids(page: JsonObject) -> list[str]:
    return [one["id"] for one in page["posts"]]


def test_newest_come_first(site: Site) -> None:
    made = several(site, 3)

    assert site.get().json == {"posts": site.get().json["posts"], "next": None}
    assert ids(site.get().json) == made


def test_pages_follow_each_other(site: Site) -> None:
    made = several(site, 5)
    found: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = site.get(limit="2", **cursor).json
        found += ids(page)
        cursor = {"cursor": page["next"]}

    assert (found, page["next"]) == (made, None)


def test_pages_of_long_posts_end_early(site: Site) -> None:
    file = {"source": url("x" * 1900), "alt_text": "結" * 1000}
    long = {"kind": "carousel", "media": [file] * 10, "caption": "結" * 2200, "draft": True}
    made = [site.made(**long, client_request_id=str(number))["id"] for number in range(90)]
    found, cursor = list[str](), dict[str, str]()
    while len(found) < len(made):
        page = site.get(limit="100", **cursor)
        assert size_of(page) < LAMBDA_LIMIT
        found += ids(page.json)
        cursor = {"cursor": page.json["next"]}

    assert (sorted(found), page.json["next"]) == (sorted(made), None)


def test_long_histories_show_the_newest(site: Site) -> None:
    post = site.made(draft=True)
    rejected = Step(what=Happened.REJECTED, at=NOW, state=State.DRAFT, note="結" * 1000)
    approved = Step(what=Happened.APPROVED, at=NOW, state=State.DRAFT)
    shown = post_json(site.stored(post), history=[*[rejected] * 999, approved])

    assert size_in_answer(msgspec.json.encode(shown)) < LAMBDA_LIMIT
    assert shown.history
    assert shown.history[-1].what == "approved"


def test_all_accounts_are_merged(site: Site) -> None:
    site.connect(OTHER)
    mine, others = several(site, 2), several(site, 2, account=OTHER)

    assert ids(site.get().json) == [*others, *mine]
    assert ids(site.get(account=OTHER).json) == others
    first = site.get(limit="3").json
    assert ids(first) + ids(site.get(limit="3", cursor=first["next"]).json) == [*others, *mine]


def test_disconnected_accounts_keep_their_posts(site: Site) -> None:
    made = several(site, 1)
    site.disconnect()

    assert ids(site.get().json) == made


def test_unknown_accounts_have_no_list(site: Site) -> None:
    for account in ("12", "a b"):
        answer = site.get(account=account)
        assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")


def test_states_are_chosen(site: Site) -> None:
    draft = site.made(draft=True, client_request_id="a")["id"]
    now = site.made(client_request_id="b")
    site.become(now, state=State.PUBLISHED)
    site.made(client_request_id="c", publish_at=at())

    assert ids(site.get(state="draft").json) == [draft]
    assert set(ids(site.get(state="draft,published").json)) == {draft, now["id"]}
    assert site.get(state="new").json["error"]["code"] == "invalid_state"


def test_times_are_chosen(site: Site) -> None:
    # 23:30 in Los Angeles, the site's zone, is the next morning in UTC.
    late = site.made(publish_at=at("2026-04-30T23:30", "America/Los_Angeles"))["id"]

    def found(**query: str) -> bool:
        return late in ids(site.get(**query).json)

    assert found(**{"from": "2026-04-30", "to": "2026-04-30"})
    assert not found(**{"from": "2026-05-01"})
    assert found(**{"from": "2026-05-01T06:30:00Z"})
    assert not found(to="2026-05-01T06:30:00Z")
    assert found(to="2026-05-01T08:30:01 02:00")


def test_odd_queries_are_refused(site: Site) -> None:
    for query in (
        {"from": "yesterday"}, {"to": "2026-04-31"}, {"from": "2026-04-30T18:00"},
        {"from": "0001-01-01"}, {"to": "9999-12-31"}, {"limit": "0"}, {"limit": "101"},
        {"cursor": "x"}, {"state": "x"},
    ):  # fmt: skip
        [name] = query
        answer = site.get(**query)
        assert (answer.status, answer.json["error"]["code"]) == (400, f"invalid_{name}"), query


def test_cursors_belong_to_their_list(site: Site) -> None:
    several(site, 2)
    cursor = site.get(limit="1").json["next"]

    assert site.get(limit="1", cursor=cursor, state="draft").json["error"]["code"] == (
        "invalid_cursor"
    )
