"""The calls that make a post's containers: what was asked for, in the words of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambdas.graph.client import Account
from lambdas.graph.login_type import LoginType
from lambdas.publishing.media_records import MediaItem, Prepared, ProductTag
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Post
from lambdas.publishing.states import Trial

# Larger videos are sent instead of fetched, where the login allows it.
SENT_FROM_BYTES = 100 * 1024 * 1024
GRADUATIONS = {Trial.MANUAL: "MANUAL", Trial.BY_PERFORMANCE: "SS_PERFORMANCE"}


class MediaMissing(Exception):
    """A file is not prepared, or no longer."""


def is_sent(account: Account, post: Post) -> bool:
    """Return whether a post's video is sent to Instagram, which cannot fetch it as well."""
    video = _prepared(post.media[0])
    large = video.is_video and video.size >= SENT_FROM_BYTES
    facebook = account.publishing.platform.login_type is LoginType.FACEBOOK
    return post.kind is Kind.REEL and large and facebook


def create_container(account: Account, post: Post, item: int | None, media_url: str) -> str:
    """Create the container of an item, or with None that of the post; return its id.

    Raises MediaMissing, and errors of the Graph client.
    """
    if item is not None:
        return _create_item(account, post.media[item], media_url)
    match post.kind:
        case Kind.CAROUSEL:
            return _create_carousel(account, post)
        case Kind.PHOTO:
            return _create_photo(account, post, media_url)
        case Kind.REEL:
            return _create_reel(account, post, media_url)
        case Kind.STORY:
            return _create_story(account, post.media[0], media_url)


def _create_photo(account: Account, post: Post, media_url: str) -> str:
    first = post.media[0]
    return account.publishing.create_image(
        _url(first, media_url),
        post.caption,
        first.alt_text,
        location_id=post.location_id,
        collaborators=list(post.collaborators) or None,
        user_tags=_people(first),
        product_tags=_products(first.product_tags),
    )


def _create_reel(account: Account, post: Post, media_url: str) -> str:
    first, cover = post.media[0], post.prepared_cover
    more: dict[str, object] = {
        "thumb_offset": post.thumb_offset_ms,
        "location_id": post.location_id,
        "collaborators": list(post.collaborators) or None,
        "trial_params": {"graduation_strategy": GRADUATIONS[post.trial]} if post.trial else None,
        "user_tags": _people(first),
        "product_tags": _products(first.product_tags),
    }
    cover_url = f"{media_url}/{cover.key}" if cover else None
    if is_sent(account, post):
        more |= {"share_to_feed": post.share_to_feed, "cover_url": cover_url}
        return account.publishing.create_resumable_reel(post.caption, **more)
    return account.publishing.create_reel(
        _url(first, media_url),
        post.caption,
        share_to_feed=post.share_to_feed,
        cover_url=cover_url,
        **more,
    )


def _create_story(account: Account, item: MediaItem, media_url: str) -> str:
    url, people = _url(item, media_url), _people(item)
    if _prepared(item).is_video:
        return account.publishing.create_story(video_url=url, user_tags=people)
    return account.publishing.create_story(image_url=url, user_tags=people)


def _create_carousel(account: Account, post: Post) -> str:
    return account.publishing.create_carousel(
        [one.container.id for one in post.media if one.container],
        post.caption,
        location_id=post.location_id,
        collaborators=list(post.collaborators) or None,
        is_ai_generated=True if post.ai_generated else None,
    )


def _create_item(account: Account, item: MediaItem, media_url: str) -> str:
    url, is_video = _url(item, media_url), _prepared(item).is_video
    return account.publishing.create_carousel_item(
        image_url=None if is_video else url,
        video_url=url if is_video else None,
        alt_text=None if is_video else item.alt_text,
        user_tags=_people(item),
        product_tags=_products(item.product_tags),
    )


def _people(item: MediaItem) -> list[dict[str, object]] | None:
    # Instagram drops the positions of people in videos.
    with_place = not _prepared(item).is_video
    found = []
    for tag in item.user_tags:
        place = {"x": tag.x, "y": tag.y} if with_place else {}
        found.append(_known({"username": tag.username, **place}))
    return found or None


def _products(tags: Sequence[ProductTag]) -> list[dict[str, object]] | None:
    return [_known({"product_id": one.product_id, "x": one.x, "y": one.y}) for one in tags] or None


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _url(item: MediaItem, media_url: str) -> str:
    return f"{media_url}/{_prepared(item).key}"


def _prepared(item: MediaItem) -> Prepared:
    if item.prepared is None:
        raise MediaMissing
    return item.prepared
