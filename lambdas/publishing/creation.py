"""The creation of posts: each request makes one post, however often it is repeated."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lambdas.api.findings import FieldProblemJson, Findings
from lambdas.api.identifiers import is_identifier
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict
from lambdas.publishing.checking import CheckedPost, PostChecks, digest_of, read_request
from lambdas.publishing.ledger import DataDeleted, DynamoLedger, RequestUsed
from lambdas.publishing.needs_person import NeedsPerson
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import SEPARATOR, Post
from lambdas.publishing.starting import Starter
from lambdas.publishing.states import State


@dataclass(frozen=True)
class Created:
    """A post, and whether this request made it or one before; all posts of a series."""

    post: Post
    is_new: bool
    warnings: Sequence[FieldProblemJson] = ()
    series: Sequence[Post] = ()


@dataclass(frozen=True, kw_only=True)
class Creation:
    """Creates posts."""

    checks: PostChecks
    ledger: DynamoLedger
    starter: Starter
    person: NeedsPerson
    clock: Clock
    rng: random.Random

    def create(self, raw: Mapping[str, object], by: str = "") -> Created:
        """Create a post from a body, or return the one that the same request made before.

        Raises InvalidPost, NotFound or Conflict for the account, and Conflict if the request id
        has made a post from another body.
        """
        if repeated := self.repeated(raw):
            return repeated
        checked = self.checks.check(raw)
        post = self.post_of(checked, by)
        try:
            self.store([post], by)
        except RequestUsed as used:
            return self.used(used, post.request_digest)
        self.person.consider(post, checked.accepted())
        return Created(post, is_new=True, warnings=checked.warnings)

    def repeated(self, raw: Mapping[str, object]) -> Created | None:
        """Return the post that the same request made before; None for a new request.

        What is wrong with a request is not looked at: its time may be over by now. Raises
        Conflict if its id has made a post from another body.
        """
        found = Findings()
        request = read_request(raw, found)
        account_id, request_id = request.account, request.client_request_id
        if found.problems or not (isinstance(account_id, str) and isinstance(request_id, str)):
            return None
        if not is_identifier(account_id):
            return None
        made = self.ledger.of_request(account_id, request_id)
        return self.used(RequestUsed(*made), digest_of(request)) if made else None

    def post_of(self, checked: CheckedPost, by: str = "") -> Post:
        """Return a new post that is not stored yet. Raises as `CheckedPost.accepted` does."""
        account, request = checked.accepted(), checked.request
        now = self.clock.now().replace(microsecond=0)
        at = checked.publish_at
        return Post(
            id=self.new_id(account.id),
            account_id=account.id,
            client_request_id=str(request.client_request_id),
            request_digest=digest_of(request),
            kind=Kind(str(request.kind)),
            media=checked.media,
            state=State.DRAFT if request.draft else State.SCHEDULED,
            created_at=now,
            updated_at=now,
            due_at=at.instant if at else now,
            connected_at=account.connected_at,
            created_by=by,
            caption=request.caption or None,
            location_id=request.location_id,
            collaborators=tuple(name.lstrip("@") for name in request.collaborators),
            share_to_feed=request.share_to_feed,
            cover=checked.cover,
            thumb_offset_ms=request.thumb_offset_ms,
            trial=request.trial,
            ai_generated=request.ai_generated,
            first_comment=request.first_comment,
            publish_at=at,
            late=request.late,
        )

    def store(self, posts: Sequence[Post], by: str = "") -> None:
        """Store new posts of one account, all or none and at most 15, and schedule them.

        Raises RequestUsed, and Conflict while the account's data is being deleted.
        """
        try:
            self.ledger.create(posts, by)
        except DataDeleted:
            raise account_deleted() from None
        for post in posts:
            self.starter.arrange(post)

    def new_id(self, account_id: str) -> str:
        """Return a new post's id, whose second part sorts by time of creation."""
        return f"{account_id}{SEPARATOR}{post_number(self.clock.now(), self.rng.getrandbits(40))}"

    def used(self, used: RequestUsed, digest: str) -> Created:
        """Return the post that a request made before. Raises Conflict for another body."""
        post = self.ledger.read(used.post_id)
        if post is None or used.digest != digest:
            raise Conflict(
                "This client_request_id was used for another post. Choose a new one.",
                code="request_id_used",
                details={"post": used.post_id},
            )
        # The request that made it may have ended before the second half.
        self.starter.arrange(post)
        return Created(post, is_new=False)


def post_number(now: datetime, bits: int) -> str:
    """Return the part of a post's id that sorts by time: milliseconds, then 40 random bits."""
    return f"{int(now.timestamp() * 1000):012x}{bits:010x}"


def account_deleted() -> Conflict:
    """Return the error for an account whose data must be deleted."""
    return Conflict(
        "The data of this account is being deleted at its owner's request. Connect the account "
        "again first.",
        code="account_deleted",
    )
