"""The image or video that a container is made of: fetched, and examined."""

from __future__ import annotations

from dataclasses import dataclass

from local.graph.call import Call
from local.graph.container_record import ArrivedFile
from local.graph.errors import GraphError, bad_parameter
from local.graph.fetch import Fetch
from local.graph.images import fetch_image
from local.graph.parameters import Parameters
from local.graph.videos import DOWNLOAD_FAILED, VideoRefused, examine_video

KINDS = ("IMAGE", "VIDEO", "REELS", "STORIES")


@dataclass(frozen=True)
class Source:
    """What a container is made of; `failure` is the subcode that it reports after processing."""

    is_video: bool = False
    file: ArrivedFile | None = None
    cover: ArrivedFile | None = None
    failure: int | None = None
    url: str | None = None
    """Where a video was fetched from."""


def source_of(call: Call, params: Parameters) -> Source:
    """Return the source of a container that is no carousel.

    An image is fetched while the caller waits: raises GraphError if that fails. A video is fetched
    in the background, as its caller sees it: what is wrong with it shows in the status.
    """
    kind = params.get("media_type", "IMAGE")
    if kind == "VIDEO" and not params.flag("is_carousel_item"):
        raise GraphError(100, "The VIDEO value for media_type is no longer supported", 2207089)
    if kind not in KINDS:
        raise GraphError(100, f"Unknown media type {kind}", 2207023)
    is_upload, url = "upload_type" in params, params.get("video_url")
    if kind == "IMAGE" or (kind == "STORIES" and url is None and not is_upload):
        image = params.required("image_url")
        return Source(file=fetch_image(image, call.fetch, has_any_ratio=kind == "STORIES"))
    cover = None
    if "cover_url" in params:
        cover = fetch_image(params["cover_url"], call.fetch, has_any_ratio=True)
    if is_upload:
        return Source(is_video=True, cover=cover)
    if not url:
        raise bad_parameter("The parameter video_url is required")
    file, failure = fetch_video(url, call.fetch, params)
    return Source(is_video=True, file=file, cover=cover, failure=failure, url=url)


def fetch_video(
    url: str, fetch: Fetch, options: Parameters
) -> tuple[ArrivedFile | None, int | None]:
    """Return what arrived of a video, or the subcode of what is wrong with it."""
    try:
        fetched = fetch(url)
    except (OSError, ValueError):
        return None, DOWNLOAD_FAILED
    if not fetched.is_a("video"):
        return None, DOWNLOAD_FAILED
    try:
        return examine_video(fetched.content, *video_kind(options)), None
    except VideoRefused as refused:
        return None, refused.subcode


def video_kind(options: Parameters) -> tuple[str, int]:
    """Return the kind whose limits hold for a video, and the offset of its cover in ms."""
    is_item = bool(options.flag("is_carousel_item"))
    kind = "VIDEO" if is_item else options.get("media_type", "REELS")
    return kind, int(options.get("thumb_offset", "0"))
