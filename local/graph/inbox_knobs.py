"""The knobs under `/_control` for comments, mentions, messages and webhooks.

| knob | body |
|---|---|
| `comment` | `{"account", "media", "text", "username", "author_id", "parent", "at", "id", "live"}`:
  a person comments; `parent` is the comment that is answered, `at` in RFC 3339. `author_id` may be
  the account's own id: its owner writes in the Instagram app. Answers with the `id` |
| `delete_comment` | `{"account", "id"}`: its author deletes it, and no webhook says so |
| `mention` | `{"account", "by", "media", "text"}`: `by` mentions the account in a comment below
  `media` of another account; without `text`, in its caption; without `media`, in the caption of a
  new post of the account `by`. Answers with `media_id` and `comment_id` |
| `message` | `{"account", "sender", "username", "text", "attachments", "reply_to", "at", "mid"}`: a
  person writes; `"echo": true`: the owner writes to them in the Instagram app;
  `{"account", "sender", "mid", "reaction": "❤️" or null}`: reacts to a message;
  `{"account", "sender", "deleted": mid}`: takes a message back; with `"blocked": true` the person
  receives no answers until they write again without it. Answers with the `mid` |
| `webhooks` | `{"off", "delay_seconds", "times", "shuffle", "batch", "shape", "secret", "retry"}`:
  how webhooks are delivered from now on; what is not named is as at the start. What was held for a
  batch is sent |
| `webhook` | `{"url", "payload", "secret", "broken": true, "body", "base64": true, "headers": {}}`:
  posts the payload, or a `body` as it is, with its signature. Answers with the `status` |

- `attachments` as in webhooks: `[{"type": "image", "payload": {"url"}}]`; `reply_to`: `{"mid"}` or
  `{"story": {"id", "url"}}`.
- `off`: what arises is lost, as in an outage that is longer than Meta's patience.
- `times`: how often each is sent. `batch`: so many updates are held, then sent in one body.
- `shuffle`: those of a batch, or else two, are sent in another order.
- `shape`: `changes`, `flat` (without `changes`) or `array` (an array around the envelope).
- `secret`: `"wrong"`, or another value to sign with, such as the previous secret.
- `retry`: how often a webhook that was not answered with 200 is sent again; 3 at the start.

`GET /_control/deliveries` lists them: `field`, `status` (null while it waits, 0 without an answer,
`dropped` while they are off), `attempts`, `updates`. Nothing is sent unless an app has a callback
address (`POST /{app-id}/subscriptions`) and the account, or its Page, is subscribed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime

from lambdas.kit.decoded import JsonObject
from local.graph import messages, updates
from local.graph.comments import NewComment, remove_comment, store_comment
from local.graph.conversations import EmulatedConversation, EmulatedMessage
from local.graph.data import EmulatedMedia
from local.graph.deliveries import Shape, WebhookRules
from local.graph.records import CommentAuthor, EmulatedAccount
from local.graph.state import EmulatorState
from local.graph.webhook import send_webhook

Body = JsonObject
PERSON_ID = "26000000000000001"
RULES = tuple(rule.name for rule in fields(WebhookRules))


def _comment(state: EmulatorState, body: Body) -> dict[str, str]:
    owner = state.accounts[str(body["account"])]
    author = _author(owner, str(body.get("author_id", PERSON_ID)), body.get("username", "a_guest"))
    parent = str(body["parent"]) if body.get("parent") else None
    if parent is not None:
        parent = owner.comments[parent]["parent_id"] or parent
    new = NewComment(
        media_id=str(body["media"]),
        text=str(body["text"]),
        author=author,
        parent_id=parent,
        at=_moment(body),
        is_live=bool(body.get("live")),
        id=str(body["id"]) if "id" in body else None,
    )
    return {"id": store_comment(state, owner, new)}


def _author(owner: EmulatedAccount, author_id: str, username: object) -> CommentAuthor:
    if author_id in (owner.id, owner.scoped_id):
        return {"id": owner.scoped_id, "username": owner.username}
    return {"id": author_id, "username": str(username)}


def _delete_comment(state: EmulatorState, body: Body) -> None:
    account, comment_id = state.accounts[str(body["account"])], str(body["id"])
    if comment_id not in account.comments:
        raise KeyError(comment_id)
    with state.inbox_lock:
        remove_comment(account, comment_id)


def _mention(state: EmulatorState, body: Body) -> dict[str, str | None]:
    account, by = state.accounts[str(body["account"])], str(body["by"])
    writer = next((one for one in state.accounts.values() if one.username == by), None)
    text, media_id, comment_id = body.get("text"), body.get("media"), None
    with state.inbox_lock:
        if media_id is None:
            if writer is None:
                raise KeyError(by)
            caption = str(text or f"With @{account.username}")
            media_id, text = _new_post(state, writer, caption), None
        found = state.find_media(str(media_id))
        if found is None or found[0] is account:
            raise ValueError(f"{media_id} is not a post of another account")
        if text:
            author_id = writer.scoped_id if writer else PERSON_ID
            author: CommentAuthor = {"id": author_id, "username": by}
            new = NewComment(str(media_id), str(text), author)
            comment_id = store_comment(state, found[0], new)
        updates.mentioned(state, account, str(media_id), comment_id)
    return {"media_id": str(media_id), "comment_id": comment_id}


def _new_post(state: EmulatorState, writer: EmulatedAccount, caption: str) -> str:
    media_id = state.new_id()
    writer.media.append(EmulatedMedia(media_id, "IMAGE", "FEED", state.now(), caption))
    return media_id


def _message(state: EmulatorState, body: Body) -> dict[str, str]:
    account, person = state.accounts[str(body["account"])], str(body.get("sender", PERSON_ID))
    with state.inbox_lock:
        if "deleted" in body:
            return _unsend(state, account, account.conversations[person], str(body["deleted"]))
        if "reaction" in body:
            return _react(state, account, account.conversations[person], body)
        known = account.conversations.get(person)
        username = str(body.get("username", known.username if known else "a_guest"))
        conversation = messages.conversation_of(account, person, username)
        conversation.is_blocked = bool(body.get("blocked"))
        message = EmulatedMessage(
            mid=str(body.get("mid", "")),
            at=_moment(body) or state.now(),
            is_own=bool(body.get("echo")),
            text=body.get("text"),
            attachments=list(body.get("attachments", [])),
            reply_to=body.get("reply_to"),
        )
        return {"mid": messages.write(state, account, conversation, message)}


def _unsend(
    state: EmulatorState, account: EmulatedAccount, conversation: EmulatedConversation, mid: str
) -> dict[str, str]:
    message = _found(conversation, mid)
    message.is_deleted = True
    updates.message_written(state, account, conversation.person_id, message)
    return {"mid": mid}


def _react(
    state: EmulatorState, account: EmulatedAccount, conversation: EmulatedConversation, body: Body
) -> dict[str, str]:
    message = _found(conversation, str(body["mid"]))
    message.reaction = body["reaction"]
    updates.reacted(state, account, conversation.person_id, message)
    return {"mid": message.mid}


def _found(conversation: EmulatedConversation, mid: str) -> EmulatedMessage:
    message = conversation.find(mid)
    if message is None:
        raise KeyError(mid)
    return message


def _moment(body: Body) -> datetime | None:
    return datetime.fromisoformat(body["at"]).astimezone(UTC) if body.get("at") else None


def _webhooks(state: EmulatorState, body: Body) -> None:
    unknown = sorted(set(body) - set(RULES))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(RULES)}")
    values: Mapping[str, object] = {**body, "shape": Shape(body.get("shape", Shape.CHANGES))}
    state.deliveries.change(WebhookRules(**values))  # type: ignore[arg-type]


def _webhook(_: EmulatorState, body: Body) -> dict[str, int]:
    return send_webhook(body)


INBOX_KNOBS: dict[str, Callable[[EmulatorState, Body], object]] = {
    "comment": _comment,
    "delete_comment": _delete_comment,
    "mention": _mention,
    "message": _message,
    "webhooks": _webhooks,
    "webhook": _webhook,
}
