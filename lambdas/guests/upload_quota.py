"""How many more files a device may announce to an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lambdas.kit.errors import DaybookError, LimitReached
from lambdas.storage.events.grant_writes import DeviceUsage
from lambdas.storage.events.grants import Standing
from lambdas.storage.events.photo import GRANT_HOLDS, Photo, expiry
from lambdas.storage.events.usage import MAX_DEVICE_FILES, Quota, Unsent, Usage

RETRY_AFTER = int(GRANT_HOLDS.total_seconds())


@dataclass(frozen=True)
class Allowance:
    """What is used of the event's quota, held by unsent grants, and unsent of one device."""

    quota: Quota
    usage: Usage
    unsent: Unsent
    device: DeviceUsage

    @classmethod
    def of(cls, standing: Standing, quota: Quota, now: datetime) -> Allowance:
        """Return the present usage: grants of the device that have lapsed no longer count."""
        device = standing.device
        if device.until is None or device.until < now:
            device = DeviceUsage()
        counts = DeviceUsage(max(0, device.files), max(0, device.size), device.until)
        return cls(quota, standing.usage, standing.unsent, counts)

    def divide(self, photos: Sequence[Photo]) -> tuple[list[Photo], dict[str, DaybookError]]:
        """Return the photos to grant, and the refusals of the others by photo id.

        A photo that the event's share of unsent grants has no place for is granted uncounted.
        """
        granted: list[Photo] = []
        refusals: dict[str, DaybookError] = {}
        now = self
        for photo in photos:
            if now.device.files >= MAX_DEVICE_FILES:
                refusals[photo.id] = _too_many_unsent()
            elif now.can_hold(photo):
                granted.append(photo)
                now = now.with_held(photo)
            elif now.may_fit(photo):
                # No lapsing grant names its row, which has to end by itself.
                ends = expiry(photo.granted_until)
                granted.append(replace(photo, counted=False, expires_at=ends))
                now = replace(now, device=_with(now.device, photo))
            else:
                refusals[photo.id] = event_is_full()
        return granted, refusals

    def can_hold(self, photo: Photo) -> bool:
        """Return whether a grant for the photo may hold a part of the quota."""
        return (
            self.usage.files + 1 <= self.quota.files
            and self.usage.size + photo.size <= self.quota.size
            and self.unsent.unsent_files + 1 <= self.quota.unsent_files
            and self.unsent.unsent_size + photo.size <= self.quota.unsent_size
        )

    def may_fit(self, photo: Photo) -> bool:
        """Return whether the photo fits beside what has arrived and what this device announced.

        What other devices only announced is left out: it must not close the event.
        """
        files = self.usage.files - self.unsent.unsent_files + self.device.files
        size = self.usage.size - self.unsent.unsent_size + self.device.size
        return files + 1 <= self.quota.files and size + photo.size <= self.quota.size

    def with_held(self, photo: Photo) -> Allowance:
        """Return what is left once the photo is granted."""
        return replace(
            self,
            usage=Usage(self.usage.files + 1, self.usage.size + photo.size),
            unsent=Unsent(self.unsent.unsent_files + 1, self.unsent.unsent_size + photo.size),
            device=_with(self.device, photo),
        )


def event_is_full() -> LimitReached:
    """Return the refusal of a photo that does not fit into the event's quota."""
    return LimitReached(
        "This event cannot take any more photos.", code="event_full", retry_after=RETRY_AFTER
    )


def _with(device: DeviceUsage, photo: Photo) -> DeviceUsage:
    return replace(device, files=device.files + 1, size=device.size + photo.size)


def _too_many_unsent() -> LimitReached:
    return LimitReached(
        f"You have {MAX_DEVICE_FILES} photos waiting to be sent. Send these first.",
        code="too_many_unsent",
        retry_after=60,
    )
