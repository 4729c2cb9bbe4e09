"""The check of a post before it is stored: everything that is wrong with it, at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from lambdas.api.findings import FieldProblemJson, Findings
from lambdas.api.lenient import decode_fields
from lambdas.kit.clock import Clock
from lambdas.kit.errors import DaybookError
from lambdas.publishing.account_state import AccountStates
from lambdas.publishing.media_records import MediaItem, Source
from lambdas.publishing.media_rules import MediaRules
from lambdas.publishing.post_media import media_items, source_of
from lambdas.publishing.post_request import PostRequest, PublishAtRequest
from lambdas.publishing.post_rules import (
    check_fields_of_kind,
    check_for_change,
    check_people_and_place,
    check_reel,
    check_request_id,
    check_texts,
)
from lambdas.publishing.posting_accounts import (
    COMMENTS_NOT_GRANTED,
    PUBLISHING_NOT_GRANTED,
    RECONNECT_REQUIRED,
    PostingAccount,
    PostingAccounts,
)
from lambdas.publishing.problems import InvalidPost
from lambdas.publishing.records import PublishAt
from lambdas.publishing.repeats import Repeats
from lambdas.publishing.source_rules import SourceRules
from lambdas.publishing.time_rules import check_kept, check_time

PERSON_NEEDED = {
    RECONNECT_REQUIRED: "This account must be connected again before anything can be published. "
    "Open GET /instagram/connect.",
    PUBLISHING_NOT_GRANTED: "This account has not granted the permission to publish. Open "
    "GET /instagram/connect, and grant it.",
}


@dataclass(frozen=True)
class CheckedPost:
    """A body and what was found in it. The other fields mean something if it has no problems."""

    request: PostRequest
    found: Findings
    account: PostingAccount | None = None
    account_error: DaybookError | None = None
    media: tuple[MediaItem, ...] = ()
    cover: Source | None = None
    publish_at: PublishAt | None = None

    @property
    def problems(self) -> Sequence[FieldProblemJson]:
        """Return all problems."""
        return self.found.problems

    @property
    def warnings(self) -> Sequence[FieldProblemJson]:
        """Return all warnings."""
        return self.found.warnings

    def accepted(self) -> PostingAccount:
        """Return the account. Raises InvalidPost, or why no post can be made for the account."""
        # An account that is not there is an answer of its own if nothing else is wrong.
        if self.account_error and len(self.problems) == 1:
            raise self.account_error
        if self.problems or self.account is None:
            raise InvalidPost(self.problems)
        return self.account


@dataclass(frozen=True)
class Unchanged:
    """What a stored post is checked without: itself, and its time if that stays as it is."""

    post_id: str = ""
    publish_at: PublishAt | None = None


@dataclass(frozen=True, kw_only=True)
class PostChecks:
    """Checks bodies of posts."""

    accounts: PostingAccounts
    states: AccountStates
    sources: SourceRules
    repeats: Repeats
    clock: Clock
    _media: MediaRules = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_media", MediaRules(self.sources))

    def check(
        self,
        raw: Mapping[str, object],
        unchanged: Unchanged = Unchanged(),
        last: PublishAt | None = None,
    ) -> CheckedPost:
        """Return a body with everything that was found in it.

        `last` is when it is published for the last time, if it is repeated.
        """
        found, now = Findings(), self.clock.now()
        request = read_request(raw, found)
        account, error = self._account(request, found)
        check_request_id(request, found)
        check_for_change(request, found)
        check_texts(request, found)
        check_fields_of_kind(request, found)
        login_type = account.login_type if account else None
        check_people_and_place(request, login_type, found)
        known = self._media.check(request, login_type, found)
        check_reel(request, known, found)
        files = {f"media[{index}].source.upload": one for index, one in enumerate(known)}
        if request.cover:
            files["cover.upload"] = self.sources.check_cover(request.cover, "cover", found)
        at = self._time(request, now, unchanged, found)
        if at and not request.draft:
            for place, file in files.items():
                check_kept(file, place, last or at, found)
        if found.problems or account is None:
            return CheckedPost(request, found, account, error)
        media = media_items(request, known)
        self._warn_of_account(account, request, found)
        if not request.draft:
            sources = [item.source for item in media]
            due = at.instant if at else now
            self.repeats.warn(
                account.id, request.caption, sources, due, found, without=unchanged.post_id
            )
        cover = source_of(request.cover) if request.cover else None
        return CheckedPost(request, found, account, None, media, cover, at)

    def _account(
        self, request: PostRequest, found: Findings
    ) -> tuple[PostingAccount | None, DaybookError | None]:
        if not isinstance(request.account, str):
            return None, None
        error = self.accounts.problem_of(request.account)
        if error:
            found.refuse("account", error.code, error.message)
            return None, error
        return self.accounts.named(request.account), None

    def _time(
        self, request: PostRequest, now: datetime, unchanged: Unchanged, found: Findings
    ) -> PublishAt | None:
        wanted = request.publish_at
        if not isinstance(wanted, PublishAtRequest):
            return None
        stays = unchanged.publish_at
        is_same = stays is not None and (stays.wall, stays.zone) == (wanted.wall, wanted.zone)
        # A draft may wait for longer than until its time: that is looked at once it is scheduled.
        return check_time(wanted, now, found, may_be_past=is_same or request.draft)

    def _warn_of_account(
        self, account: PostingAccount, request: PostRequest, found: Findings
    ) -> None:
        if code := account.person_needed:
            found.warn("account", code, PERSON_NEEDED[code])
        if request.first_comment and not account.may_comment:
            found.warn(
                "first_comment",
                COMMENTS_NOT_GRANTED,
                "This account has not granted the permission to comment: the post is published "
                "without its first comment.",
            )
        if self.states.read(account.id).is_stopped:
            found.warn(
                "account",
                "account_stopped",
                "Publishing is stopped for this account, because Instagram took posts for spam. "
                "Look at the account, then call POST /instagram/posts/resume.",
            )


def read_request(raw: Mapping[str, object], found: Findings) -> PostRequest:
    """Return a body, as far as it can be read, and report what cannot."""
    read = decode_fields(PostRequest, dict(raw), "", found)
    assert read is not None  # noqa: S101  A mapping is an object.
    return read


def digest_of(request: PostRequest) -> str:
    """Return the digest by which a repeated request is known: order and defaults do not count."""
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).hexdigest()
