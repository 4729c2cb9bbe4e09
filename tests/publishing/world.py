"""A world to publish in: the real workflow on an emulated Instagram, in emulated time.

Ledger and quota are kept in memory, so that a thousand runs take seconds; tests of their own show
that the stored ones behave alike.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace
from PIL import Image

from lambdas.graph.client import Account
from lambdas.graph.transport import Answer, Request, TransportFailed
from lambdas.kit.errors import ConflictError, ReauthRequired
from lambdas.kit.login_type import LoginType
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.files import FileGone
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import MediaClaimed
from lambdas.publishing.media_records import MediaItem, Prepared, Source
from lambdas.publishing.meeting import Meeting
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.progress import Next, NextStep
from lambdas.publishing.quota import Quota, QuotaBook
from lambdas.publishing.records import Post
from lambdas.publishing.settings import PublishingSettings
from lambdas.publishing.states import State
from local.graph.control import control
from local.graph.data import ACCOUNT_ID
from tests.emulated_videos import video
from tests.graph.conftest import GRAPH, Bench

MEDIA_URL = "http://media.test"
SETTINGS = PublishingSettings(
    tokens_table_name="tokens",
    token_key_arn="key",
    budget_table_name="events",
    tenant="main",
    login_type=LoginType.INSTAGRAM,
    instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
    facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
    posts_table_name="posts",
    events_table_name="events",
    bucket_name="photos",
    bus_name="default",
    cursor_secret_arn="secret",
    public_url="https://photos.example.com",
    time_zone="America/Los_Angeles",
    date_events=True,
    posting_consent=True,
    media_url=MEDIA_URL,
)


class Killed(BaseException):
    """The function was stopped here: nothing of it runs any more."""


def jpeg() -> bytes:
    """Return a small picture that Instagram takes."""
    content = io.BytesIO()
    Image.new("RGB", (400, 400), "#a33").save(content, "JPEG")
    return content.getvalue()


JPEG = jpeg()


class MemoryLedger:
    """A ledger in memory; `around` is called before and after each write."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.history: dict[str, list[Step]] = {}
        self.claims: dict[str, str] = {}
        self.around: Callable[[str], None] = lambda _: None

    def read(self, post_id: str) -> Post | None:
        """Return a post as it is now."""
        return self.posts.get(post_id)

    def save(self, old: Post, new: Post, step: Step | None = None) -> Post:
        """Replace a post, unless it was changed."""
        self.around("before write")
        if self.posts[old.id].version != old.version:
            raise ConflictError
        if new.media_id and self.claims.setdefault(new.media_id, new.id) != new.id:
            raise MediaClaimed
        saved = replace(new, version=old.version + 1)
        # What is stored is what can be packed.
        self.posts[old.id] = msgspec.msgpack.decode(msgspec.msgpack.encode(saved), type=Post)
        if step:
            self.history.setdefault(old.id, []).append(step)
        self.around("after write")
        return saved

    def open_posts(self) -> Iterator[tuple[str, datetime]]:
        """Iterate over the posts that are not at rest."""
        yield from [(one.id, one.due_at) for one in self.posts.values() if one.is_open]

    def claimed(self, account_id: str, media_id: str) -> str | None:
        """Return which post a media object is."""
        del account_id
        return self.claims.get(media_id)


class MemoryQuotaStore:
    """Quotas in memory."""

    def __init__(self) -> None:
        self.quotas: dict[str, Quota] = {}

    def read(self, account_id: str) -> Quota:
        """Return a quota."""
        return self.quotas.get(account_id, Quota())

    def replace(self, account_id: str, old: Quota, new: Quota, now: datetime) -> bool:
        """Store a quota, unless it was changed."""
        del now
        if self.read(account_id).version != old.version:
            return False
        self.quotas[account_id] = replace(new, version=old.version + 1)
        return True


@dataclass
class MemoryFiles:
    """Prepared files that the emulator can fetch."""

    files: dict[str, bytes]
    unreachable: bool = False
    made: int = 0

    def problem(self, file: Prepared) -> str | None:
        """Return whether a file is missing."""
        is_there = f"{MEDIA_URL}/{file.key}" in self.files
        return None if is_there and not self.unreachable else "missing"

    def renew(self, file: Prepared) -> Prepared:
        """Return the file under another name."""
        self.made += 1
        key = f"posting/again-{self.made}{file.key[-4:]}"
        if f"{MEDIA_URL}/{file.key}" not in self.files:
            raise FileGone
        self.files[f"{MEDIA_URL}/{key}"] = self.files[f"{MEDIA_URL}/{file.key}"]
        return replace(file, key=key)

    def send(self, account: Account, container_id: str, file: Prepared) -> None:
        """Send a file to Instagram."""
        content = self.files[f"{MEDIA_URL}/{file.key}"]
        account.publishing.upload(container_id, content)

    def delete(self, object_keys: Sequence[str]) -> None:
        """Delete files."""
        for key in object_keys:
            self.files.pop(f"{MEDIA_URL}/{key}", None)


@dataclass
class MemoryStops:
    """Stopped accounts."""

    codes: dict[str, str] = field(default_factory=dict)

    def stopped(self, account_id: str) -> str | None:
        """Return why an account is stopped."""
        return self.codes.get(account_id)

    def stop(self, account_id: str, code: str) -> bool:
        """Stop an account."""
        is_new = account_id not in self.codes
        self.codes.setdefault(account_id, code)
        return is_new


@dataclass
class Opened:
    """The accounts of the emulator; one that needs a person cannot be opened."""

    bench: Bench
    login_type: str = "instagram"
    needs_person: bool = False

    def account(self, account_id: str) -> Account | None:
        """Return an account."""
        if self.needs_person:
            raise ReauthRequired("The account must be connected again.")
        return self.bench.account(self.login_type, account_id=account_id)


@dataclass
class Recorded:
    """What was reported to people."""

    failures: list[Post] = field(default_factory=list)
    live: list[Post] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    kill_next: bool = False

    def failed(self, post: Post) -> None:
        """Record a failure."""
        self.failures.append(post)

    def needs_person(self, post: Post, code: str) -> None:
        """Record a post that waits."""
        del post
        self.waiting.append(code)

    def account_stopped(self, post: Post, code: str) -> None:
        """Record an account whose posts stopped."""
        del post
        if self.kill_next:
            self.kill_next = False
            raise Killed
        self.stopped.append(code)

    def published(self, post: Post) -> None:
        """Record a post that is live."""
        self.live.append(post)


@dataclass
class Execution:
    """An execution of the state machine."""

    run: int
    at: datetime
    failures: int = 0


class World:
    """Posts, an account on the emulator, and a state machine whose functions can be killed."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.bench = Bench()
        self.clock = self.bench.clock
        self.ledger, self.quotas = MemoryLedger(), MemoryQuotaStore()
        self.files = MemoryFiles(self.bench.files)
        self.accounts, self.reports = Opened(self.bench), Recorded()
        self.stops = MemoryStops()
        self.refused: list[str] = []
        self.not_postable: str | None = None
        self.video_size = 1_000_000
        self.rounds = 0
        # What Instagram says wrongly, once each: the true bytes of an answer, and the false ones.
        self.lies: list[tuple[bytes, bytes]] = []
        self.around_call: Callable[[Request, str], None] = lambda _, __: None
        send = self.bench.transport.send
        self._send = send
        self.bench.transport.send = self._watched  # type: ignore[method-assign]
        self.dependencies = PublishingDependencies(
            SETTINGS,
            clock=self.clock,
            ledger=self.ledger,
            quota=QuotaBook(self.quotas),
            files=self.files,
            instagram=self.accounts,
            reports=self.reports,
            photo_rules=lambda _: self.not_postable,
            meeting=Meeting(
                self.stops,
                self.refused.append,
                self.reports.needs_person,
                self.reports.account_stopped,
            ),
        )

    def _watched(self, request: Request, max_bytes: int = 1 << 24) -> Answer:
        self.around_call(request, "before call")
        answer = self._send(request, max_bytes)
        if self.lies and self.lies[0][0] in answer.body:
            true, false = self.lies.pop(0)
            answer = Answer(answer.status, answer.headers, answer.body.replace(true, false))
        self.around_call(request, "after call")
        return answer

    def post(self, kind: Kind = Kind.PHOTO, items: int = 1, **changes: object) -> Post:
        """Store a post that is due now, and return it."""
        now, number = self.clock.now(), f"{len(self.ledger.posts):04}"
        media = tuple(MediaItem(source=Source(upload=f"u{one}")) for one in range(items))
        values = {
            "id": f"{ACCOUNT_ID}.{number}",
            "account_id": ACCOUNT_ID,
            "client_request_id": f"request-{number}",
            "request_digest": "",
            "kind": kind,
            "media": media,
            "state": State.SCHEDULED,
            "created_at": now,
            "updated_at": now,
            "due_at": now,
            "caption": f"Post {number}" if kind is not Kind.STORY else None,
        }
        post = Post(**(values | changes))  # type: ignore[arg-type]
        self.ledger.posts[post.id] = post
        return post

    def prepare(self, post_id: str) -> None:
        """Prepare the media of a post, as the function `prepare` does."""
        post = self.ledger.posts[post_id]
        if post.state is not State.PREPARING:
            return
        media = []
        for index, item in enumerate(post.media):
            is_video = post.kind is Kind.REEL
            content = video() if is_video else JPEG
            suffix, content_type = (".mp4", "video/mp4") if is_video else (".jpg", "image/jpeg")
            key = f"posting/{post.number}-{post.version}-{index}{suffix}"
            self.files.files[f"{MEDIA_URL}/{key}"] = content
            file = Prepared(
                key=key,
                content_type=content_type,
                size=self.video_size if is_video else len(content),
                width=400,
                height=400,
                sha256="",
                prepared_at=self.clock.now(),
            )
            media.append(replace(item, prepared=file))
        self.ledger.save(post, replace(post, media=tuple(media)))

    def advance(self, post_id: str, run: int = 1) -> Next:
        """Call the function `work` once."""
        self.rounds += 1
        return self.dependencies.workflow.advance(post_id, run)

    def run(self, post_id: str, *executions: Execution, hours: float = 30) -> Post:
        """Run the state machine until nothing is left to do; return the post."""
        end = self.clock.now() + timedelta(hours=hours)
        active = list(executions) or [Execution(self.ledger.posts[post_id].run, self.clock.now())]
        while self.clock.now() < end:
            if not active:
                post = self.ledger.posts[post_id]
                if not post.is_open:
                    break
                self._sweep(post, active)
            active.sort(key=lambda one: one.at)
            execution = active[0]
            if execution.at > self.clock.now():
                self.clock.advance(execution.at - self.clock.now())
            self._turn(post_id, execution, active)
        return self.ledger.posts[post_id]

    def _turn(self, post_id: str, execution: Execution, active: list[Execution]) -> None:
        try:
            found = self.advance(post_id, execution.run)
            if found.step is NextStep.PREPARE:
                self.prepare(post_id)
        except (Killed, ConflictError):
            execution.failures += 1
            execution.at = self.clock.now() + timedelta(seconds=5 * 2**execution.failures)
            if execution.failures > 5:
                active.remove(execution)
            return
        execution.at = self.clock.now() + timedelta(seconds=found.seconds)
        if found.step is NextStep.DONE:
            active.remove(execution)

    def _sweep(self, post: Post, active: list[Execution]) -> None:
        """Do what the sweep does for a post without an execution."""
        self.clock.advance(timedelta(minutes=5))
        if post.state is State.SCHEDULED or post.state.is_running:
            again = replace(post, run=post.run + 1)
            self.ledger.posts[post.id] = replace(again, version=post.version + 1)
            active.append(Execution(again.run, self.clock.now()))
        else:
            active.append(Execution(post.run, self.clock.now()))

    def knob(self, name: str, **body: object) -> None:
        """Turn a knob of the emulator for the account."""
        control(self.bench.emulator_state, name, {"account": ACCOUNT_ID, **body})

    def fail(self, **fault: object) -> None:
        """Let a call of the emulator fail."""
        control(self.bench.emulator_state, "fail", {"count": 1, **fault})

    def calls(self, path: str, method: str = "POST") -> int:
        """Return how often Instagram was called at paths that end so."""
        sent = self.bench.transport.requests
        return sum(one.method == method and one.url.endswith(path) for one in sent)

    def happened(self, post: Post) -> list[Happened]:
        """Return what a post's history says."""
        return [step.what for step in self.ledger.history[post.id]]

    def live(self, post: Post) -> list[str]:
        """Return the ids of the account's media that can be this post."""
        account = self.bench.emulator_state.accounts[ACCOUNT_ID]
        media = account.stories if post.kind is Kind.STORY else account.media
        since = post.created_at - timedelta(minutes=1)
        return [
            one.id
            for one in media
            if one.taken_at >= since and (post.kind is Kind.STORY or one.caption == post.caption)
        ]


def dropped() -> TransportFailed:
    """Return the error of a connection that was lost."""
    return TransportFailed("ConnectionError")
