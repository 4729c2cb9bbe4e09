"""The kind of file that an address seems to name."""

from __future__ import annotations

from urllib.parse import urlsplit

VIDEO_ENDINGS = (".mp4", ".mov", ".m4v")
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif")


def is_video_address(url: str) -> bool | None:
    """Return whether an address looks like a video's; None if it does not say."""
    path = urlsplit(url).path.lower()
    if path.endswith(VIDEO_ENDINGS):
        return True
    return False if path.endswith(IMAGE_ENDINGS) else None
