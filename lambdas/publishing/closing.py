"""What is done once a post is live, or will not be: its share of the quota, files, and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from lambdas.publishing.follow_up import FollowUp
from lambdas.publishing.obstacles import Obstacle
from lambdas.publishing.progress import DONE, Next, NextStep, Progress
from lambdas.publishing.quota import QuotaBook
from lambdas.publishing.records import Post
from lambdas.publishing.usable_accounts import Accounts, usable_account


class Files(Protocol):
    """The prepared files of posts, as they are deleted."""

    def delete(self, object_keys: Sequence[str]) -> None:
        """Delete files; missing ones are ignored."""


@dataclass(frozen=True, kw_only=True)
class Closing:
    """Closes posts. It can be repeated.

    `report` informs people of a failure, `published` counts a live post.
    """

    accounts: Accounts
    quota: QuotaBook
    files: Files
    follow_up: FollowUp
    report: Callable[[Post], None]
    published: Callable[[Post], None]

    def close_published(self, progress: Progress) -> Next:
        """Do what is left to do for a post that is live; return the next step."""
        post = progress.post
        self.quota.release(post.account_id, post.id, progress.now, published=True)
        if post.file_keys:
            self.published(post)
            self._delete_files(progress)
        if progress.post.has_follow_up and not progress.post.settled:
            account = usable_account(self.accounts, post.account_id)
            if isinstance(account, Obstacle):
                self.follow_up.without_account(progress)
                self._report(progress)
                return DONE
            found = self.follow_up.run(progress, account)
            if found.step is not NextStep.DONE:
                return found
        self._report(progress)
        return DONE

    def close_unpublished(self, progress: Progress) -> Next:
        """Do what is left to do for a post that will not be live."""
        post = progress.post
        self.quota.release(post.account_id, post.id, progress.now, published=False)
        if post.file_keys:
            self._delete_files(progress)
        self._report(progress)
        return DONE

    def _report(self, progress: Progress) -> None:
        if progress.post.is_unreported:
            self.report(progress.post)
            progress.note(replace(progress.post, reported=True))

    def _delete_files(self, progress: Progress) -> None:
        """Delete the files first: a worker that is killed in between does it again."""
        self.files.delete(progress.post.file_keys)
        media = tuple(replace(item, prepared=None) for item in progress.post.media)
        progress.note(replace(progress.post, media=media, prepared_cover=None, stale_files=()))
