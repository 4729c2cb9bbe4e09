"""Approval of drafts by people without an account: a link that decides once.

The secret of the link is stored as a hash only. A decision names what its page showed: a draft
that was changed meanwhile is shown again before it can be approved.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError, NotFound
from lambdas.publishing import keys
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.ledger_writes import POST_ID
from lambdas.publishing.post_body import body_of
from lambdas.publishing.records import Approval, Post
from lambdas.publishing.states import Late, State
from lambdas.storage.keys import EXPIRES
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

LIFE = timedelta(days=7)
SECRET_BYTES = 32
MAX_COMMENT = 1000
BY_LINK = "approval link"


class Decision(enum.StrEnum):
    """What the holder of a link decided."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Stage(enum.StrEnum):
    """What a link can still do."""

    OPEN = "open"
    """The draft waits for the decision; approved, it waits for its time."""
    AT_ONCE = "at_once"
    """The draft waits for the decision; approved, it is published at once."""
    TOO_LATE = "too_late"
    """Its time is over, and it must not be published late: it can only be rejected."""
    DECIDED = "decided"
    SETTLED = "settled"
    """An operator scheduled or cancelled it without waiting for the decision."""

    @property
    def allows_approval(self) -> bool:
        """Return whether the draft can be approved."""
        return self in (Stage.OPEN, Stage.AT_ONCE)


class Arranges(Protocol):
    """Sees to it that a post is started at its time."""

    def arrange(self, post: Post, before: Post | None = None) -> bool:
        """Schedule, start or take back a post; `before` is what it was before the change."""


class ChangedMeanwhile(Exception):
    """The draft, or what approving it would do, is not what the page showed."""


class NotPublishable(Exception):
    """The draft cannot be published as it is; the text says why."""


class NotOpen(Exception):
    """The link does not allow this decision any more."""


@dataclass(frozen=True)
class IssuedLink:
    """The address for the person who decides, and until when it works."""

    url: str
    expires_at: datetime


def stage_of(post: Post, now: datetime) -> Stage:
    """Return what the link of a post can still do."""
    if post.approval and post.approval.decision:
        return Stage.DECIDED
    if post.state is not State.DRAFT:
        return Stage.SETTLED
    at = post.publish_at
    if at is None:
        return Stage.AT_ONCE
    if at.instant > now:
        return Stage.OPEN
    return Stage.TOO_LATE if post.late is Late.SKIP else Stage.AT_ONCE


def is_overdue(post: Post, now: datetime) -> bool:
    """Return whether the time of a draft has passed."""
    return post.publish_at is not None and post.publish_at.instant <= now


def shown_content(post: Post, stage: Stage) -> str:
    """Return a digest of all that is posted, when, and what approving does."""
    content = msgspec.json.encode((body_of(post), stage), order="sorted")
    return hashlib.sha256(content).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """Issues links, finds their posts, and records decisions.

    `refusal` returns why a draft cannot be published as it is now, or None: a file may be gone.
    """

    table: Table
    ledger: DynamoLedger
    starter: Arranges
    clock: Clock
    public_url: str
    refusal: Callable[[Post], str | None]

    def issue(self, post_id: str) -> IssuedLink:
        """Return a new link for a draft; the one before stops working.

        Raises NotFound, and Conflict for a post that is no draft.
        """
        # In hexadecimal: it stands in a path, where an id starts with a letter or a digit.
        secret = secrets.token_hex(SECRET_BYTES)
        post = self.ledger.read(post_id)
        if post is None:
            raise NotFound("There is no post with this id.", code="unknown_post")
        if post.state is not State.DRAFT:
            raise Conflict(
                "Only a draft can be approved. Set `draft` to true first.", code="not_a_draft"
            )
        now = self.clock.now().replace(microsecond=0)
        until = now + LIFE
        # First the row that finds the post: without the hash in the post it opens nothing.
        row: Row = {
            **keys.approval_key(self.ledger.tenant, _hashed(secret)),
            POST_ID: post.id,
            EXPIRES: int(until.timestamp()),
        }
        self.table.put_item(Item=row)
        approval = Approval(secret_hash=_hashed(secret), expires_at=until)
        try:
            self.ledger.save(post, replace(post, approval=approval, updated_at=now))
        except ConflictError:
            message = "This post was changed meanwhile. Read it again, and repeat the request."
            raise Conflict(message, code="changed_meanwhile") from None
        return IssuedLink(f"{self.public_url}/approve/{secret}", until)

    def find(self, secret: str) -> Post | None:
        """Return the post of a link; None if it is unknown, replaced or expired."""
        key = keys.approval_key(self.ledger.tenant, _hashed(secret))
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        post = self.ledger.read(str(row[POST_ID])) if row else None
        approval = post.approval if post else None
        if approval is None or not hmac.compare_digest(approval.secret_hash, _hashed(secret)):
            return None
        return post if approval.expires_at > self.clock.now() else None

    def approve(self, post: Post, shown: str, comment: str = "") -> Post:
        """Schedule a draft, or let it be published at once where its page said so.

        Raises ChangedMeanwhile, NotOpen if there was a decision before, NotPublishable.
        """
        stage = self._checked(post, shown)
        if not stage.allows_approval:
            raise NotOpen
        now = self.clock.now().replace(microsecond=0)
        at = post.publish_at if stage is Stage.OPEN else None
        due_at = at.instant if at else now
        approved = replace(post, state=State.SCHEDULED, publish_at=at, due_at=due_at)
        if refusal := self.refusal(approved):
            raise NotPublishable(refusal)
        return self._decide(post, approved, Decision.APPROVED, comment)

    def reject(self, post: Post, shown: str, comment: str) -> Post:
        """Record a rejection; the draft stays. Raises ChangedMeanwhile and NotOpen."""
        self._checked(post, shown)
        return self._decide(post, post, Decision.REJECTED, comment)

    def _checked(self, post: Post, shown: str) -> Stage:
        stage = stage_of(post, self.clock.now())
        if stage in (Stage.DECIDED, Stage.SETTLED):
            raise NotOpen
        if not hmac.compare_digest(shown.encode(), shown_content(post, stage).encode()):
            raise ChangedMeanwhile
        return stage

    def _decide(self, old: Post, new: Post, decision: Decision, comment: str) -> Post:
        now = self.clock.now().replace(microsecond=0)
        assert old.approval  # noqa: S101  It was found by it.
        approval = replace(
            old.approval, decision=decision.value, decided_at=now, comment=comment or None
        )
        decided = replace(new, approval=approval, updated_at=now)
        what = Happened.APPROVED if decision is Decision.APPROVED else Happened.REJECTED
        step = Step(what=what, at=now, state=decided.state, by=BY_LINK, note=comment or None)
        try:
            saved = self.ledger.save(old, decided, step)
        except ConflictError:
            raise ChangedMeanwhile from None
        self.starter.arrange(saved, before=old)
        return saved


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
