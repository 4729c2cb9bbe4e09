"""Messages: sending them, conversations, and who the people are."""

from __future__ import annotations

from datetime import timedelta

from local.graph import updates
from local.graph.call import Answer, Call
from local.graph.conversations import EmulatedConversation, EmulatedMessage, conversation_id
from local.graph.errors import GraphError, bad_parameter, unknown_object, unsupported_method
from local.graph.records import EmulatedAccount
from local.graph.state import EmulatorState
from local.graph.timestamps import parse_graph_time

REPLY_WINDOW = timedelta(days=7)
MAX_TEXT_BYTES = 1000


def send(call: Call) -> Answer:
    """`POST /{ig-id}/messages`, and `POST /{page-id}/messages` with Facebook Login.

    To a person within 24 hours of their last message, or once to the author of a comment.
    """
    if not call.is_instagram_login and call.account.id in call.request.path:
        message = "(#3) Application does not have the capability to make this API call."
        raise GraphError(3, message)
    recipient, text = call.params.mapping("recipient"), call.params.mapping("message").get("text")
    if not isinstance(text, str) or not text:
        raise bad_parameter("message.text is required")
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise bad_parameter(f"Length of param message[text] must be at most {MAX_TEXT_BYTES}")
    with call.state.inbox_lock:
        if "comment_id" in recipient:
            conversation = _conversation_of_comment(call, str(recipient["comment_id"]))
        else:
            conversation = _open_conversation(call, str(recipient.get("id", "")))
        own = EmulatedMessage("", call.state.now(), is_own=True, text=text)
        mid = write(call.state, call.account, conversation, own)
    return {"recipient_id": conversation.person_id, "message_id": mid}


def write(
    state: EmulatorState,
    account: EmulatedAccount,
    conversation: EmulatedConversation,
    message: EmulatedMessage,
) -> str:
    """Store a message, report it, and return its id."""
    message.mid = message.mid or f"m_{state.new_id()}"
    conversation.messages.append(message)
    updates.message_written(state, account, conversation.person_id, message)
    return message.mid


def conversation_of(
    account: EmulatedAccount, person_id: str, username: str
) -> EmulatedConversation:
    """Return the conversation with a person, which may be a new one."""
    new = EmulatedConversation(conversation_id(account.id, person_id), person_id, username)
    return account.conversations.setdefault(person_id, new)


def _open_conversation(call: Call, person_id: str) -> EmulatedConversation:
    conversation = call.account.conversations.get(person_id)
    if conversation is None:
        raise GraphError(100, "(#100) No matching user found", 2534014)
    if not conversation.is_open(call.state.now()):
        raise _closed()
    if conversation.is_blocked:
        raise GraphError(551, "(#551) This person isn't available right now.", 1545041)
    return conversation


def _conversation_of_comment(call: Call, comment_id: str) -> EmulatedConversation:
    comment = call.account.comments.get(comment_id)
    if comment is None:
        raise unknown_object(comment_id, call.method)
    if call.state.now() - parse_graph_time(comment["timestamp"]) > REPLY_WINDOW:
        raise _closed()
    if comment["has_private_reply"]:
        raise GraphError(10900, "(#10900) Activity already replied to")
    comment["has_private_reply"] = True
    return conversation_of(call.account, comment["author"]["id"], comment["username"])


def _closed() -> GraphError:
    return GraphError(10, "This message is sent outside of allowed window.", 2534022, 403)


def profile(call: Call, conversation: EmulatedConversation) -> Answer:
    """`GET /{igsid}`: who wrote; people who never did have not consented."""
    if call.method != "GET":
        raise unsupported_method(call.method)
    call.require("manage_messages")
    if not conversation.has_written:
        message = "(#230) User consent is required to access user profile"
        raise GraphError(230, message, status=403)
    name = conversation.username.replace("_", " ").title()
    return {"name": name, "username": conversation.username, "id": conversation.person_id}
