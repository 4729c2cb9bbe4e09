"""The rules of a post's media: how many of which, and what belongs to each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from msgspec import UnsetType

from lambdas.api.findings import Findings
from lambdas.kit.login_type import LoginType
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.post_request import (
    MediaRequest,
    PostRequest,
    ProductTagRequest,
    SourceRequest,
    UserTagRequest,
)
from lambdas.publishing.source_rules import KnownMedia, SourceRules
from lambdas.publishing.text_rules import check_alt_text

NUMBERS = {Kind.PHOTO: (1, 1), Kind.REEL: (1, 1), Kind.CAROUSEL: (2, 10), Kind.STORY: (1, 1)}
IS_VIDEO = {Kind.PHOTO: False, Kind.REEL: True}
MAX_TAGS = 20
USERNAME = re.compile(r"@?[A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?", re.ASCII)
DIGITS = re.compile(r"\d{1,32}", re.ASCII)


@dataclass(frozen=True)
class MediaRules:
    """Checks the media of a post."""

    sources: SourceRules

    def check(
        self, request: PostRequest, login_type: LoginType | None, found: Findings
    ) -> list[KnownMedia]:
        """Check all media; return what is known of each. `login_type` is the account's."""
        media = request.media
        if isinstance(media, UnsetType):
            return []
        _check_number(request.kind, len(media), found)
        # An item that is far too many is not looked up.
        limit = NUMBERS[Kind.CAROUSEL][1]
        return [
            self._check_item(item, request.kind, f"media[{index}]", login_type, found)
            for index, item in enumerate(media[:limit])
        ]

    def _check_item(
        self,
        item: MediaRequest,
        kind: Kind | UnsetType,
        place: str,
        login_type: LoginType | None,
        found: Findings,
    ) -> KnownMedia:
        known = KnownMedia()
        if isinstance(item.source, SourceRequest):
            known = self.sources.check(item.source, kind, f"{place}.source", found)
        if isinstance(kind, Kind):
            known = _completed(known, kind, f"{place}.source", found)
        _check_alt_text(item, kind, known, place, found)
        is_loose = kind is Kind.STORY
        _check_user_tags(item.user_tags, known, f"{place}.user_tags", is_loose, found)
        if item.product_tags:
            tags = f"{place}.product_tags"
            _check_product_tags(item.product_tags, known, tags, found)
            if login_type is LoginType.INSTAGRAM:
                found.refuse(
                    tags,
                    "facebook_login_only",
                    "Product tags need an account of the Facebook login.",
                )
            if kind is Kind.STORY:
                found.refuse(tags, "not_for_stories", "Stories have no product tags.")
        return known


def _check_number(kind: Kind | UnsetType, number: int, found: Findings) -> None:
    low, high = NUMBERS[kind] if isinstance(kind, Kind) else (1, NUMBERS[Kind.CAROUSEL][1])
    if low <= number <= high:
        return
    name = f"A {kind.value}" if isinstance(kind, Kind) else "A post"
    wanted = f"exactly {low}" if low == high else f"{low} to {high}"
    found.refuse("media", "wrong_number", f"{name} has {wanted} media; these are {number}.")


def _completed(known: KnownMedia, kind: Kind, place: str, found: Findings) -> KnownMedia:
    """Check that a file is what its post needs; what was not known of it, the post says."""
    wanted = IS_VIDEO.get(kind)
    if wanted is None:
        return known
    if known.is_video is not None and known.is_video != wanted and not found.has_within(place):
        code, name = ("video_expected", "a video") if wanted else ("image_expected", "an image")
        found.refuse(place, code, f"{place}: a {kind.value} needs {name}.")
    return replace(known, is_video=wanted)


def _check_alt_text(
    item: MediaRequest, kind: Kind | UnsetType, known: KnownMedia, place: str, found: Findings
) -> None:
    if item.alt_text is None:
        return
    check_alt_text(item.alt_text, f"{place}.alt_text", found)
    if kind in (Kind.REEL, Kind.STORY) or known.is_video:
        found.refuse(
            f"{place}.alt_text",
            "images_only",
            "Only images of photo posts and carousels have an alternative text.",
        )


def _check_user_tags(
    tags: Sequence[UserTagRequest], known: KnownMedia, place: str, is_loose: bool, found: Findings
) -> None:
    _check_tag_number(tags, place, found)
    for index, tag in enumerate(tags[:MAX_TAGS]):
        if isinstance(tag.username, str):
            check_username(tag.username, f"{place}[{index}].username", found)
        _check_position(tag, f"{place}[{index}]", is_loose or bool(known.is_video), found)


def _check_product_tags(
    tags: Sequence[ProductTagRequest], known: KnownMedia, place: str, found: Findings
) -> None:
    _check_tag_number(tags, place, found)
    for index, tag in enumerate(tags[:MAX_TAGS]):
        if isinstance(tag.product_id, str) and not DIGITS.fullmatch(tag.product_id):
            at = f"{place}[{index}].product_id"
            found.refuse(at, "invalid_product_id", f"{at} must be digits.")
        _check_position(tag, f"{place}[{index}]", bool(known.is_video), found)


def _check_tag_number(tags: Sequence[object], place: str, found: Findings) -> None:
    if len(tags) > MAX_TAGS:
        found.refuse(place, "too_many", f"{place} has {len(tags)} tags; {MAX_TAGS} are possible.")


def _check_position(
    tag: UserTagRequest | ProductTagRequest, place: str, is_optional: bool, found: Findings
) -> None:
    """Check where in a picture a tag is; videos have none."""
    for name, value in (("x", tag.x), ("y", tag.y)):
        at = f"{place}.{name}"
        if value is None:
            if not is_optional and not found.has(at):
                found.refuse(at, "missing", f"{at} is missing: tags in images have a place.")
        elif not 0 <= value <= 1:
            found.refuse(at, "out_of_range", f"{at} must be from 0 to 1.")
    if is_optional and (tag.x is None) != (tag.y is None) and not found.has_within(place):
        found.refuse(
            place, "incomplete_position", f"{place} must have both of x and y, or neither."
        )


def check_username(name: str, place: str, found: Findings) -> None:
    """Check the name of an account on Instagram, with or without `@`."""
    if not USERNAME.fullmatch(name) and not found.has(place):
        found.refuse(place, "invalid_username", f"{place} must be the name of an account.")
