"""What is done once a post is live: finding its id and address, and its first comment.

None of it can make the post fail. What is not found at once is looked for by the sweep, for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.graph.client import Account
from lambdas.graph.comments import Comment
from lambdas.graph.errors import GraphError, RetryLater, Throttled, UnknownOutcome
from lambdas.publishing.containers import CALL_LIFETIME
from lambdas.publishing.failures import failure_kind
from lambdas.publishing.history import Happened
from lambdas.publishing.ledger import MediaClaimed
from lambdas.publishing.obstacles import obstacle_of
from lambdas.publishing.progress import DONE, Next, Progress, wait
from lambdas.publishing.published import PublishedMedia
from lambdas.publishing.records import Action, Failure, Intent

LOOK_PAUSE = timedelta(minutes=1)
# An execution looks for so long; after that the sweep does, every few minutes.
LOOK_TIME, SWEEP_TIME = timedelta(minutes=10), timedelta(hours=24)
COMMENT_PAUSE = timedelta(seconds=30)
# Lists of comments lag by minutes. After two comments whose answers were lost, none is sent again.
MAX_COMMENT_CHECKS = 10
MAX_LOST_COMMENTS = 2
MAX_COMMENT_TRIES = 5
MAX_COMMENT_PAUSE = timedelta(minutes=30)
MAX_COMMENTS_READ = 200


@dataclass(frozen=True)
class FollowUp:
    """Finds what belongs to a published post, and makes its first comment."""

    published: PublishedMedia

    def run(self, progress: Progress, account: Account) -> Next:
        """Do what can be done now; return the next step."""
        post, now = progress.post, progress.now
        age = now - (post.published_at or now)
        try:
            if not post.media_id:
                self._find_media(progress, account)
            if progress.post.media_id and not progress.post.permalink:
                self._find_permalink(progress, account)
        except GraphError as error:
            if isinstance(error, Throttled) and error.retry_after and age < LOOK_TIME:
                return wait(error.retry_after)
        if age >= SWEEP_TIME:
            return self._settle(progress)
        if progress.post.media_id and progress.post.comment_is_open:
            return self._comment(progress, account, str(progress.post.media_id))
        if not progress.post.has_follow_up:
            return DONE
        return wait(LOOK_PAUSE) if age < LOOK_TIME else DONE

    def without_account(self, progress: Progress) -> None:
        """Give up after a day what cannot be looked for: the post itself is live."""
        published_at = progress.post.published_at or progress.now
        if progress.now - published_at >= SWEEP_TIME:
            self._settle(progress)

    def _settle(self, progress: Progress) -> Next:
        """End the search; a first comment that was not made is a failure of its own."""
        if progress.post.comment_is_open:
            self._no_comment(progress, None)
        if progress.post.has_follow_up:
            progress.note(replace(progress.post, settled=True))
        return DONE

    def _find_media(self, progress: Progress, account: Account) -> None:
        post, since = progress.post, progress.post.published_at or progress.post.created_at
        media_id = self.published.find(account, post, since)
        if media_id:
            try:
                found = replace(post, media_id=media_id)
                progress.record(Happened.MEDIA_FOUND, found, media_id=media_id)
            except MediaClaimed:
                # Another post of ours was faster: this one is another media object.
                return

    def _find_permalink(self, progress: Progress, account: Account) -> None:
        post = progress.post
        permalink = account.library.one_media(str(post.media_id)).permalink
        if permalink:
            progress.record(Happened.PERMALINK_FOUND, replace(post, permalink=permalink))

    def _comment(self, progress: Progress, account: Account, media_id: str) -> Next:
        intent = progress.post.intent
        if intent is None:
            return self._send_comment(progress, account, media_id)
        age = progress.now - intent.at
        if not intent.doubtful and age < CALL_LIFETIME:
            return wait(CALL_LIFETIME - age)
        return self._look_for_comment(progress, account, media_id, intent)

    def _send_comment(self, progress: Progress, account: Account, media_id: str) -> Next:
        intent = Intent(action=Action.COMMENT, at=progress.now)
        progress.record(
            Happened.COMMENTING, replace(progress.post, intent=intent), media_id=media_id
        )
        try:
            comment_id = account.comments.create(media_id, str(progress.post.first_comment))
        except UnknownOutcome as error:
            doubtful = replace(progress.post, intent=replace(intent, doubtful=True))
            progress.record(Happened.OUTCOME_UNKNOWN, doubtful, error=str(error))
            return wait(COMMENT_PAUSE)
        except RetryLater as error:
            return self._comment_later(progress, error)
        except GraphError as error:
            return self._no_comment(progress, error)
        return self._commented(progress, comment_id)

    def _look_for_comment(
        self, progress: Progress, account: Account, media_id: str, intent: Intent
    ) -> Next:
        """Look for our own comment before another one is made."""
        try:
            found = self._own_comment(progress, account, media_id)
        except RetryLater as error:
            return wait(error.retry_after or LOOK_PAUSE)
        except GraphError as error:
            return self._no_comment(progress, error)
        if found:
            return self._commented(progress, found.id)
        checks = intent.checks + 1
        if checks < MAX_COMMENT_CHECKS:
            seen = replace(intent, doubtful=True, checks=checks)
            progress.note(replace(progress.post, intent=seen))
            return wait(LOOK_PAUSE)
        lost = progress.post.lost_comments + 1
        if lost >= MAX_LOST_COMMENTS:
            return self._no_comment(progress, None)
        progress.note(replace(progress.post, intent=None, lost_comments=lost))
        return self._send_comment(progress, account, media_id)

    def _own_comment(self, progress: Progress, account: Account, media_id: str) -> Comment | None:
        """Return our comment, found by its text: the post is only minutes old."""
        text = _plain(str(progress.post.first_comment))
        for number, comment in enumerate(account.comments.of_media(media_id)):
            if number >= MAX_COMMENTS_READ:
                return None
            if _plain(comment.text or "") == text:
                return comment
        return None

    def _comment_later(self, progress: Progress, error: RetryLater) -> Next:
        attempts = progress.post.attempts + 1
        if attempts > MAX_COMMENT_TRIES and not isinstance(error, Throttled):
            return self._no_comment(progress, error)
        changed = replace(progress.post, intent=None, attempts=attempts)
        if attempts == 1:
            progress.record(Happened.ERROR, changed, code=obstacle_of(error).code, error=str(error))
        else:
            progress.note(changed)
        pause = error.retry_after or timedelta()
        return wait(max(pause, min(LOOK_PAUSE * 2 ** min(attempts, 6), MAX_COMMENT_PAUSE)))

    def _commented(self, progress: Progress, comment_id: str) -> Next:
        changed = replace(progress.post, comment_id=comment_id, intent=None)
        progress.record(Happened.COMMENTED, changed)
        return self._rest(progress)

    def _no_comment(self, progress: Progress, error: GraphError | None) -> Next:
        kind = failure_kind("comment_failed")
        cause = obstacle_of(error).kind.message if error else ""
        message = f"{kind.message} {cause}".strip()
        failure = Failure(code=kind.code, message=message, at=progress.now)
        changed = replace(progress.post, comment_failure=failure, intent=None, reported=False)
        progress.record(
            Happened.COMMENT_FAILED, changed, code=kind.code, error=str(error or "not confirmed")
        )
        return self._rest(progress)

    def _rest(self, progress: Progress) -> Next:
        return wait(LOOK_PAUSE) if progress.post.has_follow_up else DONE


def _plain(text: str) -> str:
    """Return a comment as it is read back: without the @ of mentions, and with single spaces."""
    return " ".join(text.replace("@", "").split())
