"""Who follows the account, who engaged with it, and how its followers change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lambdas.analytics.answering.account_days import net
from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.best_times import online_hours
from lambdas.analytics.answering.coverage import Facts, reason_for_unknown
from lambdas.analytics.answering.dates import ONE
from lambdas.analytics.answering.report import fetched_at
from lambdas.analytics.answering.sibling_views import (
    AudienceHead,
    FollowersDayJson,
    FollowersHead,
    OnlineJson,
    PeopleJson,
)
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.instagram_days import date_of_day
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountDay, Audience, Number, OnlineFollowers, Unit
from lambdas.kit.clock import to_rfc3339

PEOPLE = {"follower_demographics": "followers", "engaged_audience_demographics": "engaged"}


def audience_answer(question: Question, reader: NumbersReader) -> Answer:
    """Return the newest demographics and online hours, each with its date."""
    account_id = question.account.id
    audience = reader.latest_audience(account_id)
    online = next(iter(reader.online(account_id, 1)), None)
    known = audience.missing.items() if audience else ()
    missing = {PEOPLE.get(name, name): reason for name, reason in known}
    unknown = reason_for_unknown(question.state, Unit.AUDIENCE)
    if audience is None:
        missing |= {"followers": unknown, "engaged": unknown}
    if online is None:
        missing.setdefault("online", unknown)
    head = AudienceHead(
        account=account_id,
        time_zone=question.zone.key,
        followers=_people(audience, audience.followers if audience else {}),
        engaged=_people(audience, audience.engaged if audience else {}),
        online=_online(online, question),
        missing={name: reason.value for name, reason in missing.items()},
        fetched_at=fetched_at(one.collected_at for one in (audience, online) if one),
    )
    return as_answer(head, Facts(nothing_yet=audience is None and online is None))


def _people(audience: Audience | None, shares: Mapping[str, dict[str, Number]]) -> PeopleJson:
    def of(dimension: str) -> dict[str, Number | None] | None:
        return {**shares[dimension]} if dimension in shares else None

    return PeopleJson(
        date=audience.date if audience else None,
        age=of("age"),
        gender=of("gender"),
        country=of("country"),
        city=of("city"),
        collected_at=to_rfc3339(audience.collected_at) if audience else None,
    )


def _online(day: OnlineFollowers | None, question: Question) -> OnlineJson:
    if day is None:
        return OnlineJson(date=None, hours={}, collected_at=None)
    hours = {f"{local.hour:02}:00": count for local, count in online_hours(day, question.zone)}
    return OnlineJson(
        date=date_of_day(day.end_time, question.zone).isoformat(),
        hours=dict(sorted(hours.items())),
        collected_at=to_rfc3339(day.collected_at),
    )


def followers_answer(question: Question, reader: NumbersReader) -> Answer:
    """Return the followers of each date up to today; what is not known is null."""
    account_id, dates = question.account.id, question.dates
    rows = StoredRange.read_days(reader, account_id, dates)
    report = rows.report(account_id, question.state, dates, question.now)
    days = report.account.days
    found = []
    at = dates.since
    while at <= min(dates.until, question.today):
        found.append(_followers(at, days.get(at)))
        at += ONE
    head = FollowersHead(
        account=account_id,
        since=dates.since.isoformat(),
        until=dates.until.isoformat(),
        time_zone=dates.zone.key,
        days=found,
        fetched_at=fetched_at(day.collected_at for day in days.values()),
    )
    return as_answer(head, report.facts(0))


def _followers(at: date, day: AccountDay | None) -> FollowersDayJson:
    if day is None:
        return FollowersDayJson(date=at.isoformat(), total=None, new=None, lost=None, net=None)
    return FollowersDayJson(
        date=at.isoformat(),
        total=day.followers,
        new=day.new_followers if day.follows is None else day.follows,
        lost=day.unfollows,
        net=net(day),
    )
