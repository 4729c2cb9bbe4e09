"""The rules of a post's own fields, and which of them its kind takes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.kit.login_type import LoginType
from lambdas.publishing.media_rules import DIGITS, check_username
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.post_request import PostRequest
from lambdas.publishing.series import MAX_REQUEST_ID
from lambdas.publishing.source_rules import KnownMedia
from lambdas.publishing.text_rules import check_caption

MAX_COLLABORATORS = 3
# Fields that only reels have, and fields that stories do not have.
REEL_ONLY = ("share_to_feed", "cover", "thumb_offset_ms", "trial")
PLANNED = ("caption_template", "event", "repeat")
NOT_FOR_STORIES = ("location_id", "collaborators", "first_comment")


def check_request_id(request: PostRequest, found: Findings) -> None:
    """Check the id under which a request can be repeated."""
    value, place = request.client_request_id, "client_request_id"
    if isinstance(value, str) and not (value.isprintable() and 1 <= len(value) <= MAX_REQUEST_ID):
        found.refuse(
            place,
            "invalid_request_id",
            f"{place} must be 1 to {MAX_REQUEST_ID} printable characters.",
        )


def check_for_change(request: PostRequest, found: Findings) -> None:
    """Check that nothing is left that only a new post can have: the plan has dealt with that."""
    for name in PLANNED:
        if getattr(request, name) is not None:
            found.refuse(name, "new_posts_only", f"Only a new post can have {name}.")
    if request.publish_at and request.publish_at.slot is not None:
        message = "Only a new post can take a slot. Send a time with its zone."
        found.refuse("publish_at.slot", "new_posts_only", message)


def check_texts(request: PostRequest, found: Findings) -> None:
    """Check the caption and the first comment."""
    if request.caption is not None:
        check_caption(request.caption, "caption", found)
        if request.kind is Kind.STORY and request.caption:
            found.warn(
                "caption", "caption_ignored", "Stories show no caption: it is kept, but not sent."
            )
    if request.first_comment is not None:
        check_caption(request.first_comment, "first_comment", found)
        if not request.first_comment.strip():
            found.refuse("first_comment", "empty", "first_comment must hold a text.")


def check_fields_of_kind(request: PostRequest, found: Findings) -> None:
    """Check that the post has no field that its kind does not take."""
    for name in REEL_ONLY:
        if getattr(request, name) is not None and request.kind not in (Kind.REEL, UNSET):
            found.refuse(name, "reels_only", f"Only reels have {name}.")
    if request.ai_generated and request.kind not in (Kind.CAROUSEL, UNSET):
        message = "Instagram takes the AI label of carousels only: label this post in the app."
        found.refuse("ai_generated", "carousels_only", message)
    for name in NOT_FOR_STORIES:
        if getattr(request, name) and request.kind is Kind.STORY:
            found.refuse(name, "not_for_stories", f"Stories do not take {name}.")


def check_people_and_place(
    request: PostRequest, login_type: LoginType | None, found: Findings
) -> None:
    """Check collaborators and location."""
    people = request.collaborators
    if len(people) > MAX_COLLABORATORS:
        found.refuse(
            "collaborators",
            "too_many",
            f"There are {len(people)} collaborators; {MAX_COLLABORATORS} are possible.",
        )
    for index, name in enumerate(people[:MAX_COLLABORATORS]):
        check_username(name, f"collaborators[{index}]", found)
    if len({name.lstrip("@").lower() for name in people}) < len(people):
        found.refuse("collaborators", "repeated", "A collaborator is named more than once.")
    if people and login_type is LoginType.INSTAGRAM:
        found.warn(
            "collaborators",
            "collaborators_unverified",
            "Instagram's documentation does not agree on collaborators with the Instagram login: "
            "it may refuse the post.",
        )
    if request.location_id is not None and not DIGITS.fullmatch(request.location_id):
        found.refuse(
            "location_id", "invalid_location_id", "location_id must be the digits of a Page's id."
        )


def check_reel(request: PostRequest, known: Sequence[KnownMedia], found: Findings) -> None:
    """Check the picture that stands for a reel."""
    offset, place = request.thumb_offset_ms, "thumb_offset_ms"
    if offset is None:
        return
    length = known[0].duration_ms if known else None
    if offset < 0 or (length is not None and offset > length):
        end = "" if length is None else f" to {length}, the length of the video"
        found.refuse(place, "out_of_range", f"{place} must be from 0{end or ' on'}.")
    if request.cover is not None:
        found.warn(place, "cover_wins", f"The post has a cover: {place} has no effect.")
