"""What happens at an account, and which apps hear of it by webhook.

An account of Instagram Login is subscribed itself; with Facebook Login its Page is, and the app as
a whole. `mentions` in comments arrive as `comments` at apps of Instagram Login.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from local.graph.conversations import EmulatedMessage
from local.graph.deliveries import Update
from local.graph.records import EmulatedAccount, EmulatedApp, EmulatedComment
from local.graph.state import EmulatorState
from local.graph.tokens import LoginType

INSTAGRAM, FACEBOOK = LoginType.INSTAGRAM, LoginType.FACEBOOK


def comment_written(state: EmulatorState, owner: EmulatedAccount, comment_id: str) -> None:
    """Report a comment below the owner's media."""
    field = "live_comments" if owner.comments[comment_id]["is_live"] else "comments"
    value = _comment(state, owner, comment_id)
    for app in _subscribers(state, owner, field):
        # The two login types name the comment's id differently.
        name = "id" if app.login_type is INSTAGRAM else "comment_id"
        _change(state, owner, app, field, {name: comment_id, **value})


def mentioned(
    state: EmulatorState, account: EmulatedAccount, media_id: str, comment_id: str | None
) -> None:
    """Report a mention of the account in a caption, or in a comment of another account."""
    value = {"media_id": media_id} | ({"comment_id": comment_id} if comment_id else {})
    for app in _subscribers(state, account, "mentions"):
        if app.login_type is FACEBOOK:
            _change(state, account, app, "mentions", value)
    owner = next((one for one in state.accounts.values() if comment_id in one.comments), None)
    if owner is None or comment_id is None:
        return
    for app in _subscribers(state, account, "comments"):
        if app.login_type is INSTAGRAM:
            shown = {"id": comment_id, **_comment(state, owner, comment_id)}
            _change(state, account, app, "comments", shown)


def message_written(
    state: EmulatorState, account: EmulatedAccount, person_id: str, message: EmulatedMessage
) -> None:
    """Report a message, an own one as an echo, or that one was taken back."""
    shown: dict[str, object] = {"mid": message.mid}
    if message.is_deleted:
        shown["is_deleted"] = True
    else:
        parts = {
            "text": message.text,
            "attachments": message.attachments or None,
            "reply_to": message.reply_to,
            "is_echo": message.is_own or None,
        }
        shown |= {name: value for name, value in parts.items() if value is not None}
    sides = (account.id, person_id) if message.is_own else (person_id, account.id)
    at = state.now() if message.is_deleted else message.at
    _messaging(state, account, "messages", _event(*sides, at) | {"message": shown})


def reacted(
    state: EmulatorState, account: EmulatedAccount, person_id: str, message: EmulatedMessage
) -> None:
    """Report a person's reaction to a message, or that it was removed."""
    shown = {"mid": message.mid, "action": "react" if message.reaction else "unreact"}
    if message.reaction:
        shown |= {"reaction": "other", "emoji": message.reaction}
    event = _event(person_id, account.id, state.now()) | {"reaction": shown}
    _messaging(state, account, "message_reactions", event)


def _comment(state: EmulatorState, owner: EmulatedAccount, comment_id: str) -> dict[str, object]:
    comment: EmulatedComment = owner.comments[comment_id]
    author: dict[str, object] = {**comment["author"]}
    if author["id"] == owner.scoped_id:
        author |= {"id": owner.id, "self_ig_scoped_id": owner.scoped_id}
    found = state.find_media(comment["media"])
    product = found[1].product_type if found else "FEED"
    value: dict[str, object] = {
        "from": author,
        "text": comment["text"],
        "media": {"id": comment["media"], "media_product_type": product},
    }
    return value | ({"parent_id": comment["parent_id"]} if comment["parent_id"] else {})


def _subscribers(
    state: EmulatorState, account: EmulatedAccount, field: str
) -> Iterator[EmulatedApp]:
    for app in tuple(state.apps.values()):
        if app.login_type is INSTAGRAM:
            is_subscribed = field in account.subscribed
        else:
            pages = [one for one, page in state.pages.items() if page["account"] == account.id]
            is_subscribed = any(state.page_subscriptions.get(one) for one in pages)
            is_subscribed = is_subscribed and field in _fields(app)
        if is_subscribed and callback(state, app):
            yield app


def callback(state: EmulatorState, app: EmulatedApp) -> str | None:
    """Return where the app's webhooks go: its own address, or else that of the Meta app."""
    apps = [app, *(one for one in state.apps.values() if one.login_type is FACEBOOK)]
    for one in apps if app.login_type is INSTAGRAM else apps[:1]:
        if "instagram" in one.subscriptions:
            return str(one.subscriptions["instagram"]["callback_url"])
    return None


def _fields(app: EmulatedApp) -> set[object]:
    fields = app.subscriptions.get("instagram", {}).get("fields", [])
    return {one["name"] for one in fields} if isinstance(fields, list) else set()


def _change(
    state: EmulatorState, account: EmulatedAccount, app: EmulatedApp, field: str, value: object
) -> None:
    entry = {"id": account.id, "time": int(state.now().timestamp())}
    change = {"field": field, "value": value}
    _deliver(state, app, Update(field, entry, change=change))


def _messaging(
    state: EmulatorState, account: EmulatedAccount, field: str, event: dict[str, object]
) -> None:
    for app in _subscribers(state, account, field):
        entry = {"id": account.id, "time": _milliseconds(state.now())}
        _deliver(state, app, Update(field, entry, event=event))


def _deliver(state: EmulatorState, app: EmulatedApp, update: Update) -> None:
    state.deliveries.add(callback(state, app) or "", app.id, app.secret, update)


def _event(sender: str, recipient: str, at: datetime) -> dict[str, object]:
    return {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": _milliseconds(at),
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
