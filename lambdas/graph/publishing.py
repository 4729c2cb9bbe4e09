"""Publishing: containers, their state, and the one call that makes them public.

Source: "Content publishing" in the platform's reference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lambdas.graph import parsing
from lambdas.graph.addresses import UPLOAD_FACEBOOK
from lambdas.graph.call import Call
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.caption import MAX_CAPTION, caption_length
from lambdas.graph.container import ContainerState as ContainerState
from lambdas.graph.container import (
    ContainerStatus,
    PublishingLimit,
    container_status_of,
    publishing_limit_of,
)
from lambdas.graph.edges import Edges, confirm_change, created_id
from lambdas.graph.errors import Cause, RequestRefused, RetryLater
from lambdas.graph.verb import Verb

MAX_ALT_TEXT = 1000
MIN_CAROUSEL, MAX_CAROUSEL = 2, 10


class Publishing(Edges):
    """Publishes posts. Every call but `status` and `limit` is a change that is made once."""

    def create_image(
        self,
        image_url: str,
        caption: str | None = None,
        alt_text: str | None = None,
        **more: object,
    ) -> str:
        """Create a container of an image; return its id. `image_url`: a JPEG Meta can fetch."""
        if alt_text and len(alt_text) > MAX_ALT_TEXT:
            raise _refused(f"an alternative text has at most {MAX_ALT_TEXT} characters")
        return self._create(
            {"image_url": image_url, "caption": _caption(caption), "alt_text": alt_text, **more}
        )

    def create_reel(
        self,
        video_url: str,
        caption: str | None = None,
        *,
        share_to_feed: bool | None = None,
        cover_url: str | None = None,
        **more: object,
    ) -> str:
        """Create a container of a reel, the form of every single video; return its id."""
        values = {
            "media_type": "REELS",
            "video_url": video_url,
            "caption": _caption(caption),
            "share_to_feed": share_to_feed,
            "cover_url": cover_url,
        }
        return self._create({**values, **more})

    def create_resumable_reel(self, caption: str | None = None, **more: object) -> str:
        """Create a container of a reel whose video `upload` sends; return its id."""
        return self._create_resumable("REELS", {"caption": _caption(caption), **more})

    def create_resumable_story(self, **more: object) -> str:
        """Create a container of a story whose video `upload` sends; return its id."""
        return self._create_resumable("STORIES", more)

    def create_resumable_item(self, **more: object) -> str:
        """Create a container of a carousel item whose video `upload` sends; return its id."""
        return self._create_resumable("VIDEO", {"is_carousel_item": True, **more})

    def upload(
        self, container_id: str, content: bytes, whole_size: int | None = None, offset: int = 0
    ) -> None:
        """Send a video's bytes from `offset` on; safe to repeat from the same offset.

        Once all bytes have arrived, a repetition is refused: `status` says how the video is.
        """
        size = len(content) if whole_size is None else whole_size
        headers = {
            "offset": str(offset),
            "file_size": str(size),
            "Content-Type": "application/octet-stream",
        }
        self._upload(container_id, headers, content)

    def upload_from(self, container_id: str, file_url: str) -> None:
        """Let Meta fetch the video of a resumable container from an address."""
        self._upload(container_id, {"file_url": file_url}, b"")

    def _upload(self, container_id: str, headers: Mapping[str, str], content: bytes) -> None:
        self.platform.require(PlatformFeature.RESUMABLE_UPLOAD, "upload")
        path = f"ig-api-upload/{self._addresses.version}/{container_id}"
        call = Call(
            "POST",
            self._addresses.of(UPLOAD_FACEBOOK, path, versioned=False),
            "upload",
            headers=headers,
            content=content,
            scheme="OAuth",
            verb=Verb.UPLOAD,
            permission=self.platform.permission_of(Capability.PUBLISHING),
        )
        answer = parsing.mapping(self._caller.call(call))
        if answer.get("success") is not True:
            raise RetryLater(
                Cause(200, edge="upload"), "the answer does not confirm that the bytes arrived"
            )

    def create_story(
        self, *, image_url: str | None = None, video_url: str | None = None, **more: object
    ) -> str:
        """Create a container of a story with one of the two; return its id."""
        _require_one("a story", image_url, video_url)
        values = {"media_type": "STORIES", "image_url": image_url, "video_url": video_url}
        return self._create({**values, **more})

    def create_carousel_item(
        self,
        *,
        image_url: str | None = None,
        video_url: str | None = None,
        alt_text: str | None = None,
        **more: object,
    ) -> str:
        """Create a container of a carousel item with one of the two; items have no caption."""
        _require_one("a carousel item", image_url, video_url)
        values = {
            "is_carousel_item": True,
            "image_url": image_url,
            "video_url": video_url,
            "media_type": "VIDEO" if video_url else None,
            "alt_text": alt_text,
        }
        return self._create({**values, **more})

    def create_carousel(
        self, children: Sequence[str], caption: str | None = None, **more: object
    ) -> str:
        """Create a container of a carousel of 2 to 10 finished items; return its id."""
        if not MIN_CAROUSEL <= len(children) <= MAX_CAROUSEL:
            raise _refused(f"a carousel has {MIN_CAROUSEL} to {MAX_CAROUSEL} items")
        values = {
            "media_type": "CAROUSEL",
            "children": ",".join(children),
            "caption": _caption(caption),
        }
        return self._create({**values, **more})

    def status(self, container_id: str) -> ContainerStatus:
        """Return a container's state. Asked once: Meta allows a question a minute."""
        query = {"fields": "status_code,status"}
        raw = self._get(
            container_id,
            "container_status",
            query,
            Capability.PUBLISHING,
            shareable=False,
            retried=False,
        )
        return container_status_of(raw)

    def publish(self, container_id: str) -> str:
        """Make a finished container public; return the media's id.

        After an UnknownOutcome, `status` says whether it is PUBLISHED.
        """
        path, form = f"{self.account_id}/media_publish", {"creation_id": container_id}
        answer = self._post(path, "media_publish", form, Capability.PUBLISHING)
        return created_id(answer, "media_publish")

    def delete(self, media_id: str) -> None:
        """Delete a post, reel or story, or a carousel as a whole. Facebook login only."""
        self.platform.require(PlatformFeature.MEDIA_DELETION, "delete_media")
        confirm_change(self._delete(media_id, "delete_media", Capability.CONTENTS), "delete_media")

    def limit(self) -> PublishingLimit:
        """Return how much of the publishing quota is used."""
        edge = "content_publishing_limit"
        query = {"fields": "quota_usage,config"}
        path = f"{self.account_id}/{edge}"
        return publishing_limit_of(self._get(path, edge, query, Capability.PUBLISHING))

    def _create_resumable(self, media_type: str, values: Mapping[str, object]) -> str:
        self.platform.require(PlatformFeature.RESUMABLE_UPLOAD, "create_container")
        return self._create({"media_type": media_type, "upload_type": "resumable", **values})

    def _create(self, values: Mapping[str, object]) -> str:
        if values.get("product_tags"):
            self.platform.require(PlatformFeature.PRODUCT_TAGS, "create_container")
        form = {name: _form_value(value) for name, value in values.items() if value is not None}
        path = f"{self.account_id}/media"
        answer = self._post(path, "create_container", form, Capability.PUBLISHING)
        return created_id(answer, "create_container")


def _require_one(what: str, image_url: str | None, video_url: str | None) -> None:
    if (image_url is None) == (video_url is None):
        raise _refused(f"{what} has either an image or a video")


def _caption(caption: str | None) -> str | None:
    if caption and caption_length(caption) > MAX_CAPTION:
        raise _refused(f"a caption has at most {MAX_CAPTION} characters")
    return caption or None


def _form_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _refused(meaning: str) -> RequestRefused:
    return RequestRefused(Cause(edge="create_container"), meaning)
