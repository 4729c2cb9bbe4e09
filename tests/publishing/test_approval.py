"""Approval by a link: one decision about what was shown, by a person without an account."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from lambdas.publishing import handlers
from lambdas.publishing.approval import LIFE
from lambdas.publishing.plan import Plan, Weekday, WeeklySlot
from lambdas.publishing.states import State
from lambdas.storage.accounts.token_record import State as TokenState
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer
from tests.publishing.site import ACCOUNT, Site, at

FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
SITE = "https://photos.example.com"


class Reader:
    """A person with a link, in a browser without scripts and cookies."""

    def __init__(self, site: Site, url: str) -> None:
        self.browser = Browser(handlers.operate.using(site.dependencies))
        self.path = url.removeprefix(SITE)

    def open(self) -> HttpAnswer:
        return self.browser.get(self.path, accept="text/html")

    def shown(self) -> str:
        found = re.search(r'name="shown" value="(\w+)"', self.open().text)
        return found[1] if found else ""

    def decide(self, decision: str, comment: str = "", **changes: str) -> HttpAnswer:
        form = {"shown": self.shown(), "decision": decision, "comment": comment, **changes}
        return self.send(form)

    def send(self, form: JsonObject, **headers: str) -> HttpAnswer:
        return self.browser.send("POST", self.path, None, FORM | headers, urlencode(form))


def draft(site: Site, **changes: object) -> JsonObject:
    return site.made(draft=True, **{"publish_at": at(), "caption": "Grüße <b>🎂</b>", **changes})


def link(site: Site, post: JsonObject) -> str:
    answer = site.act(post, "approval")
    assert answer.status == 201, answer.text
    return str(answer.json["url"])


def reader(site: Site, **changes: object) -> tuple[Reader, JsonObject]:
    post = draft(site, **changes)
    return Reader(site, link(site, post)), post


def steps(site: Site, post: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = site.get(post["id"]).json["history"]
    return found


def test_page_shows_the_post(site: Site) -> None:
    person, _ = reader(site, first_comment="More soon")

    page = person.open()

    assert page.status == 200
    for text in (
        "Grüße &lt;b&gt;🎂",
        "Thursday, 30 April 2026, 18:00 (Europe/Berlin)",
        "More soon",
    ):
        assert text in page.text


def test_page_keeps_its_address_secret(site: Site) -> None:
    person, _ = reader(site)

    headers = person.open().headers

    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    policy = headers["content-security-policy"]
    assert "script" not in policy
    assert "form-action 'self'" in policy


def test_secret_is_stored_as_hash_only(site: Site) -> None:
    post = draft(site)
    secret = link(site, post).rpartition("/")[2]

    rows = str(site.dependencies.table.scan()["Items"])

    assert len(secret) == 64
    assert secret not in rows
    assert secret not in json.dumps(site.get(post["id"]).json)


def test_approval_schedules_the_draft(site: Site) -> None:
    person, post = reader(site)

    answer = person.decide("approve", "Lovely")

    assert answer.status == 303
    assert answer.headers["location"] == SITE + person.path
    stored = site.get(post["id"]).json
    assert (stored["state"], stored["approval"]["decision"]) == ("scheduled", "approved")
    assert site.schedules() == {post["id"]: "at(2026-04-30T16:00:00)"}
    assert (steps(site, post)[-1]["what"], steps(site, post)[-1]["note"]) == ("approved", "Lovely")


def test_rejection_keeps_the_draft(site: Site) -> None:
    person, post = reader(site)

    person.decide("reject", "Not\r\nthis one")

    stored = site.get(post["id"]).json
    assert (stored["state"], stored["approval"]["comment"]) == ("draft", "Not\nthis one")
    assert steps(site, post)[-1]["what"] == "rejected"
    assert "It is not published." in person.open().text


def test_there_is_one_decision(site: Site) -> None:
    person, post = reader(site)
    shown = person.shown()
    person.decide("reject")

    answer = person.send({"shown": shown, "decision": "approve"})

    assert answer.status == 409
    assert site.get(post["id"]).json["state"] == "draft"
    assert "<form" not in person.open().text


def test_opening_decides_nothing(site: Site) -> None:
    person, post = reader(site)

    assert person.browser.send("HEAD", person.path, None, {}).status == 200
    person.open()

    assert site.get(post["id"]).json["approval"]["decision"] is None


def test_changed_draft_is_shown_again(site: Site) -> None:
    person, post = reader(site)
    shown = person.shown()
    current = site.get(post["id"]).json
    site.patch(current, {"caption": "Something else"})

    answer = person.send({"shown": shown, "decision": "approve", "comment": "ok"})

    assert answer.status == 409
    assert "was changed since" in answer.text
    assert "Something else" in answer.text
    assert ">ok</textarea>" in answer.text
    assert site.get(post["id"]).json["state"] == "draft"


def test_passed_time_is_said_and_asked_about(site: Site) -> None:
    person, post = reader(site)
    shown = person.shown()
    site.clock.advance(timedelta(days=2))

    stale = person.send({"shown": shown, "decision": "approve"})

    assert stale.status == 409
    assert "The time of this post has passed. If you approve it, it is published now." in stale.text
    assert "Approve, and publish now" in stale.text
    person.decide("approve")
    assert site.started() == [post["id"]]


def test_post_that_must_not_be_late_can_only_be_rejected(site: Site) -> None:
    person, post = reader(site, late="skip")
    site.clock.advance(timedelta(days=2))

    page = person.open().text

    assert "it must not be published late" in page
    assert 'value="approve"' not in page
    assert person.decide("approve").status == 409
    assert site.get(post["id"]).json["state"] == "draft"


def test_draft_without_time_says_at_once(site: Site) -> None:
    person, post = reader(site, publish_at=None)

    assert "it is published at once" in person.open().text
    person.decide("approve")
    assert site.started() == [post["id"]]


def test_link_ends_after_a_week(site: Site) -> None:
    person, _ = reader(site)
    site.clock.advance(LIFE)

    answer = person.open()

    assert answer.status == 404
    assert "This link has expired" in answer.text
    assert "text/html" in answer.headers["content-type"]


def test_newer_link_replaces_older_one(site: Site) -> None:
    older, post = reader(site)
    newer = Reader(site, link(site, post))

    assert older.open().status == 404
    assert newer.open().status == 200


@pytest.mark.parametrize("secret", ["0" * 64, "x", "a" * 200])
def test_other_secrets_open_nothing(site: Site, secret: str) -> None:
    draft(site)

    assert Reader(site, f"{SITE}/approve/{secret}").open().status == 404


def test_form_of_another_site_is_refused(site: Site) -> None:
    person, post = reader(site)
    form = {"shown": person.shown(), "decision": "approve"}

    assert person.send(form, sec_fetch_site="cross-site").status == 403
    assert person.send(form, sec_fetch_site="same-origin").status == 303
    assert site.get(post["id"]).json["state"] == "scheduled"


def test_long_comment_is_kept_to_be_shortened(site: Site) -> None:
    person, _ = reader(site)

    answer = person.decide("reject", "x" * 1001)

    assert answer.status == 400
    assert "Please shorten it" in answer.text
    assert "x" * 1001 in answer.text


def test_other_buttons_decide_nothing(site: Site) -> None:
    person, post = reader(site)

    assert person.decide("maybe").status == 400
    assert site.get(post["id"]).json["approval"]["decision"] is None


def test_only_drafts_get_a_link(site: Site) -> None:
    answer = site.act(site.made(publish_at=at()), "approval")

    assert (answer.status, answer.json["error"]["code"]) == (409, "not_a_draft")


def test_links_are_for_operators_only(site: Site) -> None:
    post = draft(site)
    anyone = Browser(handlers.operate.using(site.dependencies))

    assert anyone.post(f"/instagram/posts/{post['id']}/approval", {}).status in (401, 403)


@pytest.mark.parametrize("state", [State.SCHEDULED, State.CANCELLED])
def test_operators_need_not_wait(site: Site, state: State) -> None:
    person, post = reader(site)
    site.become(post, state=state)

    page = person.open().text

    assert "without waiting for this page" in page
    assert "<form" not in page


def test_approved_draft_holds_its_slot(site: Site) -> None:
    slots = (WeeklySlot(days=(Weekday.FRI,), wall="18:00"),)
    site.dependencies.plans.write(ACCOUNT, Plan(zone="Europe/Berlin", slots=slots), None)
    person, post = reader(site, publish_at={"slot": "next"})

    person.decide("approve")

    assert site.get(post["id"]).json["slot"]


def test_guests_photo_is_shown_by_link(site: Site) -> None:
    source = {"photo": {"event": "wedding", "id": "photo1"}}
    person, _ = reader(site, media=[{"source": source, "alt_text": "Two <rings>"}])

    page = person.open()

    assert "shown/wedding/photo1/medium.webp" in page.text
    assert 'alt="Two &lt;rings&gt;"' in page.text
    origin = site.dependencies.objects.origin
    assert f"img-src {origin}" in page.headers["content-security-policy"]


def test_foreign_address_is_named_but_not_loaded(site: Site) -> None:
    person, _ = reader(site)

    page = person.open().text

    assert "https://files.example.com/a.jpg" in page
    assert "<img" not in page


def test_draft_that_lost_its_photo_is_not_approved(site: Site) -> None:
    source = {"photo": {"event": "wedding", "id": "photo1"}}
    person, post = reader(site, media=[{"source": source}])
    site.photos.postable.clear()

    answer = person.decide("approve")

    assert answer.status == 409
    assert "cannot be published as it is" in answer.text
    assert site.get(post["id"]).json["state"] == "draft"
    assert person.decide("reject").status == 303


def test_account_that_needs_a_person_is_reported(site: Site) -> None:
    person, post = reader(site, publish_at=None)
    site.connect(state=TokenState.RECONNECT_REQUIRED)

    assert person.decide("approve").status == 303
    assert site.called == [(post["id"], "reconnect_required")]
