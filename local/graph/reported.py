"""The numbers that an account reports now: overridden, live, or made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from local.graph import numbers
from local.graph.data import EmulatedMedia
from local.graph.metrics import made_up_number
from local.graph.records import EmulatedAccount, Late, LiveNumbers


def media_number(account: EmulatedAccount, media: EmulatedMedia, metric: str, now: datetime) -> int:
    """Return a number of a media object's insights."""
    if metric in media.numbers:
        return media.numbers[metric]
    live = account.live
    if live is None:
        return made_up_number(media.id + metric)
    if metric == "total_interactions":
        names = numbers.interactions(media.product_type)
        return sum(media_number(account, media, name, now) for name in names)
    age = now - live.delay - media.taken_at
    return numbers.media_number(media.id, media.product_type, metric, age, live.percent)


def public_count(
    account: EmulatedAccount, media: EmulatedMedia, metric: str, now: datetime
) -> int | None:
    """Return the likes or comments that everyone sees, without delay; None if they stand still."""
    if metric in media.numbers:
        return media.numbers[metric]
    if account.live is None:
        return None
    age = now - media.taken_at
    return numbers.media_number(media.id, media.product_type, metric, age, account.live.percent)


def has_data(account: EmulatedAccount, media: EmulatedMedia, now: datetime) -> bool:
    """Return whether a media object has insights by now."""
    if media.viewers == 0:
        return False
    return account.live is None or now - account.live.delay > media.taken_at


def followers(account: EmulatedAccount, now: datetime) -> int:
    """Return the followers of an account."""
    if account.live is None:
        return account.followers
    return numbers.followers_at(
        account.id, account.followers, account.live.since, now, account.day_numbers
    )


@dataclass(frozen=True)
class DayReport:
    """The numbers of days that a live account reports at a time."""

    account: EmulatedAccount
    live: LiveNumbers
    now: datetime

    def series(self, metric: str, since: datetime, until: datetime) -> dict[date, int]:
        """Return the numbers of the days that a request covers and that are known."""
        found = {}
        for day in numbers.days_between(since, until, self.now):
            value = self._number(metric, day)
            if value is not None:
                found[day] = value
        return found

    def total(self, metric: str, since: datetime, until: datetime) -> int | None:
        """Return the number of all these days; None if none of them is known."""
        values = self.series(metric, since, until).values()
        if not values:
            return None
        return numbers.reach_of_days(values) if metric == "reach" else sum(values)

    def _number(self, metric: str, day: date) -> int | None:
        known_until = self.now - self.live.delay
        if numbers.day_start(day) < self.now - numbers.RETENTION:
            return None
        if self.live.late is Late.MISSING and known_until < numbers.day_end(day):
            return None
        if metric == "total_interactions" and metric not in self.account.day_numbers.get(day, {}):
            parts = [self._number(name, day) for name in numbers.INTERACTIONS["day"]]
            return sum(part for part in parts if part is not None) if None not in parts else None
        return numbers.known_part(self._whole(metric, day), day, known_until)

    def _whole(self, metric: str, day: date) -> int:
        own = self.account.day_numbers.get(day, {})
        name = numbers.DAY_NAMES.get(metric, metric)
        return own.get(name, numbers.day_number(self.account.id, name, day))
