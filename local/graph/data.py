"""The sample account, and posts of every kind around the sample event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

TOKEN = "IGAAlocalbootstraptoken"  # noqa: S105
ACCOUNT_ID = "17841400000000001"
USERNAME = "example_shop"

# The credentials of the apps, in the format of the site's secret.
APPS = {
    "instagram_app_id": "1000000001",
    "instagram_app_secret": "instagram-secret",
    "meta_app_id": "2000000001",
    "meta_app_secret": "facebook-secret",
}

# Midnight of the sample event's day, 2026-04-29, in America/Los_Angeles.
SAMPLE_DAY = datetime(2026, 4, 29, 7, 0, tzinfo=UTC)


STORY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class EmulatedMedia:
    """A media object; `size` is in pixels, `numbers` overrides insights by metric."""

    id: str
    media_type: str
    product_type: str
    taken_at: datetime
    caption: str | None = None
    size: tuple[int, int] = (1080, 1350)
    children: tuple[EmulatedMedia, ...] = field(default=())
    copyrighted: bool = False
    """Contains licensed material: the API omits its `media_url`."""
    viewers: int = 500
    numbers: dict[str, int] = field(default_factory=dict, hash=False)
    before_business: bool = False
    """Posted before the account became a professional one: it has no insights."""
    hides_likes: bool = False
    """The owner hides the likes: lists omit `like_count`."""
    details: dict[str, object] = field(default_factory=dict, hash=False)
    """The values of further fields, such as `alt_text`."""
    late_until: datetime | None = None
    """A new post that the API does not show before then."""
    permalink_from: datetime | None = None

    @property
    def shortcode(self) -> str:
        """Return the last part of the permalink."""
        return f"EX{self.id[-6:]}"


def sample_media() -> list[EmulatedMedia]:
    """Return posts before, on and after the sample day, newest first.

    Two of them are one second outside the day.
    """

    def media_id(number: int) -> str:
        return f"179000000000{number:05d}"

    def post(
        number: int,
        kind: str,
        product: str,
        hours: float,
        caption: str | None = None,
        size: tuple[int, int] = (1080, 1350),
    ) -> EmulatedMedia:
        return EmulatedMedia(
            media_id(number), kind, product, SAMPLE_DAY + timedelta(hours=hours), caption, size
        )

    carousel = EmulatedMedia(
        media_id(30),
        "CAROUSEL_ALBUM",
        "FEED",
        SAMPLE_DAY + timedelta(hours=12, minutes=15),
        "Three views of the hall ✨\nThank you all for coming!",
        children=(
            post(31, "IMAGE", "FEED", 12.25, size=(1080, 1080)),
            post(32, "VIDEO", "FEED", 12.25, size=(1080, 1080)),
            post(33, "IMAGE", "FEED", 12.25, size=(1080, 1080)),
        ),
    )
    second = 1 / 3600
    return [
        post(60, "IMAGE", "FEED", 30, "The day after"),
        post(51, "IMAGE", "FEED", 24, "First second of the next day"),
        post(50, "IMAGE", "FEED", 24 - second, "Last second of the day"),
        post(40, "VIDEO", "REELS", 16.5, "How we set the tables", (1080, 1920)),
        carousel,
        post(
            20, "IMAGE", "FEED", 9, 'Flowers are here <b>"fresh"</b> & ready #example', (1080, 810)
        ),
        post(11, "IMAGE", "FEED", 0, "First second of the day", (1080, 1080)),
        post(10, "IMAGE", "FEED", -second, "Last second of the day before"),
        post(1, "IMAGE", "FEED", -40, "Two days before"),
    ]
