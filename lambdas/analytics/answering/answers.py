"""Serving answers: computed once per change of an account's rows, then from the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
from aws_lambda_powertools import Logger

from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.answer_store import Answer, AnswerStore, StoredAnswer, digest_of
from lambdas.analytics.answering.coverage import (
    Coverage,
    Facts,
    posts_were_read,
    reason_for_unknown,
)
from lambdas.analytics.answering.dates import Dates, parse_dates
from lambdas.analytics.instagram_days import PACIFIC
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import AccountState, Unit
from lambdas.analytics.settings import AnalyticsSettings
from lambdas.kit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of an account: its stored state, when, and for which dates."""

    account: Account
    state: AccountState | None
    zone: ZoneInfo
    now: datetime
    dates: Dates

    @property
    def today(self) -> date:
        """Return the current date in the account's zone."""
        return self.now.astimezone(self.zone).date()

    @property
    def stamp(self) -> str:
        """Return all that an answer depends on, beside the account's rows and the request.

        How the collection is doing changes no revision, and days end without any change of rows.
        """
        open_day = self.now.astimezone(PACIFIC).date()
        reasons = [reason_for_unknown(self.state, unit).value for unit in Unit]
        reasons.append(str(posts_were_read(self.state)))
        dates = self.dates
        values = [self.zone.key, dates.since, dates.until, self.today, open_day, *reasons]
        return "|".join(map(str, values))


Compute = Callable[[Question], Answer]


def as_answer(head: msgspec.Struct, facts: Facts) -> Answer:
    """Return an answer; `head` are its keys up to those that are added when it is served."""
    return Answer(msgspec.json.encode(head)[:-1], facts)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers questions about stored numbers."""

    reader: NumbersReader
    store: AnswerStore
    settings: AnalyticsSettings
    clock: Clock
    logger: Logger

    def question(self, account: Account, query: Mapping[str, str]) -> Question:
        """Return the question of a request that is computed every time. Raises InvalidRequest."""
        return self._question(account, self.reader.state(account.id), query)

    def stored(
        self, account: Account, route: str, query: Mapping[str, str], compute: Compute
    ) -> str:
        """Return the answer to a request, from the store if nothing has changed since.

        `query` are all parameters that `compute` depends on. Raises InvalidRequest.
        """
        digest = digest_of(route, repr(sorted(query.items())))
        state, known = self.store.load(account.id, digest)
        question = self._question(account, state, query)
        if known and known.stamp == question.stamp and _is_valid(known, question.now):
            return self.complete(question, known.answer, from_cache=True)
        found = compute(question)
        if state:
            fresh = StoredAnswer(question.stamp, found)
            self._keep(account, digest, state, fresh)
        return self.complete(question, found)

    def _keep(
        self, account: Account, digest: str, state: AccountState, fresh: StoredAnswer
    ) -> None:
        """Store an answer; a failure costs the next request time, and this one nothing."""
        try:
            self.store.store(account, digest, state, fresh, self.clock.now())
        except Exception:
            self.logger.warning("an answer could not be stored", exc_info=True)

    def complete(self, question: Question, answer: Answer, *, from_cache: bool = False) -> str:
        """Return an answer's JSON with what is never stored: where it is from, and its coverage."""
        coverage = Coverage(
            state=question.state,
            connection=question.account.connection,
            login_type=question.account.login_type,
            public_url=self.settings.public_url,
            dates=question.dates,
            today=question.today,
            facts=answer.facts,
        )
        end = msgspec.json.encode({"fromCache": from_cache, "coverage": coverage.to_json()})
        return b"".join((answer.body, b",", end[1:])).decode()

    def _question(
        self, account: Account, state: AccountState | None, query: Mapping[str, str]
    ) -> Question:
        zone = ZoneInfo((state.time_zone if state else None) or self.settings.time_zone)
        now = self.clock.now()
        dates = parse_dates(
            query.get("since"),
            query.get("until"),
            zone,
            now.astimezone(zone).date(),
            date.fromisoformat(self.settings.ig_default_start_date),
        )
        return Question(account=account, state=state, zone=zone, now=now, dates=dates)


def _is_valid(known: StoredAnswer, now: datetime) -> bool:
    ends = known.answer.facts.valid_until
    return ends is None or now < ends
