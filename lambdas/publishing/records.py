"""What is stored of a post: what was asked for, and how far it is.

The records are packed (msgpack) into one column.
"""

from __future__ import annotations

import enum
from datetime import datetime

from lambdas.publishing.media_records import Container, MediaItem, Prepared, Source
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.states import Late, Shift, State, Trial
from lambdas.storage.packing import Packed

SEPARATOR = "."
"""Between the account's id and the rest of a post's id."""


class PublishAt(Packed, frozen=True, kw_only=True):
    """A time as a person said it, and the instant that follows from it.

    `wall` is `2026-12-24T18:00`; `instant` is computed again when the data of the zones changes.
    """

    wall: str
    zone: str
    instant: datetime
    shift: Shift | None = None

    @property
    def slot(self) -> str:
        """Return the name of this time as a slot, which new data of the zones does not change."""
        return f"{self.wall}#{self.zone}"


class Failure(Packed, frozen=True, kw_only=True):
    """Why a post was not published: a code for programs, a sentence for people.

    `item` is the index of the media concerned; `retryable` whether trying again makes sense.
    """

    code: str
    message: str
    at: datetime
    retryable: bool = False
    item: int | None = None


class Waiting(Packed, frozen=True, kw_only=True):
    """What a running post waits for, and until when at most."""

    code: str
    message: str
    until: datetime


class Action(enum.StrEnum):
    """A change on Instagram whose answer may be lost."""

    CREATE = "create"
    """Make a container; a lost one is harmless, and expires unpublished."""
    PUBLISH = "publish"
    COMMENT = "comment"


class Intent(Packed, frozen=True, kw_only=True):
    """A change that is about to be made, written before it: if it is still there, look first.

    `doubtful` says that the change was made and its answer lost.
    """

    action: Action
    at: datetime
    item: int | None = None
    doubtful: bool = False
    checks: int = 0
    """How often its outcome was looked for."""
    refusal: Failure | None = None
    """What Instagram answered, to act on once it is known that the change was not made."""
    ends_post: bool = False
    """Whether that answer is the end of the post."""


class Approval(Packed, frozen=True, kw_only=True):
    """A decision of a person without an account, by a link that works once."""

    secret_hash: str
    expires_at: datetime
    decision: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None


class Post(Packed, frozen=True, kw_only=True):
    """One post.

    `version` increases with every change: a write of an older one is refused. `run` counts the
    executions that were started for it. `due_at` is when it is to be published: the instant of
    `publish_at`, or when it was created. `attempts` counts failures since the last progress.
    """

    id: str
    account_id: str
    client_request_id: str
    request_digest: str
    kind: Kind
    media: tuple[MediaItem, ...]
    state: State
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    connected_at: datetime | None = None
    """When the account was connected as the post was made: a later deletion of data means it."""
    created_by: str = ""
    version: int = 0
    run: int = 1
    caption: str | None = None
    location_id: str | None = None
    collaborators: tuple[str, ...] = ()
    share_to_feed: bool | None = None
    cover: Source | None = None
    prepared_cover: Prepared | None = None
    stale_files: tuple[str, ...] = ()
    """Keys of prepared files that were replaced: they are deleted with the others."""
    thumb_offset_ms: int | None = None
    trial: Trial | None = None
    ai_generated: bool = False
    first_comment: str | None = None
    publish_at: PublishAt | None = None
    late: Late = Late.PUBLISH
    container: Container | None = None
    intent: Intent | None = None
    failure: Failure | None = None
    waiting: Waiting | None = None
    attempts: int = 0
    restarts: int = 0
    """How often its execution ended before the post did."""
    started_at: datetime | None = None
    published_at: datetime | None = None
    media_id: str | None = None
    permalink: str | None = None
    looked_for_at: datetime | None = None
    """When its media or permalink was last looked for, after it was published."""
    settled: bool = False
    """Whether nothing more is done for a published post, even if something was not found."""
    reported: bool = False
    """Whether people were informed of its failure."""
    comment_id: str | None = None
    lost_comments: int = 0
    """How many first comments were sent whose answers were lost, and that were not found."""
    comment_failure: Failure | None = None
    approval: Approval | None = None
    repeat_id: str | None = None
    """The repeated post that it was made from."""
    deleted_at: datetime | None = None
    """When it was deleted at Instagram, after it had been published."""
    slot: str | None = None
    """The slot of the account's plan that was taken for it, see `PublishAt.slot`."""

    @property
    def number(self) -> str:
        """Return the part of its id that is its own, which sorts by time of creation."""
        return self.id.partition(SEPARATOR)[2]

    @property
    def holds_slot(self) -> bool:
        """Return whether no other post may take its slot: it still has that time."""
        at = self.publish_at
        has_time = at is not None and at.slot == self.slot
        return has_time and self.state is not State.CANCELLED

    @property
    def has_follow_up(self) -> bool:
        """Return whether something of a published post is still to be done or found."""
        if self.state is not State.PUBLISHED:
            return False
        return not self.media_id or not self.permalink or self.comment_is_open

    @property
    def comment_is_open(self) -> bool:
        """Return whether the first comment is still to be made."""
        return bool(self.first_comment) and not (self.comment_id or self.comment_failure)

    @property
    def files(self) -> tuple[Prepared, ...]:
        """Return its files in the bucket that Instagram can fetch."""
        found = (*(item.prepared for item in self.media), self.prepared_cover)
        return tuple(one for one in found if one)

    @property
    def file_keys(self) -> tuple[str, ...]:
        """Return the keys of all its files in the bucket, also of those that were replaced."""
        return (*(file.key for file in self.files), *self.stale_files)

    @property
    def is_live(self) -> bool:
        """Return whether it is, or was, on Instagram."""
        return self.published_at is not None or self.media_id is not None

    @property
    def is_open(self) -> bool:
        """Return whether something is still to be done for it."""
        follow_up = self.has_follow_up and not self.settled
        waits_or_runs = self.state is State.SCHEDULED or self.state.is_running
        return waits_or_runs or follow_up or bool(self.file_keys) or self.is_unreported

    @property
    def is_unreported(self) -> bool:
        """Return whether people do not know yet that it, or its comment, failed."""
        failed = self.state in (State.FAILED, State.NEEDS_REVIEW) or self.comment_failure
        return bool(failed) and not self.reported
