"""Items as JSON, with what a person needs to answer them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lambdas.comments.acting.preconditions import PRIVATE_REPLY_WINDOW
from lambdas.comments.operating.action_view import moment, short_action_json
from lambdas.comments.operating.surroundings import Surroundings
from lambdas.comments.operating.views import (
    InboxAccountJson,
    InboxAttachmentJson,
    InboxAuthorJson,
    InboxDecisionJson,
    InboxEscalationJson,
    InboxItemJson,
    InboxMediaJson,
    InboxPrivateReplyJson,
    InboxReactionJson,
    InboxWindowJson,
)
from lambdas.comments.records import Action, ActionKind, ActionState, Item, ItemKind, ItemState
from lambdas.kit.clock import to_rfc3339

CAPTION_EXCERPT = 120
SHORT_ACTIONS = 5
ANSWERS = (
    ActionKind.REPLY,
    ActionKind.PRIVATE_REPLY,
    ActionKind.MENTION_REPLY,
    ActionKind.MESSAGE,
)


def item_json(item: Item, around: Surroundings, now: datetime) -> InboxItemJson:
    """Return an item as operators see it."""
    account, actions = around.account(item), _own_actions(item, around)
    username = item.username or (_name_of_person(item, around) if not item.is_own else None)
    return InboxItemJson(
        id=item.id,
        kind=item.kind,
        state=item.state,
        at=to_rfc3339(item.at),
        received_at=to_rfc3339(item.received_at),
        account=InboxAccountJson(
            id=item.account_id, username=account.username if account else None
        ),
        author=InboxAuthorJson(id=item.author_id, username=username, is_own=item.is_own),
        text=item.text,
        unread=item.unread,
        media=_media(item, around),
        thread=item.thread,
        parent_id=item.parent_id,
        comment_id=item.comment_id,
        is_live=item.is_live,
        is_standby=item.is_standby,
        hidden=item.hidden,
        deleted_at=moment(item.deleted_at),
        edits=item.edits,
        attachments=[InboxAttachmentJson(type=one.type, url=one.url) for one in item.attachments],
        reactions=[
            InboxReactionJson(author_id=one.author_id, emoji=one.emoji, at=to_rfc3339(one.at))
            for one in item.reactions
            if one.emoji
        ],
        reply_to=item.reply_to,
        window=_window(item, around, now),
        private_reply=_private_reply(item, actions, now),
        answered=_is_answered(item, actions, around),
        done_by=item.done_by,
        decision=_decision(item),
        escalation=_escalation(item, now),
        actions=[short_action_json(one) for one in actions[-SHORT_ACTIONS:]],
    )


def _own_actions(item: Item, around: Surroundings) -> Sequence[Action]:
    """Return the actions about an item; of a person's messages, those since it was written."""
    actions = around.actions(item)
    if item.kind is not ItemKind.MESSAGE:
        return actions
    return [
        one
        for one in actions
        if one.item_id == item.id or (one.item_id is None and one.created_at >= item.at)
    ]


def _name_of_person(item: Item, around: Surroundings) -> str | None:
    person = around.person(item) if item.kind is ItemKind.MESSAGE else None
    return person.username if person else None


def _media(item: Item, around: Surroundings) -> InboxMediaJson | None:
    if item.media_id is None:
        return None
    known = around.media(item)
    if known is None:
        return InboxMediaJson(id=item.media_id, product_type=item.product_type)
    caption = known.caption
    if caption and len(caption) > CAPTION_EXCERPT:
        caption = caption[: CAPTION_EXCERPT - 1].rstrip() + "…"
    return InboxMediaJson(
        id=item.media_id,
        permalink=known.permalink,
        caption=caption,
        product_type=known.product_type or item.product_type,
        comments_enabled=known.comments_enabled,
    )


def _window(item: Item, around: Surroundings, now: datetime) -> InboxWindowJson | None:
    if item.kind is not ItemKind.MESSAGE:
        return None
    person = around.person(item)
    closes_at = person.closes_at if person else None
    return InboxWindowJson(closes_at=moment(closes_at), is_open=bool(closes_at and now < closes_at))


def _private_reply(
    item: Item, actions: Sequence[Action], now: datetime
) -> InboxPrivateReplyJson | None:
    if item.kind is not ItemKind.COMMENT or item.is_own:
        return None
    until = item.at + PRIVATE_REPLY_WINDOW
    made = [one for one in actions if one.kind is ActionKind.PRIVATE_REPLY]
    sent = any(one.state is not ActionState.FAILED for one in made)
    possible = now < until and not sent and item.deleted_at is None
    return InboxPrivateReplyJson(until=to_rfc3339(until), is_possible=possible, sent=sent)


def _is_answered(item: Item, actions: Sequence[Action], around: Surroundings) -> bool:
    """Return whether the account has answered.

    Answers from other apps are looked for among the newest items of the thread.
    """
    if item.is_own:
        return False
    made = [one for one in actions if one.kind in ANSWERS and one.state is ActionState.DONE]
    failed = {one.id for one in actions if one.state is ActionState.FAILED}
    # What could not be taken back is still there to be read.
    undone = [one for one in made if one.undone_by and one.undone_by not in failed]
    if len(undone) < len(made):
        return True
    # The reply that was deleted may be in the inbox too: no webhook says that it is gone.
    gone = {one.result_id for one in undone}
    own = (one for one in around.thread(item) if one.is_own and one.id not in gone)
    return any(_answers(one, item) for one in own)


def _answers(own: Item, item: Item) -> bool:
    if own.at < item.at or own.deleted_at:
        return False
    match item.kind:
        case ItemKind.MESSAGE:
            return True
        case ItemKind.COMMENT if own.parent_id == item.id:
            return True
        case ItemKind.COMMENT:
            # A reply to a reply is below the top comment; apps begin it with the author's name.
            named = bool(item.username and item.username in (own.text or ""))
            return named and item.parent_id is not None and own.parent_id == item.parent_id
        case ItemKind.MENTION:
            return False


def _decision(item: Item) -> InboxDecisionJson | None:
    decision = item.decision
    if decision is None:
        return None
    return InboxDecisionJson(
        at=to_rfc3339(decision.at),
        rule=decision.rule,
        rules_version=decision.rules_version,
        why=decision.why,
        outcomes=list(decision.outcomes),
        passed=list(decision.passed),
        undone_at=moment(decision.undone_at),
        undone_by=decision.undone_by,
    )


def _escalation(item: Item, now: datetime) -> InboxEscalationJson | None:
    escalation = item.escalation
    if escalation is None:
        return None
    waits = item.state is ItemState.ESCALATED
    return InboxEscalationJson(
        at=to_rfc3339(escalation.at),
        due_at=to_rfc3339(escalation.due_at),
        overdue=waits and now > escalation.due_at,
        by=escalation.by,
    )
