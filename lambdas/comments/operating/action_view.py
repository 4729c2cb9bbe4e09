"""Actions as JSON, with a sentence for people."""

from __future__ import annotations

from datetime import datetime

from lambdas.comments.operating.views import InboxActionJson, InboxFailureJson, InboxShortActionJson
from lambdas.comments.records import Action, ActionKind, ActionState, Item
from lambdas.kit.clock import to_rfc3339

# (done by an operator or rule, what is wanted), to be put after a name or after "could not".
WORDS = {
    ActionKind.REPLY: ("replied", "reply"),
    ActionKind.PRIVATE_REPLY: ("replied privately", "reply privately"),
    ActionKind.HIDE: ("hid the comment", "hide the comment"),
    ActionKind.UNHIDE: ("showed the comment again", "show the comment again"),
    ActionKind.DELETE: ("deleted it", "delete it"),
    ActionKind.OPEN_COMMENTS: ("allowed comments", "allow comments"),
    ActionKind.CLOSE_COMMENTS: ("turned comments off", "turn comments off"),
    ActionKind.MENTION_REPLY: ("answered the mention", "answer the mention"),
    ActionKind.MESSAGE: ("sent a message", "send a message"),
}


def action_json(action: Action, item: Item | None = None) -> InboxActionJson:
    """Return an action; `item` is its item as it is now."""
    failure = action.failure
    return InboxActionJson(
        id=action.id,
        kind=action.kind,
        state=action.state,
        at=to_rfc3339(action.created_at),
        sentence=sentence_of(action),
        text=action.text,
        by=action.by,
        rule=action.rule,
        client_request_id=action.client_request_id,
        created_at=to_rfc3339(action.created_at),
        done_at=moment(action.done_at),
        result_id=action.result_id,
        failure=InboxFailureJson(code=failure.code, message=failure.message) if failure else None,
        item_id=action.item_id,
        item_state=item.state if item else None,
        trying_until_done=not action.is_settled,
        undoes=action.undoes,
        undone_by=action.undone_by,
    )


def short_action_json(action: Action) -> InboxShortActionJson:
    """Return an action as lists show it."""
    return InboxShortActionJson(
        id=action.id,
        kind=action.kind,
        state=action.state,
        at=to_rfc3339(action.created_at),
        sentence=sentence_of(action),
    )


def sentence_of(action: Action) -> str:
    """Return who did what, and how it ended."""
    name = f"The rule “{action.rule}”" if action.rule else action.by or "An operator"
    done, wanted = WORDS[action.kind]
    why = f": {action.failure.message}" if action.failure else "."
    match action.state:
        case ActionState.DONE:
            undone = " This was taken back." if action.undone_by else ""
            back = ", to take back what was done" if action.undoes else ""
            return f"{name} {done}{back}.{undone}"
        case ActionState.FAILED:
            return f"{name} could not {wanted}{why}"
        case ActionState.UNCERTAIN:
            return f"{name} wanted to {wanted}, and it is not known whether that happened{why}"
        case ActionState.RECORDED:
            again = f" The next try is at {to_rfc3339(action.due_at)}." if action.attempts else ""
            return f"{name} wants to {wanted}; it is not done yet.{again}"


def moment(at: datetime | None) -> str | None:
    """Return a time as JSON has it."""
    return to_rfc3339(at) if at else None
