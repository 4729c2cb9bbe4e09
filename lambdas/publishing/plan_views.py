"""The shapes of answers about plans, imports and approvals."""

from __future__ import annotations

import msgspec

from lambdas.kit.clock import to_rfc3339
from lambdas.publishing.approval import IssuedLink
from lambdas.publishing.import_file import ImportProblemJson
from lambdas.publishing.importing import Imported
from lambdas.publishing.plan import Plan


class PlanSlotJson(msgspec.Struct):
    """A weekly slot."""

    days: list[str]
    wall: str


class PostingPlanJson(msgspec.Struct, kw_only=True):
    """The plan of an account; `next_slots` are the next free ones."""

    account: str
    zone: str
    slots: list[PlanSlotJson]
    standing_hashtags: list[str]
    templates: dict[str, str]
    date_format: str
    changed_at: str | None
    changed_by: str
    next_slots: list[str]


class ImportRows(msgspec.Struct, kw_only=True):
    """A file of posts as JSON: rows of texts by the columns of the CSV template."""

    rows: list[dict[str, str]]


class ImportedPostJson(msgspec.Struct, kw_only=True):
    """The post of a row."""

    row: int
    id: str | None
    kind: str
    state: str
    publish_at: str | None
    caption: str | None


class ImportJson(msgspec.Struct, kw_only=True):
    """An import: `created` says whether this request made it; a dry run has no ids."""

    id: str
    created: bool
    dry_run: bool
    posts: list[ImportedPostJson]
    warnings: list[ImportProblemJson]


class ApprovalLinkJson(msgspec.Struct):
    """The address for the person who decides, and until when it works. It is shown only once."""

    url: str
    expires_at: str


def plan_json(account_id: str, plan: Plan, next_slots: list[str]) -> PostingPlanJson:
    """Return a plan as operators see it."""
    return PostingPlanJson(
        account=account_id,
        zone=plan.zone,
        slots=[PlanSlotJson([day.value for day in one.days], one.wall) for one in plan.slots],
        standing_hashtags=list(plan.standing_hashtags),
        templates=plan.templates,
        date_format=plan.date_format.value,
        changed_at=to_rfc3339(plan.changed_at) if plan.changed_at else None,
        changed_by=plan.changed_by,
        next_slots=next_slots,
    )


def import_json(imported: Imported, *, dry_run: bool) -> ImportJson:
    """Return an import as operators see it."""
    return ImportJson(
        id=imported.id,
        created=imported.is_new,
        dry_run=dry_run,
        posts=[
            ImportedPostJson(
                row=row,
                id=None if dry_run else post.id,
                kind=post.kind.value,
                state=post.state.value,
                publish_at=to_rfc3339(post.publish_at.instant) if post.publish_at else None,
                caption=post.caption,
            )
            for row, post in zip(imported.rows, imported.posts, strict=True)
        ],
        warnings=list(imported.warnings),
    )


def link_json(link: IssuedLink) -> ApprovalLinkJson:
    """Return a link as the operator who asked for it sees it."""
    return ApprovalLinkJson(link.url, to_rfc3339(link.expires_at))
