"""Creating posts: each request makes one, however often it is repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.schedules import Schedules
from lambdas.storage.accounts.token_record import State
from tests.conftest import NOW, Aws
from tests.json_types import JsonObject
from tests.publishing.site import ACCOUNT, PATH, Site, at, body, url


def test_posts_are_created(site: Site) -> None:
    answer = site.create(caption="Hello", publish_at=at())

    assert answer.status == 201
    post = answer.json
    assert (post["account"], post["state"], post["version"]) == (ACCOUNT, "scheduled", 0)
    assert (post["due_at"], post["created_by"]) == ("2026-04-30T16:00:00Z", "ola")
    assert post["warnings"] == []
    assert answer.headers["etag"] == '"0"'


def test_scheduled_posts_have_a_schedule(site: Site) -> None:
    post = site.made(publish_at=at())

    assert site.schedules() == {post["id"]: "at(2026-04-30T16:00:00)"}
    assert site.started() == []


def test_posts_without_a_time_start_now(site: Site) -> None:
    post = site.made()

    assert post["due_at"] == "2026-04-29T18:00:00Z"
    assert (site.started(), site.schedules()) == ([post["id"]], {})


def test_drafts_are_not_started(site: Site) -> None:
    post = site.made(draft=True, publish_at=at())

    assert (post["state"], post["draft"]) == ("draft", True)
    assert (site.started(), site.schedules()) == ([], {})


def test_repeated_requests_make_one_post(site: Site) -> None:
    first, second = site.create(publish_at=at()), site.create(publish_at=at())

    assert (first.status, second.status) == (201, 200)
    assert second.json["id"] == first.json["id"]
    assert len(site.get().json["posts"]) == 1


def test_order_and_defaults_do_not_count(site: Site) -> None:
    first = site.made()
    same = dict(reversed(list(body(draft=False, late="publish", collaborators=[]).items())))
    answer = site.operator.post(PATH, same)

    assert (answer.status, answer.json["id"]) == (200, first["id"])


def test_requests_can_be_repeated_after_their_time(site: Site) -> None:
    first = site.made(publish_at=at())
    site.clock.advance(timedelta(days=3))

    assert site.create(publish_at=at()).json["id"] == first["id"]


def test_request_ids_are_used_once(site: Site) -> None:
    first = site.made()
    answer = site.create(caption="Another one")

    assert (answer.status, answer.json["error"]["code"]) == (409, "request_id_used")
    assert answer.json["post"] == first["id"]


def test_failed_schedules_fail_no_request(site: Site) -> None:
    site.dependencies.__dict__["schedules"] = Broken(
        site.aws.clients.scheduler, site.dependencies.settings
    )
    post = site.made(publish_at=at())

    assert (post["state"], site.schedules()) == ("scheduled", {})


class Broken(Schedules):
    """Schedules of a service that does not answer."""

    def put(self, post: object) -> None:
        """Fail."""
        raise RuntimeError(post)


def test_unknown_accounts_are_refused(site: Site) -> None:
    answer = site.create(account="1234")

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")


def test_disconnected_accounts_are_refused(site: Site) -> None:
    site.disconnect()
    answer = site.create()

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_disconnected")


def test_deleted_accounts_are_refused(site: Site) -> None:
    site.dependencies.marks.mark(ACCOUNT, NOW)
    answer = site.create()

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_deleted")


NEEDED: dict[str, JsonObject] = {
    "reconnect_required": {"state": State.RECONNECT_REQUIRED},
    "publishing_not_granted": {"scopes": ("instagram_business_basic",)},
}


@pytest.mark.parametrize("code", NEEDED)
def test_accounts_that_need_a_person_are_accepted(site: Site, code: str) -> None:
    site.connect(**NEEDED[code])
    post = site.made(publish_at=at())

    assert (post["state"], [one["code"] for one in post["warnings"]]) == ("scheduled", [code])
    assert site.called == []


def test_a_person_is_called_for_urgent_posts(site: Site) -> None:
    site.connect(expires_at=NOW - timedelta(days=1))
    post = site.made()

    assert site.called == [(post["id"], "reconnect_required")]


def test_answers_hold_no_secrets(site: Site) -> None:
    text = site.create(media=[{"source": url()}]).text

    assert not any(word in text for word in ("digest", "sha256", "posting/", "token"))


class Blind(DynamoLedger):
    """A ledger that does not see the post of a request that is made at the same moment."""

    def of_request(self, account_id: str, client_request_id: str) -> tuple[str, str] | None:
        """Return nothing the first time."""
        looks = self.__dict__.setdefault("looks", [])
        looks.append(account_id)
        return super().of_request(account_id, client_request_id) if len(looks) > 1 else None


def test_requests_at_the_same_moment_make_one_post(site: Site, fake_aws: Aws) -> None:
    first = site.made(publish_at=at())
    found = site.dependencies
    other = Site(fake_aws, ledger=Blind(found.table, found.marks, "main"))
    answer = other.create(publish_at=at())

    assert (answer.status, answer.json["id"]) == (200, first["id"])
    assert len(site.get().json["posts"]) == 1
