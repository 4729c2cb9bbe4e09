"""Publishing: containers, their state, and the one call that makes them public.

Source: "Content publishing" in the platform's reference.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.edges import Edges
from lambdas.graph.errors import Cause, RequestRefused, RetryLater

MAX_CAPTION = 2200
MAX_ALT_TEXT = 1000
CAROUSEL = range(2, 11)
SUBCODE = re.compile(r"\b(22070\d\d)\b")


class ContainerState(enum.StrEnum):
    """Where a container is in its life."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class ContainerStatus:
    """A container's state and, if it failed, the subcode of why, where it was told."""

    state: ContainerState
    subcode: int | None = None


@dataclass(frozen=True)
class PublishingLimit:
    """How many posts were published in the window, and how many may be (None: not told; sources disagree)."""

    used: int | None
    total: int | None
    window: timedelta | None


class Publishing(Edges):
    """Makes posts. Every call but `status` and `limit` is a change that is made once: see UnknownOutcome."""

    def create_image(
        self, image_url: str, caption: str | None = None, alt_text: str | None = None, **more: Any
    ) -> str:
        """A container of an image; its id. `image_url` must be a JPEG that Meta can fetch."""
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
        **more: Any,
    ) -> str:
        """A container of a reel, which is what every single video is; its id."""
        values = {
            "video_url": video_url,
            "caption": _caption(caption),
            "share_to_feed": share_to_feed,
            "cover_url": cover_url,
        }
        return self._create({"media_type": "REELS", **values, **more})

    def create_resumable_reel(self, caption: str | None = None, **more: Any) -> str:
        """A container of a reel whose video `upload` hands over; its id. Facebook login type."""
        self._facebook_only("create_container")
        return self._create(
            {
                "media_type": "REELS",
                "upload_type": "resumable",
                "caption": _caption(caption),
                **more,
            }
        )

    def upload(
        self, container_id: str, content: bytes, whole_size: int | None = None, offset: int = 0
    ) -> None:
        """Hands the bytes of a video from `offset` on to its container. It may be repeated from the same offset. Facebook login type."""
        self._facebook_only("upload")
        size = len(content) if whole_size is None else whole_size
        headers = {
            "offset": str(offset),
            "file_size": str(size),
            "Content-Type": "application/octet-stream",
        }
        url = self._addresses.of(
            "rupload.facebook.com",
            f"ig-api-upload/{self._addresses.version}/{container_id}",
            versioned=False,
        )
        call = Call(
            "POST",
            url,
            "upload",
            headers=headers,
            content=content,
            scheme="OAuth",
            verb="upload",
            permission=self._scope("publishing"),
        )
        answer = parsing.mapping(self._caller.call(call))
        if answer.get("success") is not True:
            raise RetryLater(
                Cause(200, edge="upload"), "an answer that does not say that the bytes arrived"
            )

    def create_story(
        self, *, image_url: str | None = None, video_url: str | None = None, **more: Any
    ) -> str:
        """A container of a story, with one of the two; its id."""
        if (image_url is None) == (video_url is None):
            raise _refused("a story has either an image or a video")
        return self._create(
            {"media_type": "STORIES", "image_url": image_url, "video_url": video_url, **more}
        )

    def create_carousel_item(
        self,
        *,
        image_url: str | None = None,
        video_url: str | None = None,
        alt_text: str | None = None,
        **more: Any,
    ) -> str:
        """A container of one item of a carousel, with one of the two; its id. Items have no caption."""
        if (image_url is None) == (video_url is None):
            raise _refused("an item has either an image or a video")
        kind = "VIDEO" if video_url else None
        values = {
            "image_url": image_url,
            "video_url": video_url,
            "media_type": kind,
            "alt_text": alt_text,
        }
        return self._create({"is_carousel_item": True, **values, **more})

    def create_carousel(
        self, children: Sequence[str], caption: str | None = None, **more: Any
    ) -> str:
        """A container of a carousel of 2 to 10 finished items; its id."""
        if len(children) not in CAROUSEL:
            raise _refused("a carousel has 2 to 10 items")
        return self._create(
            {
                "media_type": "CAROUSEL",
                "children": ",".join(children),
                "caption": _caption(caption),
                **more,
            }
        )

    def status(self, container_id: str) -> ContainerStatus:
        """Where a container is in its life; it may be asked about once a minute."""
        raw = self._get(
            container_id,
            "container_status",
            {"fields": "status_code,status"},
            "publishing",
            shareable=False,
        )
        code, told = parsing.text(raw, "status_code") or "", str(raw.get("status") or "")
        found = SUBCODE.search(told)
        subcode = int(found[1]) if found else None
        if code in ContainerState.__members__:
            return ContainerStatus(ContainerState(code), subcode)
        # Seen: no status_code at all, and a status that begins with "Error".
        state = (
            ContainerState.ERROR
            if subcode or told.lower().startswith("error")
            else ContainerState.UNKNOWN
        )
        return ContainerStatus(state, subcode)

    def publish(self, container_id: str) -> str:
        """Makes a finished container public; the media's id. After an UnknownOutcome `status` tells whether it is PUBLISHED."""
        answer = self._post(
            f"{self.account_id}/media_publish",
            "media_publish",
            {"creation_id": container_id},
            "publishing",
        )
        return self._made_id(answer, "media_publish")

    def limit(self) -> PublishingLimit:
        """How much of the publishing quota is used."""
        path = f"{self.account_id}/content_publishing_limit"
        raw = parsing.single(
            self._get(
                path, "content_publishing_limit", {"fields": "quota_usage,config"}, "publishing"
            )
        )
        config = parsing.mapping(raw.get("config"))
        return PublishingLimit(
            parsing.number(raw, "quota_usage"),
            parsing.number(config, "quota_total"),
            parsing.seconds(config, "quota_duration"),
        )

    def _create(self, values: Mapping[str, Any]) -> str:
        form = {name: _form_value(value) for name, value in values.items() if value is not None}
        return self._made_id(
            self._post(f"{self.account_id}/media", "create_container", form, "publishing"),
            "create_container",
        )


def _caption(caption: str | None) -> str | None:
    if caption and len(caption) > MAX_CAPTION:
        raise _refused(f"a caption has at most {MAX_CAPTION} characters")
    return caption or None


def _form_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _refused(meaning: str) -> RequestRefused:
    return RequestRefused(Cause(edge="create_container"), meaning)
