"""Reading conversations and their messages."""

from __future__ import annotations

from local.graph.call import Answer, Call
from local.graph.conversations import EmulatedConversation, EmulatedMessage
from local.graph.errors import bad_parameter, unsupported_method
from local.graph.fields import OPTION, Fields, check_fields, parse_fields, selected
from local.graph.paging import page_of
from local.graph.parameters import Parameters
from local.graph.records import EmulatedAccount
from local.graph.timestamps import graph_time

CONVERSATION_FIELDS = {"id", "updated_time", "participants", "messages", "name"}
MESSAGE_FIELDS = {
    "id", "created_time", "from", "to", "message", "attachments", "is_unsupported", "reactions",
}  # fmt: skip
MAX_PAGE_SIZE = 50


def list_conversations(call: Call) -> Answer:
    """`GET /{ig-id}/conversations`, and `GET /{page-id}/conversations` with Facebook Login."""
    platform = call.params.get("platform", "instagram" if call.is_instagram_login else "")
    if platform != "instagram":
        raise bad_parameter("platform must be instagram")
    fields, person = call.fields("id,updated_time"), call.params.get("user_id")
    found = [
        one
        for one in tuple(call.account.conversations.values())
        if one.shown and person in (None, one.person_id)
    ]
    return page_of(
        sorted(found, key=lambda one: one.messages[-1].at, reverse=True),
        call.params,
        call.request.url,
        lambda one: _conversation(call.account, one, fields),
        MAX_PAGE_SIZE,
    )


def read(call: Call, conversation: EmulatedConversation, edge: str | None) -> Answer:
    """`GET /{conversation-id}` and `GET /{conversation-id}/messages`."""
    if call.method != "GET" or edge not in (None, "messages"):
        raise unsupported_method(call.method)
    call.require("manage_messages")
    if edge is None:
        return _conversation(call.account, conversation, call.fields("id,updated_time"))
    fields = call.fields("id,created_time")
    return _messages(call.account, conversation, call.params, fields)


def read_message(call: Call, conversation: EmulatedConversation, mid: str) -> Answer:
    """`GET /{message-id}`."""
    message = conversation.find(mid)
    if call.method != "GET" or message is None:
        raise unsupported_method(call.method)
    call.require("manage_messages")
    return _message(call.account, conversation, message, call.fields("id,created_time"))


def _conversation(
    account: EmulatedAccount, conversation: EmulatedConversation, fields: Fields
) -> dict[str, object]:
    edge = next((name for name in fields if name.partition(".")[0] == "messages"), None)
    plain = {name: inner for name, inner in fields.items() if name != edge}
    check_fields(plain, CONVERSATION_FIELDS)
    values: dict[str, object] = {
        "id": conversation.id,
        "updated_time": graph_time(conversation.messages[-1].at),
        "participants": {"data": [_own(account), _person(conversation)]},
    }
    node = selected(values, plain)
    if edge is not None:
        inner = parse_fields(fields[edge] or "id,created_time")
        options = Parameters(OPTION.findall(edge))
        node["messages"] = _messages(account, conversation, options, inner)
    return node


def _messages(
    account: EmulatedAccount,
    conversation: EmulatedConversation,
    params: Parameters,
    fields: Fields,
) -> dict[str, object]:
    return page_of(
        conversation.shown,
        params,
        f"https://graph.example/{conversation.id}/messages",
        lambda one: _message(account, conversation, one, fields),
        MAX_PAGE_SIZE,
    )


def _message(
    account: EmulatedAccount,
    conversation: EmulatedConversation,
    message: EmulatedMessage,
    fields: Fields,
) -> dict[str, object]:
    check_fields(fields, MESSAGE_FIELDS)
    own, person = _own(account), _person(conversation)
    values: dict[str, object] = {
        "id": message.mid,
        "created_time": graph_time(message.at),
        "from": own if message.is_own else person,
        "to": {"data": [person if message.is_own else own]},
        "message": message.text or "",
        "attachments": {"data": [_attachment(one) for one in message.attachments]}
        if message.attachments
        else None,
    }
    return selected(values, fields)


def _attachment(raw: dict[str, object]) -> dict[str, object]:
    kind, payload = str(raw.get("type", "file")), raw.get("payload")
    url = payload.get("url") if isinstance(payload, dict) else None
    if kind in ("image", "video"):
        return {f"{kind}_data": {"url": url}}
    return {"mime_type": f"{kind}/octet-stream", "file_url": url}


def _own(account: EmulatedAccount) -> dict[str, object]:
    return {"id": account.id, "username": account.username}


def _person(conversation: EmulatedConversation) -> dict[str, object]:
    return {"id": conversation.person_id, "username": conversation.username}
