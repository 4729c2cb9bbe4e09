"""The page on which a person without an account approves or rejects a draft."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.publishing.approval import (
    MAX_COMMENT,
    Decision,
    Stage,
    is_overdue,
    shown_content,
    stage_of,
)
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.previews import Preview
from lambdas.publishing.records import Post, PublishAt
from lambdas.publishing.states import State

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent / "templates"
KINDS = {
    Kind.PHOTO: "Photo",
    Kind.REEL: "Reel",
    Kind.CAROUSEL: "Carousel",
    Kind.STORY: "Story",
}
CHANGED = "The post was changed since this page was opened. Please look at it once more."
TOO_LONG = f"The comment has more than {MAX_COMMENT} characters. Please shorten it."
NOT_PUBLISHABLE = "This post cannot be published as it is. Ask the site's operators to correct it:"
UNCLEAR = "Please choose one of the buttons."


@dataclass(frozen=True)
class ApprovalPage:
    """What the page shows. Without `approve` there is no such button; `error` stands above both."""

    title: str
    sentences: Sequence[str]
    post: Post | None = None
    account: str = ""
    kind: str = ""
    time: str = ""
    tagged: Sequence[str] = ()
    labels: Sequence[str] = ()
    previews: Sequence[Preview] = ()
    shown: str = ""
    approve: str = ""
    form: bool = False
    comment: str = ""
    error: str = ""


def page_of(
    post: Post,
    now: datetime,
    *,
    account: str,
    previews: Sequence[Preview],
    error: str = "",
    comment: str = "",
) -> ApprovalPage:
    """Return the page of a post as it is now."""
    stage = stage_of(post, now)
    is_open = stage not in (Stage.DECIDED, Stage.SETTLED)
    return ApprovalPage(
        title=_title(post, stage),
        sentences=_sentences(post, stage, now),
        post=post,
        account=account,
        kind=KINDS[post.kind],
        time=_time(post.publish_at),
        tagged=sorted({tag.username for item in post.media for tag in item.user_tags}),
        labels=_labels(post),
        previews=previews,
        shown=shown_content(post, stage),
        approve=_button(post, stage, now),
        form=is_open,
        comment=comment,
        error=error if is_open else "",
    )


def plain_page(title: str, sentence: str) -> ApprovalPage:
    """Return a page that only says something."""
    return ApprovalPage(title=title, sentences=[sentence])


def render(site_name: str, page: ApprovalPage, request_id: str = "") -> str:
    """Return a page; every value is escaped."""
    template = _templates().get_template("approve.html")
    return template.render(
        site_name=site_name,
        page=page,
        request_id=request_id,
        style=style(),
        max_comment=MAX_COMMENT,
    )


def page_headers(picture_origins: Sequence[str] = ()) -> dict[str, str]:
    """Return the headers: no script, pictures of named origins, nothing indexed or passed on."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    pictures = " ".join(picture_origins) or "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src {pictures}; "
        f"media-src {pictures}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        # The page's address holds the secret.
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }


def _title(post: Post, stage: Stage) -> str:
    approval = post.approval
    if stage is Stage.DECIDED and approval:
        return "Approved" if approval.decision == Decision.APPROVED else "Rejected"
    if stage is Stage.SETTLED:
        return "No decision is needed"
    return "May this be posted?"


def _sentences(post: Post, stage: Stage, now: datetime) -> list[str]:
    if stage is Stage.DECIDED:
        return [*_decided(post)]
    if stage is Stage.SETTLED:
        was = "cancelled" if post.state is State.CANCELLED else "scheduled"
        return [f"The post was {was} by the site's operators without waiting for this page."]
    if stage is Stage.TOO_LATE:
        return [
            "The time of this post has passed, and it must not be published late. It can be "
            "approved once the site's operators have given it a new time."
        ]
    if is_overdue(post, now):
        return ["The time of this post has passed. If you approve it, it is published now."]
    if stage is Stage.AT_ONCE:
        return ["If you approve this post, it is published at once."]
    return ["If you approve this post, it is published at the time below."]


def _decided(post: Post) -> list[str]:
    approval = post.approval
    if approval is None or approval.decided_at is None:
        return []
    when = f"{approval.decided_at:%Y-%m-%d %H:%M} UTC"
    if approval.decision == Decision.APPROVED:
        return [f"This post was approved on {when}. You can close this page."]
    said = [f"Your comment: {approval.comment}"] if approval.comment else []
    return [f"This post was rejected on {when}. It is not published.", *said]


def _button(post: Post, stage: Stage, now: datetime) -> str:
    if not stage.allows_approval:
        return ""
    if is_overdue(post, now):
        return "Approve, and publish now"
    return "Approve" if stage is Stage.OPEN else "Approve and publish"


def _labels(post: Post) -> list[str]:
    """Return what else is published with a post, in words."""
    labels = {
        "labelled as made with AI": post.ai_generated,
        "a trial, shown to strangers first": post.trial is not None,
        "also in the feed": post.share_to_feed is True,
        "not in the feed": post.share_to_feed is False,
        "products tagged": any(item.product_tags for item in post.media),
    }
    return [words for words, holds in labels.items() if holds]


def _time(at: PublishAt | None) -> str:
    if at is None:
        return "as soon as it is approved"
    local = at.instant.astimezone(ZoneInfo(at.zone))
    return f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M} ({at.zone})"


@functools.cache
def style() -> str:
    """Return the style sheet as it is in the page."""
    return (HERE / "approve.css").read_text()


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
