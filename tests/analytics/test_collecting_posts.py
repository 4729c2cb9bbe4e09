"""Posts and their numbers are collected completely, with few calls, and never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.analytics.numbers import BASE
from lambdas.analytics.records import Post, Reason, Unit
from lambdas.graph.retry import MAX_ATTEMPTS
from lambdas.graph.transport import Answer, Request
from local.graph.generated import BEFORE_BUSINESS_PERCENT
from local.graph.numbers import media_number
from tests.analytics.conftest import ACCOUNT, TOKEN, Numbers
from tests.conftest import Aws
from tests.graph.conftest import Bench

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def expected(bench: Bench, post: Post) -> dict[str, int]:
    """Return what the emulator reports of a post now, computed independently."""
    age = bench.clock.now() - post.taken_at
    kind = post.product_type or ""
    return {name: media_number(post.id, kind, name, age) for name in BASE}


@pytest.mark.parametrize("expansion", ["works", "fails_page", "unsupported"])
def test_every_number_is_right(fake_aws: Aws, expansion: str) -> None:
    numbers = Numbers(fake_aws, posts=50, days=90, expansion=expansion)

    numbers.collect(Unit.CATALOGUE)
    numbers.collect(Unit.POSTS)

    posts = numbers.posts()
    assert len(posts) == 50
    for post in posts:
        base = {name: value for name, value in post.numbers.items() if name in BASE}
        reasons = {post.missing.get(name) for name in BASE}
        assert base == expected(numbers, post) if base else reasons <= set(Reason), post.id
    older = [post for post in posts if Reason.BEFORE_BUSINESS_ACCOUNT in post.missing.values()]
    assert len(older) == 50 * BEFORE_BUSINESS_PERCENT // 100


def test_cold_account_takes_few_calls(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=300, days=400)

    numbers.collect(Unit.CATALOGUE, Unit.STORIES)

    assert numbers.dependencies.transport.calls <= 16
    assert len(numbers.posts()) == 300


def test_refused_page_takes_few_more(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=110, days=400, expansion="fails_page")

    numbers.collect(Unit.CATALOGUE)
    cold = numbers.dependencies.transport.calls
    numbers.clock.advance(timedelta(days=7))
    numbers.collect(Unit.CATALOGUE)

    assert cold <= 16
    # What was learned is not found out again.
    assert numbers.dependencies.transport.calls - cold <= 6


def test_warm_day_takes_few_calls(fake_aws: Aws) -> None:
    # 30 posts are under 30 days old; older ones take no calls until the weekly reading of all.
    numbers = Numbers(fake_aws, posts=36, days=36)
    numbers.run_hours(2)

    calls = numbers.run_hours(24)

    assert sum(calls) <= 40
    assert all(calls)


def test_learned_refusal_is_shared(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=20, days=20, expansion="unsupported")
    numbers.collect(Unit.CATALOGUE)
    numbers.clock.advance(10 * timedelta(minutes=1))
    other = numbers.fresh_dependencies()

    other.collection.collect(ACCOUNT, Unit.POSTS)

    assert other.transport.calls == 1


def test_learned_refusal_expires(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=20, days=20, expansion="unsupported")
    numbers.collect(Unit.CATALOGUE)
    numbers.control("expansion", behaviour="works")
    numbers.clock.advance(timedelta(days=31))

    numbers.collect(Unit.CATALOGUE)
    before = numbers.dependencies.transport.calls
    numbers.clock.advance(timedelta(days=2))
    numbers.collect(Unit.CATALOGUE)

    assert numbers.dependencies.transport.calls - before == 1


def test_refused_metric_has_a_reason(numbers: Numbers) -> None:
    for level in ("FEED", "REELS"):
        numbers.control("refuse", level=level, metrics=["saved"])

    numbers.collect(Unit.CATALOGUE)

    known = [post for post in numbers.posts() if post.numbers]
    assert known
    assert not any("saved" in post.numbers for post in known)
    older = [post for post in known if numbers.clock.now() - post.taken_at > 2 * DAY]
    assert {post.missing["saved"] for post in older} == {Reason.NOT_SUPPORTED}


def test_numbers_follow_the_age(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=20, days=100, expansion="unsupported")
    numbers.run_hours(2)
    newest, oldest = numbers.media(), numbers.media(12)
    before = numbers.post(newest).tried_at, numbers.post(oldest).tried_at

    numbers.run_hours(12)

    assert numbers.post(newest).tried_at != before[0]
    assert numbers.post(oldest).tried_at == before[1]


def test_history_has_a_number_for_each_day(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    numbers.clock.advance(DAY)
    numbers.collect(Unit.POSTS)

    history = numbers.dependencies.reader.history(ACCOUNT, numbers.media())

    assert list(history) == ["2026-04-29", "2026-04-30"]
    first, second = (snapshot.numbers["views"] for snapshot in history.values())
    assert first < second


def test_numbers_may_shrink(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    newest = numbers.media(3)
    before = numbers.post(newest).numbers["views"]

    numbers.change_media(newest, numbers={"views": 1})
    numbers.clock.advance(DAY)
    numbers.collect(Unit.POSTS)

    assert numbers.post(newest).numbers["views"] == 1 < before


def test_absent_number_keeps_the_old_one(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    before = numbers.known()

    for index in range(10):
        numbers.change_media(numbers.media(index), viewers=0)
    numbers.clock.advance(DAY)
    numbers.collect(Unit.POSTS)

    assert {name: len(known) for name, known in numbers.known().items()} == {
        name: len(known) for name, known in before.items()
    }


def test_deleted_post_keeps_its_numbers(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    gone = numbers.media(4)
    before = numbers.post(gone).numbers

    numbers.change_media(gone, deleted=True)
    numbers.clock.advance(HOUR)
    numbers.collect(Unit.POSTS)

    assert numbers.post(gone).gone_at is not None
    assert numbers.post(gone).numbers == before
    assert sum(post.gone_at is not None for post in numbers.posts()) == 1


def test_half_of_the_answers_fail(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    numbers.control("fail", share=0.5, status=500, code=2)

    for _ in range(6):
        before = numbers.known()
        numbers.run_hour()
        after = numbers.known()
        assert all(before[name].keys() <= after[name].keys() for name in before)
        assert all(after[name]["views"] > 0 for name in before if "views" in before[name])

    numbers.control("reset")


def test_used_up_budget_stops_at_seventy_percent(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=100, days=80, expansion="unsupported")
    numbers.control("rising_usage", account=ACCOUNT, percent_per_call=1)

    numbers.collect(Unit.CATALOGUE)

    status = numbers.status(Unit.CATALOGUE)
    assert status.problem == "throttled"
    # Calls that ran at the same time as the one that learned of it.
    assert 70 <= numbers.dependencies.transport.calls <= 74
    collected = sum(bool(post.numbers) for post in numbers.posts())
    assert collected >= 60


def test_collection_goes_on_when_the_window_frees(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=80, days=25, expansion="unsupported")
    numbers.control("rising_usage", account=ACCOUNT, percent_per_call=2)

    numbers.run_hours(6)

    missing = [post for post in numbers.posts() if not post.numbers and not post.missing]
    assert len(numbers.posts()) == 80
    assert missing == []


def test_interrupted_catalogue_resumes(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=250, days=300)
    # The second page fails, and so does each attempt to read it again.
    numbers.control("fail", count=1, path="media", status=400, code=80002, every=2)
    numbers.control("throttle", account=ACCOUNT)

    numbers.collect(Unit.CATALOGUE)
    first = len(numbers.posts())
    resume_at = numbers.status(Unit.CATALOGUE).resume_at
    numbers.clock.advance(HOUR)
    numbers.collect(Unit.CATALOGUE)

    assert (first, len(numbers.posts())) == (100, 250)
    assert resume_at == numbers.posts()[-100].taken_at
    assert numbers.status(Unit.CATALOGUE).resume_at is None


def test_missing_permission_keeps_everything(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    before = numbers.known()

    numbers.control("token", token=TOKEN, scopes=["instagram_business_basic"])
    numbers.clock.advance(DAY)
    numbers.collect(Unit.POSTS, Unit.DAYS)

    assert numbers.known() == before
    assert numbers.status(Unit.POSTS).problem == "insights_not_granted"
    assert numbers.status(Unit.POSTS).failures == 0
    assert numbers.status(Unit.DAYS).problem == "insights_not_granted"


def test_dead_token_is_reported_once(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    numbers.control("token", token=TOKEN, dead=458)

    numbers.run_hours(1)

    assert {type(event).__name__ for event in numbers.bus.published} == {"TokenRefused"}
    assert numbers.status(Unit.DAYS).problem == "reconnect_required"
    assert numbers.known()


def test_resting_post_is_not_written(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    numbers.control("live", account=ACCOUNT, enabled=False)
    numbers.collect(Unit.POSTS)
    before = numbers.posts()
    numbers.clock.advance(HOUR)

    numbers.collect(Unit.POSTS)

    changed = [new for old, new in zip(before, numbers.posts(), strict=True) if new != old]
    assert len(changed) <= 2, "those that are read hourly, and no others"


def test_one_bad_post_stops_no_other(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=20, days=20, expansion="unsupported")
    bad = numbers.media(3)
    numbers.control("fail", path=f"{bad}/insights", status=500, code=2)

    numbers.collect(Unit.CATALOGUE)

    assert [post.id for post in numbers.posts() if not post.numbers and not post.missing] == [bad]
    assert numbers.status(Unit.CATALOGUE).problem == "partly_failed"
    assert numbers.status(Unit.CATALOGUE).succeeded_at is not None


@pytest.mark.parametrize("singles_fail", [False, True])
def test_failing_pages_are_read_without_numbers(fake_aws: Aws, singles_fail: bool) -> None:
    numbers = Numbers(fake_aws, posts=230, days=20)
    asked = _fail_pages_with_numbers(numbers)
    if singles_fail:
        numbers.control("fail", path="/insights", status=200, body='{"data": []}')

    numbers.collect(Unit.CATALOGUE)

    assert len(numbers.posts()) == 230
    # One cycle of retries, whose number is random, and not one for each page.
    assert len({tuple(request.query.items()) for request in asked}) == 1
    assert len(asked) <= MAX_ATTEMPTS
    assert any(post.numbers for post in numbers.posts()) is not singles_fail


def test_catalogue_ends_when_all_were_asked(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=450, days=300, expansion="unsupported")

    [first] = numbers.collect(Unit.CATALOGUE)
    assert first
    assert (len(numbers.posts()), first.problem, first.succeeded_at) == (450, "unfinished", None)
    assert first.due_at
    assert first.due_at - numbers.clock.now() <= timedelta(minutes=15)
    _, last = numbers.collect(Unit.CATALOGUE, Unit.CATALOGUE)

    assert last
    assert (last.problem, last.succeeded_at) == (None, numbers.clock.now())
    assert all(post.numbers or post.missing for post in numbers.posts())


def _fail_pages_with_numbers(numbers: Numbers) -> list[Request]:
    """Let pages fail with 500 that hold numbers; return the list of such requests."""
    asked: list[Request] = []

    def failure(request: Request) -> Answer | None:
        if "insights." not in request.query.get("fields", ""):
            return None
        asked.append(request)
        return Answer(500, {}, b'{"error": {"code": 2}}')

    numbers.answer_instead = failure
    return asked
