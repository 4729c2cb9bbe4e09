"""The shapes of answers about posts: never the key of an object, a secret or a digest."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.api.findings import FieldProblemJson


class PostPhotoJson(msgspec.Struct, omit_defaults=True):
    """A guest's photo."""

    event: str
    id: str


class PostSourceJson(msgspec.Struct, omit_defaults=True):
    """Where a file comes from."""

    upload: str | UnsetType = UNSET
    photo: PostPhotoJson | UnsetType = UNSET
    url: str | UnsetType = UNSET


class PostTagJson(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A person or a product in a picture."""

    username: str | UnsetType = UNSET
    product_id: str | UnsetType = UNSET
    x: float | UnsetType = UNSET
    y: float | UnsetType = UNSET


class PreparedJson(msgspec.Struct, kw_only=True):
    """A file as Instagram gets it; `changes` says in words what was changed in it."""

    content_type: str
    size: int
    width: int
    height: int
    duration_ms: int | None
    changes: list[str]


class ContainerJson(msgspec.Struct, kw_only=True):
    """A container on Instagram."""

    id: str
    state: str
    created_at: str
    checked_at: str | None


class PostMediaJson(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One picture or video of a post."""

    source: PostSourceJson
    fit: str
    alt_text: str | UnsetType = UNSET
    user_tags: list[PostTagJson] | UnsetType = UNSET
    product_tags: list[PostTagJson] | UnsetType = UNSET
    prepared: PreparedJson | UnsetType = UNSET
    container: ContainerJson | UnsetType = UNSET


class PublishAtJson(msgspec.Struct, kw_only=True):
    """A wall-clock time and its instant; `shift`: the clocks skip it, or show it twice."""

    wall: str
    zone: str
    instant: str
    shift: str | None


class PostFailureJson(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why something was not done, and what to do; `item` is the index of the media concerned."""

    code: str
    message: str
    next_step: str
    retryable: bool
    at: str
    item: int | UnsetType = UNSET


class PostWaitingJson(msgspec.Struct, kw_only=True):
    """What a post waits for, and until when at most."""

    code: str
    message: str
    until: str


class PostStepJson(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One step of a post's history."""

    what: str
    at: str
    state: str
    by: str | UnsetType = UNSET
    item: int | UnsetType = UNSET
    container_id: str | UnsetType = UNSET
    media_id: str | UnsetType = UNSET
    code: str | UnsetType = UNSET
    error: str | UnsetType = UNSET
    until: str | UnsetType = UNSET
    note: str | UnsetType = UNSET


class ApprovalJson(msgspec.Struct, kw_only=True):
    """A decision by a link: `decision` is None until it was made."""

    expires_at: str
    decision: str | None
    decided_at: str | None
    comment: str | None


class SeriesPostJson(msgspec.Struct, kw_only=True):
    """One post of a series."""

    id: str
    state: str
    publish_at: PublishAtJson


class InstagramPostJson(msgspec.Struct, kw_only=True):
    """A post. `warnings` come with a creation or a change, `history` with a single post.

    `slot` says whether it holds a slot of the account's plan. Posts of one series have the same
    `repeat_id`; `series` comes with the creation or cancellation of one.
    """

    id: str
    account: str
    client_request_id: str
    version: int
    kind: str
    state: str
    draft: bool
    media: list[PostMediaJson]
    caption: str | None
    location_id: str | None
    collaborators: list[str]
    share_to_feed: bool | None
    cover: PostSourceJson | None
    thumb_offset_ms: int | None
    trial: str | None
    ai_generated: bool
    first_comment: str | None
    publish_at: PublishAtJson | None
    due_at: str
    late: str
    failure: PostFailureJson | None
    waiting: PostWaitingJson | None
    created_at: str
    created_by: str
    updated_at: str
    started_at: str | None
    published_at: str | None
    deleted_at: str | None
    media_id: str | None
    permalink: str | None
    container: ContainerJson | None
    comment_id: str | None
    comment_failure: PostFailureJson | None
    slot: bool
    repeat_id: str | None
    approval: ApprovalJson | None
    warnings: list[FieldProblemJson] | UnsetType = UNSET
    history: list[PostStepJson] | UnsetType = UNSET
    series: list[SeriesPostJson] | UnsetType = UNSET


class InstagramPostsJson(msgspec.Struct):
    """A page of posts, newest first; `next` continues it as `cursor`."""

    posts: list[InstagramPostJson]
    next: str | None


class PostCheckJson(msgspec.Struct):
    """Whether a post can be created, and all that was found."""

    ok: bool
    problems: list[FieldProblemJson]
    warnings: list[FieldProblemJson]


class QueueResumedJson(msgspec.Struct):
    """Whether an account's posts were stopped before they were let go on."""

    account: str
    was_stopped: bool


class PublishingLimitJson(msgspec.Struct, kw_only=True):
    """The account's quota: `used` of `total` in the window, `reserved` by posts on their way."""

    used: int | None
    total: int | None
    window_seconds: int | None
    reserved: int
