"""Where a post's containers are: one for each item of a carousel, and one for the post itself."""

from __future__ import annotations

from msgspec.structs import replace

from lambdas.publishing.media_records import Container
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Post


def container_of(post: Post, item: int | None) -> Container | None:
    """Return the container of an item, or with None that of the post itself."""
    return post.container if item is None else post.media[item].container


def own_container(post: Post) -> Container:
    """Return the container of the post itself. Raises ValueError if there is none."""
    if post.container is None or not post.container.id:
        raise ValueError("the post has no container")
    return post.container


def with_container(post: Post, item: int | None, container: Container | None) -> Post:
    """Return the post with another container of an item, or of the post itself."""
    if item is None:
        return replace(post, container=container)
    media = list(post.media)
    media[item] = replace(media[item], container=container)
    return replace(post, media=tuple(media))


def places(post: Post) -> tuple[int | None, ...]:
    """Return the places of all containers in the order they are made; None is the post itself."""
    items = range(len(post.media)) if post.kind is Kind.CAROUSEL else ()
    return (*items, None)


def without_files(post: Post) -> Post:
    """Return the post without prepared files and containers: both are made again."""
    media = tuple(replace(item, prepared=None, container=None) for item in post.media)
    stale = (*post.stale_files, *(file.key for file in post.files))
    return replace(post, media=media, prepared_cover=None, container=None, stale_files=stale)


def has_video(post: Post, item: int | None) -> bool:
    """Return whether what a container holds takes the time of a video."""
    media = post.media if item is None else (post.media[item],)
    return any(one.prepared is not None and one.prepared.is_video for one in media)
