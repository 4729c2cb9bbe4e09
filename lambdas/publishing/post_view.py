"""Posts as operators see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET

from lambdas.api.answer_size import MAX_BYTES, fitting
from lambdas.api.findings import FieldProblemJson
from lambdas.kit.clock import to_rfc3339
from lambdas.publishing.failures import next_step_of
from lambdas.publishing.history import Step
from lambdas.publishing.media_records import (
    Container,
    MediaItem,
    Prepared,
    ProductTag,
    Source,
    UserTag,
)
from lambdas.publishing.records import Approval, Failure, Post, PublishAt, Waiting
from lambdas.publishing.states import State
from lambdas.publishing.views import (
    ApprovalJson,
    ContainerJson,
    InstagramPostJson,
    PostFailureJson,
    PostMediaJson,
    PostPhotoJson,
    PostSourceJson,
    PostStepJson,
    PostTagJson,
    PostWaitingJson,
    PreparedJson,
    PublishAtJson,
    SeriesPostJson,
)


def post_json(
    post: Post,
    *,
    warnings: Sequence[FieldProblemJson] | None = None,
    history: Iterable[Step] | None = None,
    series: Sequence[Post] = (),
) -> InstagramPostJson:
    """Return a post as operators see it."""
    return InstagramPostJson(
        id=post.id,
        account=post.account_id,
        client_request_id=post.client_request_id,
        version=post.version,
        kind=post.kind.value,
        state=post.state.value,
        draft=post.state is State.DRAFT,
        media=[_media(item) for item in post.media],
        caption=post.caption,
        location_id=post.location_id,
        collaborators=list(post.collaborators),
        share_to_feed=post.share_to_feed,
        cover=_source(post.cover) if post.cover else None,
        thumb_offset_ms=post.thumb_offset_ms,
        trial=post.trial.value if post.trial else None,
        ai_generated=post.ai_generated,
        first_comment=post.first_comment,
        publish_at=_publish_at(post.publish_at) if post.publish_at else None,
        due_at=to_rfc3339(post.due_at),
        late=post.late.value,
        failure=_failure(post.failure) if post.failure else None,
        waiting=_waiting(post.waiting) if post.waiting else None,
        created_at=to_rfc3339(post.created_at),
        created_by=post.created_by,
        updated_at=to_rfc3339(post.updated_at),
        started_at=to_rfc3339(post.started_at) if post.started_at else None,
        published_at=to_rfc3339(post.published_at) if post.published_at else None,
        deleted_at=to_rfc3339(post.deleted_at) if post.deleted_at else None,
        media_id=post.media_id,
        permalink=post.permalink,
        container=_container(post.container) if post.container else None,
        comment_id=post.comment_id,
        comment_failure=_failure(post.comment_failure) if post.comment_failure else None,
        slot=post.holds_slot,
        repeat_id=post.repeat_id,
        approval=_approval(post.approval) if post.approval else None,
        warnings=UNSET if warnings is None else list(warnings),
        history=UNSET if history is None else _newest(history),
        series=[_of_series(one) for one in series] or UNSET,
    )


def _media(item: MediaItem) -> PostMediaJson:
    return PostMediaJson(
        source=_source(item.source),
        fit=item.fit.value,
        alt_text=UNSET if item.alt_text is None else item.alt_text,
        user_tags=[_tag(tag) for tag in item.user_tags] or UNSET,
        product_tags=[_tag(tag) for tag in item.product_tags] or UNSET,
        prepared=_prepared(item.prepared) if item.prepared else UNSET,
        container=_container(item.container) if item.container else UNSET,
    )


def _source(source: Source) -> PostSourceJson:
    photo = source.photo
    return PostSourceJson(
        upload=source.upload or UNSET,
        photo=PostPhotoJson(photo.event, photo.id) if photo else UNSET,
        url=source.url or UNSET,
    )


def _tag(tag: UserTag | ProductTag) -> PostTagJson:
    return PostTagJson(
        username=tag.username if isinstance(tag, UserTag) else UNSET,
        product_id=tag.product_id if isinstance(tag, ProductTag) else UNSET,
        x=UNSET if tag.x is None else tag.x,
        y=UNSET if tag.y is None else tag.y,
    )


def _prepared(file: Prepared) -> PreparedJson:
    return PreparedJson(
        content_type=file.content_type,
        size=file.size,
        width=file.width,
        height=file.height,
        duration_ms=file.duration_ms,
        changes=list(file.changes),
    )


def _container(container: Container) -> ContainerJson:
    checked_at = container.checked_at
    return ContainerJson(
        id=container.id,
        state=container.state,
        created_at=to_rfc3339(container.created_at),
        checked_at=to_rfc3339(checked_at) if checked_at else None,
    )


def _publish_at(at: PublishAt) -> PublishAtJson:
    shift = at.shift.value if at.shift else None
    return PublishAtJson(wall=at.wall, zone=at.zone, instant=to_rfc3339(at.instant), shift=shift)


def _approval(approval: Approval) -> ApprovalJson:
    decided_at = approval.decided_at
    return ApprovalJson(
        expires_at=to_rfc3339(approval.expires_at),
        decision=approval.decision,
        decided_at=to_rfc3339(decided_at) if decided_at else None,
        comment=approval.comment,
    )


def _of_series(post: Post) -> SeriesPostJson:
    at = post.publish_at
    assert at  # noqa: S101  Only posts with a time are repeated.
    return SeriesPostJson(id=post.id, state=post.state.value, publish_at=_publish_at(at))


def _failure(failure: Failure) -> PostFailureJson:
    return PostFailureJson(
        code=failure.code,
        message=failure.message,
        next_step=next_step_of(failure.code),
        retryable=failure.retryable,
        at=to_rfc3339(failure.at),
        item=UNSET if failure.item is None else failure.item,
    )


def _waiting(waiting: Waiting) -> PostWaitingJson:
    return PostWaitingJson(
        code=waiting.code, message=waiting.message, until=to_rfc3339(waiting.until)
    )


def _newest(history: Iterable[Step]) -> list[PostStepJson]:
    """Return the steps, the oldest first: the newest of a history that no answer can hold."""
    steps = [_step(step) for step in history][::-1]
    return steps[: fitting(steps, MAX_BYTES // 2)][::-1]


def _step(step: Step) -> PostStepJson:
    return PostStepJson(
        what=step.what.value,
        at=to_rfc3339(step.at),
        state=step.state.value,
        by=step.by or UNSET,
        item=UNSET if step.item is None else step.item,
        container_id=step.container_id or UNSET,
        media_id=step.media_id or UNSET,
        code=step.code or UNSET,
        error=step.error or UNSET,
        until=to_rfc3339(step.until) if step.until else UNSET,
        note=step.note or UNSET,
    )
