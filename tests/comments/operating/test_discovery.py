"""What others published, and the hashtags that may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from lambdas.comments.operating.discovering import Discovering
from lambdas.comments.operating.hashtag_budget import HashtagBudget, hashtag_of
from lambdas.graph import errors
from lambdas.graph.media import Media
from lambdas.graph.profile import Profile
from lambdas.kit.clock import FixedClock
from lambdas.kit.errors import InvalidRequest
from lambdas.kit.login_type import LoginType
from tests.comments.operating.inbox import NOON, SHOP, TENANT, Inbox, account
from tests.moto_aws import moto_aws


class Discovery:
    """What Instagram answers; `asked` are the hashtags that were searched."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.error: errors.GraphError | None = None

    def hashtag_id(self, name: str) -> str:
        """Return an id, or fail."""
        self.asked.append(name)
        if self.error:
            raise self.error
        return "1"

    def hashtag_media(self, _: str, *, recent: bool = False) -> Iterator[Media]:
        """Iterate over posts without an end."""
        while True:
            yield Media("m1", "IMAGE", None, None, caption="recent" if recent else "top")

    def profile_of(self, username: str) -> Profile:
        """Return a profile, or fail."""
        if self.error:
            raise self.error
        return Profile("1", None, username, followers_count=12)

    def media_of(self, _: str) -> Iterator[Media]:
        """Iterate over posts."""
        return self.hashtag_media("")


class Site:
    """The handlers with what Instagram answers."""

    def __init__(self, table: Any) -> None:
        self.discovery, clock = Discovery(), FixedClock(NOON)
        self.clock, self.budget = clock, HashtagBudget(table, TENANT, clock)
        connected: Any = SimpleNamespace(discovery=self.discovery)
        discovering = Discovering(lambda _: connected, self.budget)
        self.inbox = Inbox(discovering=discovering)

    def hashtag(self, tag: str, **query: str) -> Any:
        """Ask for a hashtag."""
        return self.inbox.get(f"discovery/hashtags/{tag}", **query)


@pytest.fixture
def site() -> Iterator[Site]:
    with moto_aws():
        names = ("pk", "sk")
        table = boto3.resource("dynamodb").create_table(
            TableName="inbox",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        yield Site(table)


def test_hashtag_shows_posts(site: Site) -> None:
    found = site.hashtag("sun", limit="3", order="recent").json

    assert [one["caption"] for one in found["posts"]] == ["recent"] * 3
    assert found["hashtags"] == {"used": 1, "limit": 30, "frees_at": "2026-12-04T12:00:00Z"}


@pytest.mark.parametrize("tag", ["fête", "f%C3%AAte", "%23F%C3%8ATE", "fe\u0302te", "Fête"])
def test_spellings_are_one_hashtag(site: Site, tag: str) -> None:
    site.hashtag("fête")

    found = site.hashtag(tag).json

    assert (found["hashtag"], found["hashtags"]["used"]) == ("fête", 1)
    assert set(site.discovery.asked) == {"fête"}


@pytest.mark.parametrize("tag", ["結婚式", "عرس", "शादी", "sun_2026", "🎉", "夏祭り"])
def test_hashtags_of_all_scripts_work(site: Site, tag: str) -> None:
    assert site.hashtag(tag).json["hashtag"] == tag


@pytest.mark.parametrize("text", ["", "#", "two words", "a-b", "x" * 101, "a.b", "##a"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        hashtag_of(text)


def test_one_too_many_is_not_asked_for(site: Site) -> None:
    for number in range(30):
        site.budget.take(SHOP, f"tag{number}")
        site.clock.advance(timedelta(hours=1))

    refused, known = site.hashtag("other"), site.hashtag("tag3")

    assert (refused.status, refused.json["error"]["code"]) == (429, "hashtag_limit")
    assert refused.json["hashtags"]["used"] == 30
    assert int(refused.headers["retry-after"]) == (7 * 24 - 30) * 3600 + 1
    assert (known.status, site.discovery.asked) == (200, ["tag3"])


def test_hashtag_is_free_after_a_week(site: Site) -> None:
    for number in range(30):
        site.budget.take(SHOP, f"tag{number}")
    site.clock.advance(timedelta(days=7))

    assert site.hashtag("other").json["hashtags"]["used"] == 1


def test_accounts_count_for_themselves(site: Site) -> None:
    site.budget.take("17841400000000002", "sun")

    assert site.budget.use(SHOP).used == 0


def test_refused_hashtag_is_counted(site: Site) -> None:
    site.discovery.error = errors.RetryLater()

    assert site.hashtag("sun").status == 503
    assert site.budget.use(SHOP).used == 1


def test_account_shows_numbers(site: Site) -> None:
    found = site.inbox.get("discovery/accounts/_bakery.", limit="2").json

    assert (found["username"], found["followers"], len(found["newest"])) == ("_bakery.", 12, 2)


@pytest.mark.parametrize("name", ["a b", "bäckerei", "x" * 31, "a/b"])
def test_other_names_are_refused(site: Site, name: str) -> None:
    assert site.inbox.get(f"discovery/accounts/{name}").status in (400, 404)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Throttled(retry_after=timedelta(minutes=5)), 429, "throttled"),
        (errors.RetryLater(), 503, "instagram_unavailable"),
        (errors.NotReady(), 503, "instagram_unavailable"),
        (errors.ReconnectRequired(), 424, "reconnect_required"),
        (errors.PermissionMissing(), 424, "permission_missing"),
        (errors.RequestRefused(), 404, "unknown_username"),
        (errors.ObjectLag(), 404, "unknown_username"),
        (errors.Blocked(), 409, "blocked"),
    ],
)
def test_errors_have_words(site: Site, error: errors.GraphError, status: int, code: str) -> None:
    site.discovery.error = error

    answer = site.inbox.get("discovery/accounts/bakery")

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert ("retry-after" in answer.headers) is (status in (429, 503))


def test_instagram_login_does_not_offer_it(site: Site) -> None:
    site.inbox.accounts.known[SHOP] = account(SHOP, login_type=LoginType.INSTAGRAM)

    answer = site.hashtag("sun")

    assert (answer.status, answer.json["error"]["code"]) == (409, "needs_facebook_login")
    assert site.budget.use(SHOP).used == 0
