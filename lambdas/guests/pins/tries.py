"""How often wrong PINs may be tried: from one address, and for one PIN from all addresses.

An address has five tries a minute, then it waits: a minute, two, four, up to an hour. For a PIN
of four digits all addresses together have 40 tries, and four more an hour; with each further digit
ten times as many. Of 10,000 PINs that is 40 + 30 * 24 * 4 = 2,920 in a month: a stranger with any
number of addresses finds the PIN with a chance of 29 % in a month, and needs 103 days for all.

One address has half of that, so it cannot use up what all have. Only wrong tries count: guests
behind one address do not use up each other's, and those who entered the PIN before are not asked
again. While a stranger guesses from many addresses, guests who have not entered the PIN yet may
wait for 15 minutes and more; a longer PIN ends that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from boto3.dynamodb.conditions import Attr

from lambdas.kit.clock import Clock
from lambdas.kit.errors import LimitReached
from lambdas.storage import keys
from lambdas.storage.conditional import delete_if, put_if
from lambdas.storage.rows import from_row, to_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from lambdas.guests.pins.pin import Pin

MINUTE, HOUR, DAY = 60, 3600, 86400
ADDRESS_TRIES = 5
# For PINs of four digits, from all addresses; one address has half of it.
FREE_TRIES, TRIES_PER_HOUR, FEWEST_DIGITS = 40, 4, 4
MAX_CHANGES = 8


@dataclass(frozen=True)
class Share:
    """Wrong tries of a PIN: when the last of them is made up for, in Unix milliseconds."""

    made_up_at: int = 0
    revision: int = 0

    def taken(self, now: int, digits: int) -> Share:
        """Return the share with one more try. Raises LimitReached if there is none."""
        return replace(self, made_up_at=_later(self.made_up_at, now, digits))

    def given_back(self, digits: int) -> Share:
        """Return the share without the last try."""
        return replace(self, made_up_at=self.made_up_at - _each(digits))


@dataclass(frozen=True)
class Count:
    """Wrong tries of one address. Times are Unix seconds, `made_up_at` as in `Share`.

    `wrong` are the tries since `since`; `waits` counts how often the address has waited.
    """

    wrong: int = 0
    since: int = 0
    waits: int = 0
    waits_until: int = 0
    made_up_at: int = 0
    revision: int = 0

    def taken(self, now: int, digits: int) -> Count:
        """Return the count with one more try. Raises LimitReached if the address has to wait."""
        if now < self.waits_until:
            raise _too_many(self.waits_until - now)
        made_up_at = _later(self.made_up_at, now, digits, part=2)
        fresh = self.wrong >= ADDRESS_TRIES or now - self.since >= MINUTE
        wrong, since = (1, now) if fresh else (self.wrong + 1, self.since)
        waits = 0 if now - self.waits_until >= HOUR else self.waits
        counted = replace(self, wrong=wrong, since=since, waits=waits, made_up_at=made_up_at)
        if wrong < ADDRESS_TRIES:
            return counted
        wait = min(MINUTE << min(waits, 10), HOUR)
        return replace(counted, waits=waits + 1, waits_until=now + wait)

    def given_back(self, digits: int) -> Count:
        """Return the count without the last try, and without the wait that it began."""
        began = self.wrong >= ADDRESS_TRIES
        return replace(
            self,
            wrong=max(0, self.wrong - 1),
            waits=max(0, self.waits - began),
            waits_until=0 if began else self.waits_until,
            made_up_at=self.made_up_at - _each(digits, part=2),
        )


Record = TypeVar("Record", Count, Share)


@dataclass(frozen=True)
class Tries:
    """Counts tries of one PIN from one address; `address` is a hash."""

    table: Table
    pin: Pin
    address: str
    clock: Clock

    def take(self) -> int:
        """Count a try before its PIN is looked at; return how many are left for now.

        Raises LimitReached. Tries that are made at the same moment cannot exceed the limits.
        """
        now, digits = int(self.clock.now().timestamp()), self.pin.digits
        count = self._change(self._of_address, Count, lambda old: old.taken(now, digits), now + DAY)
        try:
            self._change(self._of_all, Share, lambda old: old.taken(now, digits), now + DAY)
        except LimitReached:
            self._give_address_back(now)
            raise
        return ADDRESS_TRIES - count.wrong

    def give_back(self) -> None:
        """Take back the try that was counted last, since its PIN was right."""
        now, digits = int(self.clock.now().timestamp()), self.pin.digits
        self._give_address_back(now)
        self._change(self._of_all, Share, lambda old: old.given_back(digits), now + DAY)

    def _give_address_back(self, now: int) -> None:
        digits, name = self.pin.digits, self._of_address
        count = self._change(name, Count, lambda old: old.given_back(digits), now + DAY)
        if not (count.wrong or count.waits):
            # An address that guessed nothing leaves no row.
            same = Attr("revision").eq(count.revision)
            delete_if(self.table, keys.ration_key(name), same)

    def _change(
        self, name: str, kind: type[Record], change: Callable[[Record], Record], expires: int
    ) -> Record:
        key = keys.ration_key(name)
        for _ in range(MAX_CHANGES):
            row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
            live = row and int(str(row[keys.EXPIRES])) > expires - DAY
            old = from_row(kind, row if row and live else {})
            # A row that has expired counts nothing, but is still there until it is deleted.
            revision = int(str(row["revision"])) if row else 0
            new = replace(change(old), revision=revision + 1)
            same = Attr("revision").eq(revision) if row else Attr(keys.PARTITION).not_exists()
            if put_if(self.table, {**key, **to_row(new), keys.EXPIRES: expires}, same):
                return new
        raise _too_many(1)

    @property
    def _of_all(self) -> str:
        return f"pin#{self.pin.scope}#{self.pin.version}"

    @property
    def _of_address(self) -> str:
        return f"{self._of_all}#{self.address}"


def _each(digits: int, part: int = 1) -> int:
    """Return after how many milliseconds a try of one PIN is made up for."""
    more: int = 10 ** (digits - FEWEST_DIGITS)
    return HOUR * 1000 * part // (TRIES_PER_HOUR * more)


def _later(made_up_at: int, now: int, digits: int, part: int = 1) -> int:
    """Return when tries are made up for with one more; `part` is what fraction there is of them."""
    each, free = _each(digits, part), FREE_TRIES * 10 ** (digits - FEWEST_DIGITS) // part
    later = max(made_up_at, now * 1000) + each
    if (ahead := later - now * 1000 - free * each) > 0:
        raise _too_many(-(-ahead // 1000))
    return later


def _too_many(seconds: int) -> LimitReached:
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    message = f"Too many wrong PINs. Please try again in {wait}."
    return LimitReached(message, code="too_many_tries", retry_after=seconds)
