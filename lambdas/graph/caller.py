"""Making calls: budget, retries, classification and log in one place, for every edge alike."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from lambdas.graph.budget import Budget
from lambdas.graph.call import Call, ClientDependencies
from lambdas.graph.call_log import (
    USAGE_METRIC,
    USED_UP,
    Attempt,
    check_version,
    log_attempt,
    measure_usage,
)
from lambdas.graph.classify import unanswered
from lambdas.graph.coalescing import RequestCoalescer, request_key
from lambdas.graph.decoding import Json
from lambdas.graph.envelope import open_answer
from lambdas.graph.errors import (
    Cause,
    ErrorReason,
    GraphError,
    ObjectLag,
    RetryLater,
    Throttled,
)
from lambdas.graph.retry import pause_after, worth_another_attempt
from lambdas.graph.transport import Answer, Request, TransportFailed
from lambdas.graph.usage import usage_of
from lambdas.graph.verb import Verb

# A call with less time than this would end before it could be answered.
MIN_SECONDS = 1.0

Result = TypeVar("Result")


@dataclass(frozen=True)
class Caller:
    """Makes calls for one account, or, without a token, for the app itself."""

    dependencies: ClientDependencies = field(repr=False)
    budget: Budget = field(repr=False)
    coalescer: RequestCoalescer = field(repr=False)
    account_id: str
    token: str = field(repr=False)
    version: str = field(repr=False)
    latest_end: datetime | None = field(default=None, repr=False)
    """When every call must have ended, whatever the deadline of a single one."""

    @property
    def identity(self) -> str:
        """Whose answers these are: two tokens may both call themselves `me`."""
        return f"{self.account_id} {fingerprint(self.token)}"

    def call(self, call: Call) -> Json:
        """Return the decoded answer. Raises an error of the tree, and nothing else.

        Reads are repeated until the deadline; a change is made once. Concurrent identical reads
        are one call.
        """
        if call.verb is not Verb.READ or not call.shareable:
            return self._with_retries(call)
        key = request_key(self.identity, call.url, call.query)
        return self.coalescer.share(key, lambda: self._with_retries(call))

    def block(self, error: Throttled) -> Throttled:
        """Block the limit for all callers; return the error with the time until it is lifted."""
        now = self.dependencies.clock.now()
        return self._with_budget(lambda: self.budget.throttled(now, error)) or error

    def _with_retries(self, call: Call) -> Json:
        deps = self.dependencies
        now = deps.clock.now()
        end = now + deps.deadline
        if self.latest_end:
            if now >= self.latest_end:
                raise _out_of_time(call)
            end = min(end, self.latest_end)
        number = 0
        while True:
            number += 1
            left = max((end - deps.clock.now()).total_seconds(), MIN_SECONDS)
            try:
                return self._attempt(call, number, left if call.verb.is_timed else None)
            except (RetryLater, ObjectLag) as error:
                if not worth_another_attempt(call, error, number):
                    raise
                call = replace(call, looked_again=call.looked_again or isinstance(error, ObjectLag))
                pause = pause_after(number, deps.rng)
                if deps.clock.now() + pause > end:
                    raise
                deps.sleep(pause.total_seconds())

    def _attempt(self, call: Call, number: int, seconds: float | None) -> Json:
        deps = self.dependencies
        attempt = Attempt(call, number, self.account_id)
        self._wait_for_budget(attempt)
        started = time.monotonic()
        body: Json = None
        try:
            answer = self._send(call, seconds)
            attempt = replace(
                attempt, answer=answer, usage=usage_of(answer.headers, self.account_id)
            )
            measure_usage(deps, attempt.usage)
            check_version(deps, call, answer, self.version)
            body = open_answer(call, answer)
        except GraphError as error:
            attempt = replace(attempt, error=error)
        self._with_budget(lambda: self.budget.learn(deps.clock.now(), attempt.usage))
        if isinstance(attempt.error, Throttled):
            deps.measure(USAGE_METRIC, USED_UP)
            attempt = replace(attempt, error=self.block(attempt.error))
        log_attempt(deps, replace(attempt, seconds=time.monotonic() - started))
        if attempt.error:
            # Outside the handler: a chained error would carry addresses that the network wrote.
            raise attempt.error
        return body

    def _wait_for_budget(self, attempt: Attempt) -> None:
        deps, edge = self.dependencies, attempt.call.edge

        def wait() -> timedelta:
            return self._with_budget(lambda: self.budget.wait(deps.clock.now(), edge)) or (
                timedelta()
            )

        try:
            pause = wait()
            if pause:
                deps.sleep(pause.total_seconds())
                # Another caller may have been throttled meanwhile.
                wait()
        except Throttled as error:
            deps.measure(USAGE_METRIC, USED_UP)
            log_attempt(deps, replace(attempt, error=error))
            raise

    def _with_budget(self, action: Callable[[], Result]) -> Result | None:
        """Use the shared budget. If its store fails, go on: an answer must not be lost over it."""
        try:
            return action()
        except GraphError:
            raise
        except Exception as error:
            self.dependencies.count("GraphStoreFailed")
            self.dependencies.log.warning(
                "the budget could not be updated", extra={"cause": type(error).__name__}
            )
            return None

    def _send(self, call: Call, seconds: float | None) -> Answer:
        # An endpoint that reads the token from the query gets it there alone.
        signed = self.token and not call.secret_query
        token = {"Authorization": f"{call.scheme} {self.token}"} if signed else {}
        request = Request(
            method=call.method,
            url=call.url,
            query={**call.query, **call.secret_query},
            headers={**call.headers, **token},
            form=call.form,
            json=call.json,
            content=call.content,
        )
        try:
            return self.dependencies.transport.send(
                replace(request, max_seconds=seconds) if seconds else request
            )
        except TransportFailed:
            pass
        raise unanswered(call.verb, call.edge)


def _out_of_time(call: Call) -> RetryLater:
    error = RetryLater(Cause(edge=call.edge), "there was no time left for the call")
    error.reason = ErrorReason.OUT_OF_TIME
    return error


def fingerprint(token: str) -> str:
    """Return a hash that distinguishes tokens without revealing them."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
