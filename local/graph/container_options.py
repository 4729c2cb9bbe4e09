"""The parameters of a media container, and their limits. Source: ig-user/media and error-codes."""

from __future__ import annotations

import re

from local.graph.errors import GraphError, bad_parameter
from local.graph.parameters import Parameters
from local.graph.tokens import LoginType

# The reference says "characters" and no more. Here one is a code point; the client counts UTF-16
# units, which are never fewer.
MAX_CAPTION = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
HASHTAG, MENTION = re.compile(r"(?<![\w&])#\w+"), re.compile(r"(?<![\w@])@[\w.]+")
MAX_ALT_TEXT = 1000
MAX_COLLABORATORS = 3
MAX_PRODUCT_TAGS = 20
MAX_SPONSORS = 2
GRADUATION_STRATEGIES = ("MANUAL", "SS_PERFORMANCE")
OPTIONS = {
    "alt_text", "audio_name", "caption", "children", "collaborators", "cover_url", "image_url",
    "is_ai_generated", "is_carousel_item", "location_id", "media_type", "share_to_feed",
    "thumb_offset", "trial_params", "user_tags", "video_url",
}  # fmt: skip
FACEBOOK_OPTIONS = {
    "audio_configuration", "branded_content_sponsor_ids", "cross_post_to_threads",
    "is_comment_prompt_used", "is_paid_partnership", "is_poll_duration_extended",
    "poll_attachment", "product_tags", "show_ig_link", "title", "upload_type",
}  # fmt: skip
ITEM_LACKS = {"caption", "location_id", "is_ai_generated"}
STORY_LACKS = {"collaborators"}
REEL_ONLY = {"trial_params", "audio_name", "share_to_feed"}
FLAGS = (
    "cross_post_to_threads", "is_ai_generated", "is_carousel_item", "is_comment_prompt_used",
    "is_paid_partnership", "is_poll_duration_extended", "share_to_feed", "show_ig_link",
)  # fmt: skip


def check(params: Parameters, login_type: LoginType) -> None:
    """Raise GraphError for an option that is unknown, malformed or out of range."""
    known = OPTIONS | (FACEBOOK_OPTIONS if login_type is LoginType.FACEBOOK else set())
    for name in params:
        if name not in known:
            raise bad_parameter(f"Unknown parameter {name}")
    for name in FLAGS:
        params.flag(name)
    if params.get("upload_type", "resumable") != "resumable":
        raise bad_parameter("upload_type must be resumable")
    _check_kind(params)
    _check_text(params)
    _check_people(params)
    _check_video(params)


def _check_kind(params: Parameters) -> None:
    """Check for options that the kind of post does not have."""
    kind, refused = params.get("media_type", "IMAGE"), set[str]()
    if params.flag("is_carousel_item"):
        refused |= ITEM_LACKS
    if kind == "STORIES":
        refused |= STORY_LACKS
    if kind != "REELS":
        refused |= REEL_ONLY
    for name in params:
        if name in refused:
            raise bad_parameter(f"This kind of post does not take {name}")


def _check_text(params: Parameters) -> None:
    caption = params.get("caption", "")
    if len(caption) > MAX_CAPTION or len(HASHTAG.findall(caption)) > MAX_HASHTAGS:
        raise GraphError(36004, "The caption was too long", 2207010)
    if len(MENTION.findall(caption)) > MAX_MENTIONS:
        raise GraphError(100, f"The caption has more than {MAX_MENTIONS} tags", 2207040)
    is_image = params.get("media_type", "IMAGE") == "IMAGE"
    if "alt_text" in params and not is_image:
        raise bad_parameter("alt_text is available for images only")
    if len(params.get("alt_text", "")) > MAX_ALT_TEXT:
        raise bad_parameter(f"alt_text must have at most {MAX_ALT_TEXT} characters")


def _check_people(params: Parameters) -> None:
    if len(params.words("collaborators")) > MAX_COLLABORATORS:
        raise bad_parameter(f"collaborators must have at most {MAX_COLLABORATORS} entries")
    if len(params.words("branded_content_sponsor_ids")) > MAX_SPONSORS:
        raise bad_parameter(f"branded_content_sponsor_ids must have at most {MAX_SPONSORS} entries")
    if len(params.objects("product_tags")) > MAX_PRODUCT_TAGS:
        raise GraphError(100, "Too many product tags", 2207040)
    needs_position = params.get("media_type", "IMAGE") == "IMAGE"
    for tag in params.objects("user_tags"):
        if not isinstance(tag.get("username"), str):
            raise bad_parameter("user_tags must have a username")
        if needs_position and not all(_is_share(tag.get(axis)) for axis in ("x", "y")):
            raise bad_parameter("user_tags of images must have x and y between 0.0 and 1.0")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _check_video(params: Parameters) -> None:
    if not params.get("thumb_offset", "0").isdecimal():
        raise GraphError(1, "The thumb offset is out of range", 2207057)
    if "trial_params" in params:
        strategy = params.mapping("trial_params").get("graduation_strategy")
        if strategy not in GRADUATION_STRATEGIES:
            raise bad_parameter(
                f"graduation_strategy must be one of {', '.join(GRADUATION_STRATEGIES)}"
            )
