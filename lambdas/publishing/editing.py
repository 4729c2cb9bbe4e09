"""Changes of posts by operators: each is made by condition on the version that it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from lambdas.api.findings import FieldProblemJson
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError, NotFound
from lambdas.publishing.checking import PostChecks, Unchanged
from lambdas.publishing.creation import Creation, account_deleted
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import DataDeleted, DynamoLedger
from lambdas.publishing.media_records import MediaItem
from lambdas.publishing.needs_person import NeedsPerson
from lambdas.publishing.post_body import body_of
from lambdas.publishing.problems import InvalidPost
from lambdas.publishing.records import Post
from lambdas.publishing.starting import Starter
from lambdas.publishing.states import State
from lambdas.publishing.waking import Waking

MAX_TRIES = 8
# What a change can set; the rest of a post says what happened to it.
CONTENT = (
    "kind", "caption", "location_id", "collaborators", "share_to_feed", "cover",
    "thumb_offset_ms", "trial", "ai_generated", "first_comment", "publish_at", "late", "state",
)  # fmt: skip
FIXED = ("account", "client_request_id")


@dataclass(frozen=True)
class Changed:
    """A post after a change, and what it was warned of."""

    post: Post
    warnings: Sequence[FieldProblemJson] = ()


@dataclass(frozen=True, kw_only=True)
class Editing:
    """Changes drafts and scheduled posts."""

    checks: PostChecks
    creation: Creation
    ledger: DynamoLedger
    starter: Starter
    person: NeedsPerson
    waking: Waking
    clock: Clock

    def find(self, post_id: str) -> Post:
        """Return a post. Raises NotFound."""
        post = self.ledger.read(post_id)
        if post is None:
            raise NotFound("There is no post with this id.", code="unknown_post")
        return post

    def change(self, post_id: str, version: int, patch: Mapping[str, object], by: str) -> Changed:
        """Change a draft or a scheduled post; the whole of it is checked again.

        Raises Conflict for another version or a post that has started, InvalidPost.
        """
        post = self.find(post_id)
        if not post.state.is_changeable:
            raise not_changeable(post)
        if post.version != version:
            raise changed_meanwhile(post)
        body = body_of(post)
        _refuse_fixed(patch, body)
        stays = post.publish_at if post.state is State.SCHEDULED else None
        checked = self.checks.check({**body, **patch}, Unchanged(post.id, stays))
        account = checked.accepted()
        fresh = self.creation.post_of(checked, by)
        now = fresh.created_at
        changed = msgspec.structs.replace(
            post,
            **{name: getattr(fresh, name) for name in CONTENT},
            media=_with_prepared(fresh.media, post),
            prepared_cover=post.prepared_cover if fresh.cover == post.cover else None,
            due_at=_due_at(post, fresh),
            updated_at=now,
            waiting=None,
        )
        saved = self.save(post, _as_new_run(post, changed), Happened.CHANGED, by)
        self.person.consider(saved, account)
        return Changed(saved, checked.warnings)

    def publish_now(self, post_id: str, by: str) -> Changed:
        """Publish a draft or a scheduled post at once; one that waits on its way looks again.

        Raises Conflict for a post that is neither, InvalidPost.
        """
        for _ in range(MAX_TRIES):
            post = self.find(post_id)
            if post.state.is_running:
                if post.waiting is None or post.intent is not None:
                    return Changed(post)
                try:
                    return Changed(self.waking.wake(post, by))
                except ConflictError:
                    continue
            if not post.state.is_changeable:
                raise not_changeable(post)
            body = {**body_of(post), "publish_at": None, "draft": False}
            checked = self.checks.check(body, Unchanged(post.id))
            account = checked.accepted()
            now = self.clock.now().replace(microsecond=0)
            changed = msgspec.structs.replace(
                post,
                state=State.SCHEDULED,
                publish_at=None,
                due_at=now,
                waiting=None,
                updated_at=now,
            )
            try:
                saved = self.write(post, _as_new_run(post, changed), Happened.CHANGED, by)
            except ConflictError:
                continue
            self.person.consider(saved, account)
            return Changed(saved, checked.warnings)
        raise changed_meanwhile(self.find(post_id))

    def duplicate(self, post_id: str, by: str) -> Post:
        """Store a copy of a post as a new draft, without its time. Raises NotFound, Conflict."""
        post = self.find(post_id)
        now = self.clock.now().replace(microsecond=0)
        new_id = self.creation.new_id(post.account_id)
        copy = Post(
            id=new_id,
            account_id=post.account_id,
            client_request_id=f"copy-{new_id}",
            request_digest="",
            state=State.DRAFT,
            created_at=now,
            updated_at=now,
            due_at=now,
            kind=post.kind,
            media=tuple(_fresh(item) for item in post.media),
            connected_at=self.checks.accounts.named(post.account_id).connected_at,
            created_by=by,
        )
        kept = {
            name: getattr(post, name) for name in CONTENT if name not in ("state", "publish_at")
        }
        copy = msgspec.structs.replace(copy, **kept)
        self.creation.store([copy], by)
        return copy

    def save(self, old: Post, new: Post, what: Happened, by: str) -> Post:
        """Write a change as `write` does. Raises Conflict if another one came before."""
        try:
            return self.write(old, new, what, by)
        except ConflictError:
            raise changed_meanwhile(self.find(old.id)) from None

    def write(self, old: Post, new: Post, what: Happened, by: str) -> Post:
        """Write a change with its step, then schedule, start or take back the post.

        Raises ConflictError, and Conflict while the account's data is being deleted.
        """
        step = Step(what=what, at=self.clock.now(), state=new.state, by=by)
        try:
            saved = self.ledger.save(old, new, step)
        except DataDeleted:
            raise account_deleted() from None
        self.starter.arrange(saved, before=old)
        return saved


def not_changeable(post: Post) -> Conflict:
    """Return the error for a post that can no longer be changed."""
    return Conflict(
        f"This post is {post.state.value.replace('_', ' ')}: only drafts and scheduled posts can "
        "be changed. Duplicate it to make another one.",
        code="not_changeable",
        details={"state": post.state.value, "version": post.version},
    )


def changed_meanwhile(post: Post) -> Conflict:
    """Return the error for a change that was made from an older version."""
    return Conflict(
        "This post was changed meanwhile. Read it again, and repeat the change.",
        code="changed_meanwhile",
        details={"state": post.state.value, "version": post.version},
    )


def _as_new_run(old: Post, new: Post) -> Post:
    """Return a change as another run if it moves the post.

    An execution may be waiting for the old time already: it ends when it finds another run.
    """
    moved = (new.due_at, new.state) != (old.due_at, old.state)
    return msgspec.structs.replace(new, run=old.run + 1) if moved else new


def _refuse_fixed(patch: Mapping[str, object], body: Mapping[str, object]) -> None:
    problems = [
        FieldProblemJson(name, "not_changeable", f"{name} cannot be changed.")
        for name in FIXED
        if name in patch and patch[name] != body[name]
    ]
    if problems:
        raise InvalidPost(problems)


def _due_at(post: Post, fresh: Post) -> datetime:
    """Return when a changed post is due: one that was to be published at once still is."""
    is_same = post.state is State.SCHEDULED and post.publish_at is None is fresh.publish_at
    return post.due_at if is_same else fresh.due_at


def _with_prepared(media: Sequence[MediaItem], post: Post) -> tuple[MediaItem, ...]:
    """Return new media with the files that were prepared from the same sources."""
    known = {(item.source, item.fit): item.prepared for item in post.media}
    return tuple(
        msgspec.structs.replace(item, prepared=known.get((item.source, item.fit))) for item in media
    )


def _fresh(item: MediaItem) -> MediaItem:
    return msgspec.structs.replace(item, prepared=None, container=None)
