"""The message to people about a post that failed: which one, why, what to change, and where."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lambdas.publishing.failures import failure_kind, next_step_of
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

MAX_SUBJECT = 100
MAX_CAPTION = 80
SECTION = (
    "What this alarm means, and what else to look at: section publish-failed of docs/operations.md."
)
OUTCOMES = {State.NEEDS_REVIEW: "needs a look", State.FAILED: "was not published"}
WAITS = "waits for you"
UNKNOWN = "outcome_unknown"
NO_CAUSE = "The cause was not recorded."


@dataclass(frozen=True)
class Notice:
    """A message to people. The subject is one line of ASCII, at most 100 characters."""

    subject: str
    text: str


def failure_notice(post: Post, public_url: str, account_name: str = "") -> Notice:
    """Return the message about a post that failed, waits for a person, or has an unknown outcome.

    `public_url` is the site's address, `account_name` the name by which people know the account.
    """
    account = account_name or f"account {post.account_id}"
    what = OUTCOMES.get(post.state, WAITS)
    failure = post.failure
    code = failure.code if failure else UNKNOWN
    cause = failure.message if failure else NO_CAUSE
    address = f"{public_url}/instagram/posts/{post.id}"
    paragraphs = [
        f"A {post.kind.value} for {account} {what}.",
        "\n".join(_facts(post)),
        f"Cause: {cause} ({code})",
        f"What to do: {next_step_of(code)}",
        f"The post, with each step and error:\nGET {address}",
        *_actions(post, address),
        SECTION,
    ]
    return Notice(_subject(f"A {post.kind.value} for {account} {what}: {code}"), _join(paragraphs))


def comment_notice(post: Post, public_url: str, account_name: str = "") -> Notice:
    """Return the message about a published post whose first comment failed."""
    account = account_name or f"account {post.account_id}"
    failure = post.comment_failure
    paragraphs = [
        f"A {post.kind.value} for {account} is published, but its first comment is not.",
        f"Cause: {failure.message if failure else NO_CAUSE}",
        f"What to do: {next_step_of('comment_failed')}",
        *([post.permalink] if post.permalink else []),
        f"The post, with each step and error:\nGET {public_url}/instagram/posts/{post.id}",
    ]
    return Notice(_subject(f"The first comment for {account} is missing"), _join(paragraphs))


def stop_notice(post: Post, code: str, public_url: str, account_name: str = "") -> Notice:
    """Return the message about an account whose posts have all stopped, after this one."""
    account = account_name or f"account {post.account_id}"
    resume = f"{public_url}/instagram/posts/resume?account={post.account_id}"
    paragraphs = [
        f"All posts for {account} have stopped: nothing is published until a person decides.",
        f"Cause: {failure_kind(code).message} ({code})",
        f"What to do: {next_step_of(code)}",
        f"To let the posts go on:\nPOST {resume}",
        f"The post that it happened with:\nGET {public_url}/instagram/posts/{post.id}",
        SECTION,
    ]
    return Notice(_subject(f"Posts for {account} have stopped: {code}"), _join(paragraphs))


def _facts(post: Post) -> list[str]:
    """Return what tells people which post it is."""
    facts = [f"Post: {post.id}", f"Time: {_time(post)}"]
    if post.caption:
        facts.append(f"Caption: {_short(post.caption)}")
    failure = post.failure
    if failure and failure.item is not None and len(post.media) > 1:
        facts.append(f"File concerned: number {failure.item + 1} of {len(post.media)}")
    return facts


def _actions(post: Post, address: str) -> list[str]:
    if post.state is State.NEEDS_REVIEW:
        confirmed = '{"confirmed": "not_published"}'
        return [f"If the post is not on Instagram, try again:\nPOST {address}/retry {confirmed}"]
    if post.state is not State.FAILED:
        return [
            "Nothing else is to be done with the post: it goes on by itself after that. A copy of "
            f"it would be a second post. To stop it:\nDELETE {address}"
        ]
    if post.failure and post.failure.retryable:
        return [f"To try again:\nPOST {address}/retry"]
    return [f"As it is it fails again. To change it, work on a copy:\nPOST {address}/duplicate"]


def _time(post: Post) -> str:
    at = post.publish_at
    if at is None:
        return f"{post.due_at:%Y-%m-%d %H:%M} UTC (at once)"
    return f"{at.instant.astimezone(ZoneInfo(at.zone)):%Y-%m-%d %H:%M} ({at.zone})"


def _short(caption: str) -> str:
    line = " ".join(caption.split())
    return line if len(line) <= MAX_CAPTION else f"{line[: MAX_CAPTION - 1]}…"


def _subject(text: str) -> str:
    """Return a subject as mail topics take it."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    return plain.encode("ascii", "replace").decode()[:MAX_SUBJECT]


def _join(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs)
