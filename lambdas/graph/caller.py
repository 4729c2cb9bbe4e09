"""Makes calls: budget, retries, classification, version check and log in one place, for every edge alike."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from lambdas.graph.budget import Budget
from lambdas.graph.call import Call, ClientDependencies
from lambdas.graph.classify import classify, no_answer, no_sense
from lambdas.graph.coalescing import RequestCoalescer, request_key
from lambdas.graph.errors import GraphError, ObjectLag, RetryLater, Throttled
from lambdas.graph.paging import without_addresses
from lambdas.graph.transport import Answer, Request, TransportFailed
from lambdas.graph.usage import ReportedUsage, max_wait, usage_of

VERSION_HEADER = "facebook-api-version"
FIRST_PAUSE = timedelta(milliseconds=500)
MAX_PAUSE = timedelta(seconds=8)
MAX_ATTEMPTS = 12
# Less than a second would end a call before it could be answered.
MIN_SECONDS = 1.0
TRACE_HEADER = "x-fb-trace-id"
TOO_MUCH_DATA = 1
WORTH_MEASURING, USED_UP = 50.0, 100.0
# What changes nothing may be given up in time; a change is waited for as long as the network allows.
TIMED = ("read", "login")

Kept = TypeVar("Kept")


class Caller:
    """Makes calls for one account (or, without a token, for the app itself)."""

    def __init__(
        self,
        dependencies: ClientDependencies,
        budget: Budget,
        reads: RequestCoalescer,
        account_id: str,
        token: str,
        version: str,
    ) -> None:
        self._deps = dependencies
        # Whose answers are whose: two tokens may both call themselves `me`.
        self.who = f"{account_id} {fingerprint(token)}"
        self._budget = budget
        self._reads = reads
        self._account_id = account_id
        self._token = token
        self._version = version

    def __repr__(self) -> str:
        return f"Caller({self._account_id})"

    def call(self, call: Call) -> Any:
        """The decoded answer. Raises an error of the tree, and nothing else.

        Reads are tried again until the deadline; a change is made once. Identical reads at the same time are one call.
        """
        if call.verb != "read" or not call.shareable:
            return self._with_retries(call)
        return self._reads.share(
            request_key(self.who, call.url, call.query), lambda: self._with_retries(call)
        )

    def _with_retries(self, call: Call) -> Any:
        deps = self._deps
        end = deps.clock.now() + deps.deadline
        attempt = 0
        while True:
            attempt += 1
            seconds = (
                max((end - deps.clock.now()).total_seconds(), MIN_SECONDS)
                if call.verb in TIMED
                else None
            )
            try:
                return self._once(call, attempt, seconds)
            except (RetryLater, ObjectLag) as error:
                if not _worth_another_try(call, error, attempt):
                    raise
                call = replace(call, looked_again=call.looked_again or isinstance(error, ObjectLag))
                pause = min(FIRST_PAUSE * 2 ** (attempt - 1), MAX_PAUSE) * deps.rng.uniform(0, 1)
                if deps.clock.now() + pause > end:
                    raise
                deps.sleep(pause.total_seconds())

    def _once(self, call: Call, attempt: int, seconds: float | None) -> Any:
        deps = self._deps
        try:
            wait = self._kept(lambda: self._budget.ask(deps.clock.now(), call.edge)) or timedelta()
            if wait:
                deps.sleep(wait.total_seconds())
                # Somebody else may have been throttled meanwhile.
                self._kept(lambda: self._budget.ask(deps.clock.now(), call.edge))
        except Throttled as error:
            self._deps.measure("GraphUsage", USED_UP)
            self._log(call, attempt, None, ReportedUsage(), 0.0, error)
            raise
        started = time.monotonic()
        answer: Answer | None = None
        reported = ReportedUsage()
        body: Any = None
        failure: GraphError | None = None
        try:
            answer = self._send(call, seconds)
            reported = usage_of(answer.headers, self._account_id)
            self._measure(reported)
            self._check_version(call, answer)
            body = self._decoded(call, answer)
        except GraphError as error:
            failure = error
        self._kept(lambda: self._budget.learn(deps.clock.now(), reported))
        if isinstance(failure, Throttled):
            self._deps.measure("GraphUsage", USED_UP)
            failure = self.block(failure)
        self._log(call, attempt, answer, reported, time.monotonic() - started, failure)
        if failure:
            # Outside of the handler: an error that is chained would carry what the network wrote, addresses and all.
            raise failure
        return body

    def _measure(self, reported: ReportedUsage) -> None:
        """Meta sends its headers only after enough calls, and what lies far below a limit is nobody's concern."""
        percent = max(
            (usage.percent for usage in (reported.app, reported.account) if usage), default=0.0
        )
        if percent >= WORTH_MEASURING:
            self._deps.measure("GraphUsage", percent)

    def block(self, error: Throttled) -> Throttled:
        """Remembers a throttle for all who call; the error with the time until calls are allowed."""
        return self._kept(lambda: self._budget.throttled(self._deps.clock.now(), error)) or error

    def _kept(self, action: Callable[[], Kept]) -> Kept | None:
        """Does something with the shared budget. If its store is disturbed, calls go on: an answer must not be lost over it."""
        try:
            return action()
        except GraphError:
            raise
        except Exception as error:
            self._deps.count("GraphStoreFailed")
            self._deps.log.warning(
                "the budget could not be kept", extra={"cause": type(error).__name__}
            )
            return None

    def _send(self, call: Call, seconds: float | None) -> Answer:
        headers = {
            **call.headers,
            **({"Authorization": f"{call.scheme} {self._token}"} if self._token else {}),
        }
        if call.secret_query:
            # Endpoints that read the token from the query only would not know what to do with two of them.
            headers.pop("Authorization", None)
        query = {**call.query, **call.secret_query}
        request = Request(call.method, call.url, query, headers, call.form, call.json, call.content)
        try:
            return self._deps.transport.send(
                replace(request, max_seconds=seconds) if seconds else request
            )
        except TransportFailed:
            pass
        raise no_answer(call.verb, call.edge)

    def _decoded(self, call: Call, answer: Answer) -> Any:
        try:
            body = without_addresses(answer.json())
        except (ValueError, RecursionError):
            body = None
        error = error_in(body)
        if error is not None:
            raise classify(
                answer.status,
                error,
                call.verb,
                call.edge,
                max_wait(answer.headers),
                call.permission,
            )
        if not 200 <= answer.status < 300 or not isinstance(body, dict | list | bool):
            raise no_sense(answer.status, call.verb, call.edge)
        return body

    def _check_version(self, call: Call, answer: Answer) -> None:
        served = answer.headers.get(VERSION_HEADER) if f"/{self._version}/" in call.url else None
        if served and served != self._version:
            # An expired or unknown version does not fail: it is served as the oldest that is still usable.
            self._deps.count("GraphVersionMismatch")
            self._deps.log.warning(
                "another API version answered",
                extra={"asked": self._version, "served": served[:16]},
            )

    def _log(
        self,
        call: Call,
        attempt: int,
        answer: Answer | None,
        reported: ReportedUsage,
        seconds: float,
        error: GraphError | None,
    ) -> None:
        fields = {
            "method": call.method,
            "edge": call.edge,
            "account": self._account_id,
            "status": answer.status if answer else None,
            "attempt": attempt,
            "duration_ms": round(seconds * 1000),
            "trace_id": answer.headers.get(TRACE_HEADER) if answer else None,
            "app_usage": reported.app.percent if reported.app else None,
            "account_usage": reported.account.percent if reported.account else None,
        }
        if error is None:
            self._deps.log.info("graph call", extra=fields)
            return
        cause = error.cause
        fields |= {"outcome": type(error).__name__, "code": cause.code, "subcode": cause.subcode}
        fields["trace_id"] = cause.trace_id or fields["trace_id"]
        self._deps.log.warning("graph call failed", extra=fields)


def _worth_another_try(call: Call, error: GraphError, attempt: int) -> bool:
    """Whether a read may succeed if it is simply made again."""
    if (
        call.verb != "read"
        or isinstance(error, Throttled)
        or getattr(error, "retry_after", None)
        or attempt >= MAX_ATTEMPTS
    ):
        return False
    if isinstance(error, ObjectLag):
        # A throttle in disguise, at times: once more, and then it is true.
        return not call.looked_again
    # Too much was asked for, perhaps: whoever pages asks for less.
    return not (error.cause.code == TOO_MUCH_DATA and "limit" in call.query and attempt > 1)


def fingerprint(token: str) -> str:
    """What tells tokens apart without telling what they are."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def error_in(body: object) -> object | None:
    """The error object of an answer, in either envelope; None if it is none."""
    if not isinstance(body, Mapping):
        return None
    if "error" in body:
        return body["error"] if body["error"] is not None else {}
    if "debug_info" in body:
        # The envelope of rupload.facebook.com.
        info = body["debug_info"]
        return {"is_transient": isinstance(info, Mapping) and info.get("retriable") is True}
    if "error_type" in body or "error_message" in body:
        # The envelope of api.instagram.com.
        return {"code": body.get("code")}
    return None
