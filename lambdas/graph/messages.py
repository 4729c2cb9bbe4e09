"""Messages between the account and people, who have to write first.

Source: D:/IP/instagram-api-with-instagram-login/messaging-api, …/conversations-api and
…/messaging-api/user-profile; D:/messenger-platform/conversations for the Facebook login, whose node
is the Page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.capability import Capability
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import Edges, created_id
from lambdas.graph.page_walk import cursor_after
from lambdas.graph.platform import Platform

CONVERSATION_FIELDS = "id,updated_time,participants"
MESSAGE_FIELDS = "id,created_time,from,to,message,attachments,is_unsupported"
# Instagram gives the details of the 20 newest messages of a conversation only.
MESSAGES_PER_PAGE = 20
CONVERSATIONS_PER_PAGE = 50
# Of a message; Instagram has some ten.
MAX_FILES = 30
# Where an attachment's address is, by its type.
ATTACHMENT_KINDS = {"image_data": "image", "video_data": "video", "audio_data": "audio"}


@dataclass(frozen=True)
class SentMessage:
    """A message that was sent. `recipient_id` is the person's id in conversations, if it is known.

    It can differ from the id of a comment's author.
    """

    message_id: str
    recipient_id: str | None = None


@dataclass(frozen=True)
class Participant:
    """A side of a conversation: a person, or the account itself."""

    id: str
    username: str | None = None


@dataclass(frozen=True)
class Conversation:
    """A conversation with one person; the account is among the participants."""

    id: str
    updated_at: datetime | None = None
    participants: tuple[Participant, ...] = ()


@dataclass(frozen=True)
class ConversationPage:
    """Conversations, the newest first; `after` is where the next page begins, None if none does."""

    conversations: tuple[Conversation, ...]
    after: str | None = None


@dataclass(frozen=True)
class MessageAttachment:
    """A file of a message; `type` is image, video, audio or file. Its address expires."""

    type: str
    url: str | None = None


@dataclass(frozen=True)
class Message:
    """A message of a conversation. `is_unsupported`: only the Instagram app shows what it is."""

    id: str
    created_at: datetime | None = None
    sender: Participant | None = None
    recipients: tuple[Participant, ...] = ()
    text: str | None = None
    attachments: tuple[MessageAttachment, ...] = ()
    is_unsupported: bool = False


@dataclass(frozen=True)
class MessagePage:
    """Messages, the newest first; `after` is where the next page begins, None if none does."""

    messages: tuple[Message, ...]
    after: str | None = None


@dataclass(frozen=True)
class MessagingProfile:
    """A person who wrote to the account."""

    id: str
    username: str | None = None
    name: str | None = None


class Messages(Edges):
    """Reads conversations and sends messages. A message is sent once, whatever happens."""

    def send(self, recipient_id: str, text: str) -> SentMessage:
        """Send a person a text, within 24 hours of their last message."""
        edge = "send_message"
        body = {"recipient": {"id": recipient_id}, "message": {"text": text}}
        path = f"{messaging_node(self.platform, self.account_id)}/messages"
        answer = self._change(path, edge, Capability.MESSAGES, json=body)
        return sent_message(answer, edge)

    def conversations(self, after: str | None = None) -> ConversationPage:
        """Return a page of the conversations."""
        query = {"limit": str(CONVERSATIONS_PER_PAGE)} | ({"after": after} if after else {})
        raw = self._conversations(query)
        return ConversationPage(_conversations_of(raw), cursor_after(raw))

    def conversation_with(self, user_id: str) -> Conversation | None:
        """Return the conversation with a person, or None."""
        return next(iter(_conversations_of(self._conversations({"user_id": user_id}))), None)

    def messages_of(self, conversation_id: str, after: str | None = None) -> MessagePage:
        """Return a page of a conversation's messages."""
        start = f".after({after})" if after else ""
        fields = f"messages.limit({MESSAGES_PER_PAGE}){start}{{{MESSAGE_FIELDS}}}"
        query = {"fields": fields}
        raw = self._get(conversation_id, "messages", query, Capability.MESSAGES)
        page = parsing.mapping(raw.get("messages"))
        found = (_message_of(entry) for entry in parsing.data(page) if parsing.identifier(entry))
        return MessagePage(tuple(found), cursor_after(page))

    def profile(self, user_id: str) -> MessagingProfile:
        """Return who a person is. Raises PermissionMissing for one who never wrote."""
        query = {"fields": "name,username"}
        raw = self._get(user_id, "messaging_profile", query, Capability.MESSAGES)
        return MessagingProfile(
            user_id, parsing.cut_name(raw, "username"), parsing.cut_name(raw, "name")
        )

    def _conversations(self, query: dict[str, str]) -> JsonObject:
        path = f"{messaging_node(self.platform, self.account_id)}/conversations"
        query = {"platform": "instagram", "fields": CONVERSATION_FIELDS, **query}
        return self._get(path, "conversations", query, Capability.MESSAGES)


def messaging_node(platform: Platform, account_id: str) -> str:
    """Return the node of messages: the account, or the Page that the token belongs to.

    With the Facebook login the account's own node refuses messages with code 3.
    """
    return "me" if platform.needs_page else account_id


def sent_message(answer: JsonObject, edge: str) -> SentMessage:
    """Return the message of an answer. Raises UnknownOutcome if it has no id."""
    message_id = created_id(answer, edge, "message_id")
    return SentMessage(message_id, parsing.identifier(answer, "recipient_id"))


def _conversations_of(raw: JsonObject) -> tuple[Conversation, ...]:
    return tuple(
        Conversation(
            str(parsing.identifier(entry)),
            parsing.moment(entry, "updated_time") or parsing.unix_time(entry, "updated_time"),
            _participants(parsing.data(entry.get("participants"))),
        )
        for entry in parsing.data(raw)
        if parsing.identifier(entry)
    )


def _participants(entries: list[JsonObject]) -> tuple[Participant, ...]:
    found = ((parsing.identifier(entry), parsing.cut_name(entry, "username")) for entry in entries)
    return tuple(Participant(one, username) for one, username in found if one)


def _message_of(raw: JsonObject) -> Message:
    return Message(
        id=parsing.identifier(raw) or "",
        created_at=parsing.moment(raw, "created_time"),
        sender=next(iter(_participants([parsing.mapping(raw.get("from"))])), None),
        recipients=_participants(parsing.data(raw.get("to"))),
        text=parsing.cut_text(raw, "message"),
        attachments=tuple(map(_attachment_of, parsing.data(raw.get("attachments"))[:MAX_FILES])),
        is_unsupported=parsing.flag(raw, "is_unsupported") is True,
    )


def _attachment_of(raw: JsonObject) -> MessageAttachment:
    for name, kind in ATTACHMENT_KINDS.items():
        if name in raw:
            return MessageAttachment(kind, parsing.address(parsing.mapping(raw[name]), "url"))
    kind = (parsing.text(raw, "mime_type") or "").partition("/")[0]
    is_known = kind in ATTACHMENT_KINDS.values()
    return MessageAttachment(kind if is_known else "file", parsing.address(raw, "file_url"))
