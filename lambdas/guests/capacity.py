"""How much more an event takes, in words: said before a guest chooses photos, not after."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.storage.events.usage import Quota, Usage

NEARLY_FULL = 0.9
"""From here on people are informed: guests on the event's page, hosts on theirs."""
# What is left of the bytes when no photo of a phone fits any more.
SMALLEST, MEGABYTE = 256 * 1024, 1024 * 1024
# Numbers above are rounded down: a page does not change with each photo, and does not count those
# that guests do not see.
EXACT, STEP = 20, 10
FULL = "This event is full: it takes no more photos. If you want to add yours, ask the host."


@dataclass(frozen=True)
class Capacity:
    """Whether an event is full, and the sentence for guests; none while much more fits."""

    full: bool = False
    sentence: str = ""

    @classmethod
    def of(cls, arrived: Usage, quota: Quota, photos_visible: bool) -> Capacity:
        """Return what fits beside what has arrived.

        How many photos there are is no secret only where guests see them: elsewhere the event is
        full or says nothing.
        """
        files, size = quota.files - arrived.files, quota.size - arrived.size
        if files <= 0 or size < SMALLEST:
            return cls(True, FULL)
        used = {_photos(files): arrived.files / quota.files, _size(size): arrived.size / quota.size}
        tightest = max(used, key=lambda words: used[words])
        near = photos_visible and used[tightest] >= NEARLY_FULL
        return cls(False, f"This event is nearly full: {tightest}.") if near else AMPLE


AMPLE = Capacity()


def _photos(left: int) -> str:
    if left == 1:
        return "1 more photo fits"
    about = "" if left <= EXACT else "about "
    return f"{about}{_rounded(left):,} more photos fit"


def _size(left: int) -> str:
    if left < MEGABYTE:
        return "less than 1 MB of photos fits"
    return f"about {_rounded(left // MEGABYTE):,} MB of photos fit"


def _rounded(number: int) -> int:
    return number if number <= EXACT else number // STEP * STEP
