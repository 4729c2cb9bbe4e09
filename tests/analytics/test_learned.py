"""What units of an account learn at the same time."""

from __future__ import annotations

from datetime import timedelta

from lambdas.analytics import keys
from lambdas.analytics.collecting.learned import LIFETIME, Facts
from lambdas.analytics.collecting.source import Source
from tests.analytics.conftest import ACCOUNT, Numbers
from tests.conftest import NOW


def begun(numbers: Numbers) -> Source:
    """Return what one unit works with, as it is when the unit begins."""
    usable = numbers.dependencies.instagram.tokens.usable_token(ACCOUNT)
    assert usable
    return numbers.dependencies.collection._source(usable)


def stored(numbers: Numbers, source: Source) -> Facts | None:
    sort = keys.learned(source.learned.api)
    return numbers.dependencies.reader.packed_row(Facts, ACCOUNT, sort)


def test_units_side_by_side_keep_what_both_learned(numbers: Numbers) -> None:
    one, other = begun(numbers), begun(numbers)
    one.learned.refusals.learn("FEED", "saved")
    one.learned.before_business = NOW - timedelta(days=9)
    other.learned.refusals.learn("FEED", "views")

    one.write([])
    other.write([])

    facts = stored(numbers, other)
    assert facts
    assert facts.refused == {"FEED": ("saved", "views")}
    assert facts.before_business == NOW - timedelta(days=9)


def test_what_has_expired_is_not_learned_from_others(numbers: Numbers) -> None:
    old = begun(numbers)
    old.learned.refusals.learn("FEED", "saved")
    old.write([])
    numbers.clock.advance(LIFETIME)
    new = begun(numbers)
    new.learned.refusals.learn("FEED", "views")

    new.write([])

    facts = stored(numbers, new)
    assert facts
    assert facts.refused == {"FEED": ("views",)}
