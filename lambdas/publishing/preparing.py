"""Preparing the files of a post: each becomes what Instagram takes, in the bucket."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.publishing.files import new_key
from lambdas.publishing.fit import Fit
from lambdas.publishing.history import Happened
from lambdas.publishing.images import prepare_image
from lambdas.publishing.ledger import DataDeleted, Ledger
from lambdas.publishing.media_facts import facts_of
from lambdas.publishing.media_records import Prepared, Source
from lambdas.publishing.obstacles import Way, own_obstacle
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.progress import Progress
from lambdas.publishing.records import Failure, Post, Waiting
from lambdas.publishing.sources import SourceGone, Sources
from lambdas.publishing.states import State
from lambdas.publishing.unsuitable import MediaProblem, Problem, Unsuitable
from lambdas.publishing.video_facts import VideoFacts
from lambdas.publishing.videos import examine, needs_remux, remux, video_problems
from lambdas.storage.objects import ObjectStore

JPEG, MP4 = "image/jpeg", "video/mp4"
MAX_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)
CHUNK_BYTES = 1024 * 1024
UNSUITABLE, NOT_FETCHED = "media_unsuitable", "media_not_fetched"
FETCHING = (
    MediaProblem.URL_NOT_ALLOWED,
    MediaProblem.URL_NOT_PUBLIC,
    MediaProblem.REDIRECT_NOT_PUBLIC,
    MediaProblem.TOO_MANY_REDIRECTS,
    MediaProblem.FETCH_REFUSED,
    MediaProblem.FETCH_FAILED,
    MediaProblem.FETCH_TOO_SLOW,
)
VIDEO_ONLY = "A reel is a video; for a picture, make the post a photo."


@dataclass(frozen=True)
class Preparing:
    """Prepares the files of posts, one after the other."""

    ledger: Ledger
    sources: Sources
    objects: ObjectStore
    clock: Clock

    def prepare(self, post_id: str, run: int) -> None:
        """Prepare what is missing of a post. Repeated, it goes on with what is left."""
        for _ in range(20):
            post = self.ledger.read(post_id)
            if post is None or post.run != run or post.state is not State.PREPARING:
                return
            progress = Progress(post, self.ledger, self.clock)
            try:
                if not self._prepare_next(progress):
                    return
            except (ConflictError, DataDeleted):
                # Cancelled, or prepared by another execution: its row says what is left.
                continue

    def _prepare_next(self, progress: Progress) -> bool:
        """Prepare one file; return whether another one may be missing."""
        post = progress.post
        missing = [index for index, item in enumerate(post.media) if item.prepared is None]
        needs_cover = post.cover is not None and post.prepared_cover is None
        if not missing and not needs_cover:
            return False
        item = missing[0] if missing else None
        source = post.media[item].source if item is not None else post.cover
        if post.attempts >= MAX_ATTEMPTS:
            self._fail(progress, item, "preparation_failed")
            return False
        # Written before: a file that ends the function must not end it for ever.
        progress.note(replace(post, attempts=post.attempts + 1))
        post = progress.post
        try:
            prepared = self._prepared(post, item, source or Source())
        except SourceGone as error:
            self._fail(progress, item, error.code)
            return False
        except Unsuitable as error:
            self._refuse(progress, item, error)
            return False
        try:
            changed = _with_file(post, item, prepared)
            progress.record(Happened.MEDIA_PREPARED, replace(changed, waiting=None), item=item)
        except (ConflictError, DataDeleted):
            self.objects.delete([prepared.key])
            raise
        return True

    def _fail(self, progress: Progress, item: int | None, code: str) -> None:
        progress.fail(own_obstacle(Way.FAIL, code).failure(progress.now, item))

    def _refuse(self, progress: Progress, item: int | None, error: Unsuitable) -> None:
        post, attempts = progress.post, progress.post.attempts
        failure = Failure(
            code=NOT_FETCHED if error.code in FETCHING else UNSUITABLE,
            message=error.message,
            at=progress.now,
            retryable=error.retryable,
            item=item,
        )
        if not error.retryable or attempts >= MAX_ATTEMPTS:
            progress.fail(failure)
            return
        until = progress.now + FIRST_PAUSE * 2 ** (attempts - 1)
        waiting = Waiting(code=failure.code, message=failure.message, until=until)
        changed = replace(post, waiting=waiting)
        progress.record(
            Happened.ERROR, changed, item=item, code=error.code.value, error=error.message
        )

    def _prepared(self, post: Post, item: int | None, source: Source) -> Prepared:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "source"
            self.sources.write(source, path)
            facts = facts_of(path)
            if isinstance(facts, VideoFacts) and item is not None:
                return self._video(post, path, facts)
            if post.kind is Kind.REEL and item is not None:
                raise Unsuitable(Problem(MediaProblem.WRONG_MEDIA, VIDEO_ONLY))
            return self._picture(post, item, path)

    def _video(self, post: Post, path: Path, facts: VideoFacts) -> Prepared:
        changes = []
        if problems := video_problems(facts, Kind(post.kind.value)):
            raise Unsuitable(*problems)
        if needs_remux(facts):
            target = path.with_suffix(".mp4")
            remux(path, target)
            path.unlink()
            path, facts = target, examine(target)
            changes = ["The frames are the same; their order in the file was changed."]
        key = new_key(MP4)
        self.objects.upload(key, path, MP4)
        return Prepared(
            key=key,
            content_type=MP4,
            size=path.stat().st_size,
            width=facts.width,
            height=facts.height,
            duration_ms=int(facts.seconds * 1000),
            sha256=digest_of(path),
            prepared_at=self.clock.now(),
            changes=tuple(changes),
        )

    def _picture(self, post: Post, item: int | None, path: Path) -> Prepared:
        fit = post.media[item].fit if item is not None else Fit.PAD
        # A story and a cover fill the screen, whatever their shape.
        any_ratio = post.kind is Kind.STORY or item is None
        picture = prepare_image(path, fit=fit, any_ratio=any_ratio)
        target, key = path.with_suffix(".jpg"), new_key(JPEG)
        target.write_bytes(picture.content)
        self.objects.upload(key, target, JPEG)
        return Prepared(
            key=key,
            content_type=JPEG,
            size=len(picture.content),
            width=picture.width,
            height=picture.height,
            sha256=digest_of(target),
            prepared_at=self.clock.now(),
            changes=tuple(picture.changes),
        )


def _with_file(post: Post, item: int | None, prepared: Prepared) -> Post:
    if item is None:
        return replace(post, prepared_cover=prepared, attempts=0)
    media = list(post.media)
    media[item] = replace(media[item], prepared=prepared)
    return replace(post, media=tuple(media), attempts=0)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(CHUNK_BYTES):
            digest.update(part)
    return digest.hexdigest()
