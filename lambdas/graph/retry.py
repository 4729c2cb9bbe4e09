"""When a call is repeated, and after which pause."""

from __future__ import annotations

import random
from datetime import timedelta

from lambdas.graph.call import Call
from lambdas.graph.errors import ObjectLag, RetryLater, Throttled
from lambdas.graph.verb import Verb

FIRST_PAUSE = timedelta(milliseconds=500)
MAX_PAUSE = timedelta(seconds=8)
MAX_ATTEMPTS = 12
# The code of "Please reduce the amount of data".
TOO_MUCH_DATA = 1


def pause_after(number: int, rng: random.Random) -> timedelta:
    """Return the pause after an attempt: exponential, with full jitter."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** (number - 1), MAX_PAUSE)
    return longest * rng.uniform(0, 1)


def worth_another_attempt(call: Call, error: RetryLater | ObjectLag, number: int) -> bool:
    """Return whether the call may succeed if it is simply repeated."""
    repeatable = call.verb in (Verb.READ, Verb.APP, Verb.LOGIN) and call.retried
    if not repeatable or number >= MAX_ATTEMPTS or isinstance(error, Throttled):
        return False
    if isinstance(error, ObjectLag):
        # Sometimes a throttle in disguise: once more, and then it is true.
        return not call.looked_again
    if error.retry_after:
        return False
    # The page may be too large: the caller then requests a smaller one.
    return not (error.cause.code == TOO_MUCH_DATA and "limit" in call.query and number > 1)
