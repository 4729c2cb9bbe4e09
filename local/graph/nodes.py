"""Find the node of a path, and answer for its edge."""

from __future__ import annotations

from collections.abc import Callable

from local.graph import (
    account_insights,
    comments,
    container_status,
    containers,
    hashtags,
    media,
    media_insights,
    message_lists,
    messages,
    pages,
    profile,
    publishing,
    subscriptions,
)
from local.graph.call import Answer, Call
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, unknown_object, unsupported_method
from local.graph.nested import edge_call, split_edges, with_fields
from local.graph.sample import BUSINESS_ID, PERSON_ID

# By method and edge: the scope that is needed beside the basic one, and what answers.
ACCOUNT_EDGES: dict[tuple[str, str | None], tuple[str, Callable[[Call], Answer]]] = {
    ("GET", None): ("basic", profile.read),
    ("GET", "media"): ("basic", media.list_media),
    ("GET", "stories"): ("basic", media.list_stories),
    ("GET", "tags"): ("basic", media.list_tags),
    ("GET", "insights"): ("manage_insights", account_insights.read),
    ("POST", "media"): ("content_publish", containers.create),
    ("POST", "media_publish"): ("content_publish", publishing.publish),
    ("GET", "content_publishing_limit"): ("content_publish", publishing.read_limit),
    ("POST", "mentions"): ("manage_comments", comments.create_mention_reply),
    ("POST", "messages"): ("manage_messages", messages.send),
    ("GET", "conversations"): ("manage_messages", message_lists.list_conversations),
}
MEDIA_EDGES: dict[tuple[str, str | None], tuple[str, Callable[[Call, EmulatedMedia], Answer]]] = {
    ("GET", None): ("basic", media.read),
    ("GET", "children"): ("basic", media.list_children),
    ("GET", "insights"): ("manage_insights", media_insights.read),
    ("GET", "comments"): ("manage_comments", comments.list_comments),
    ("POST", "comments"): ("manage_comments", comments.create),
    ("POST", None): ("manage_comments", media.update),
    ("DELETE", None): ("manage_contents", media.delete),
}
COMMENT_EDGES: dict[tuple[str, str | None], Callable[[Call, str], Answer]] = {
    ("GET", None): comments.read,
    ("GET", "replies"): comments.list_replies,
    ("POST", "replies"): comments.create_reply,
    ("POST", None): comments.update,
    ("DELETE", None): comments.delete,
}
# Meta's SDK for Instagram Login names the edge without the underscore.
INSTAGRAM_LOGIN_ALIASES = {"mediapublish": "media_publish"}


def answer(call: Call) -> Answer:
    """Return the answer of a node or edge. Raises GraphError."""
    path = call.request.path
    if len(path) == 3 and path[1] == "permissions" and not call.is_instagram_login:
        return pages.revoke(call, path[0], path[2])
    if len(path) > 2:
        raise GraphError(2500, f"Unknown path components: /{'/'.join(path[2:])}")
    node, edge = (*path, None, None)[:2]
    node = node or ""
    if call.state.apps[call.token.app_id].standard_access and not call.account.has_role:
        raise unsupported_method(call.method)
    if call.is_instagram_login:
        edge = INSTAGRAM_LOGIN_ALIASES.get(edge or "", edge)
        if node in ("me", call.account.scoped_id):
            node = call.account.id
    else:
        facebook = _facebook_node(call, node, edge)
        if facebook is not None:
            return facebook
    return _instagram_node(call, node, edge)


def _facebook_node(call: Call, node: str, edge: str | None) -> Answer | None:
    """Answer for a node that only Facebook Login has; return None for any other node."""
    if node == "me" and call.token.page_id is not None:
        node = call.token.page_id
    if node in ("me", PERSON_ID):
        return pages.person(call, edge)
    if node in call.state.pages:
        return pages.page(call, node, edge)
    if node == BUSINESS_ID:
        return pages.business(call, edge)
    if node == "ig_hashtag_search" and edge is None:
        return hashtags.search(call)
    if node.startswith(hashtags.ID_PREFIX):
        return hashtags.list_media(call, edge)
    return None


def _instagram_node(call: Call, node: str, edge: str | None) -> Answer:
    visible = call.visible_accounts()
    if node in visible:
        return _account(call.on(visible[node]), edge)
    container = call.state.containers.get(node)
    if container is not None and container.account_id in visible and edge is None:
        if call.method != "GET":
            raise unsupported_method(call.method)
        call.require("basic")
        return container_status.read(call, container)
    for account in visible.values():
        if node in account.comments:
            return _comment(call.on(account), node, edge)
        found_in = _conversation(call.on(account), node, edge)
        if found_in is not None:
            return found_in
    found = call.state.find_media(node)
    if found is not None and found[0].id in visible:
        return _media(call.on(found[0]), found[1], edge)
    raise unknown_object(node, call.method)


def _conversation(call: Call, node: str, edge: str | None) -> Answer | None:
    """Answer for a conversation, a message or a person; return None for any other node."""
    if edge is None and node in call.account.conversations:
        return messages.profile(call, call.account.conversations[node])
    for conversation in tuple(call.account.conversations.values()):
        if conversation.id == node:
            return message_lists.read(call, conversation, edge)
        if edge is None and conversation.find(node):
            return message_lists.read_message(call, conversation, node)
    return None


def _account(call: Call, edge: str | None) -> Answer:
    call.require("basic")
    if edge == "subscribed_apps":
        return subscriptions.answer(call, call.account.subscribed, subscriptions.ACCOUNT_FIELDS)
    if (call.method, edge) not in ACCOUNT_EDGES:
        raise unsupported_method(call.method)
    capability, read = ACCOUNT_EDGES[call.method, edge]
    call.require(capability)
    if edge is None:
        return _profile(call)
    return read(call)


def _profile(call: Call) -> Answer:
    """Answer for the account itself, with the edges that are among its fields."""
    edges = {edge for method, edge in ACCOUNT_EDGES if method == "GET" and edge}
    plain, nested = split_edges(call.fields(), edges)
    if not nested:
        return profile.read(call)
    answered = dict(profile.read(with_fields(call, plain)))
    wrapped = answered.get("data")
    own = wrapped[0] if isinstance(wrapped, list) else answered
    for name, inner in nested.items():
        edge = name.partition(".")[0]
        found = _account(edge_call(call, call.account.id, name, inner), edge)
        if found["data"]:
            own[edge] = found
    return answered


def _media(call: Call, node: EmulatedMedia, edge: str | None) -> Answer:
    call.require("basic")
    is_offered = call.method != "DELETE" or not call.is_instagram_login
    if (call.method, edge) not in MEDIA_EDGES or not is_offered:
        raise unsupported_method(call.method)
    capability, read = MEDIA_EDGES[call.method, edge]
    call.require(capability)
    return read(call, node)


def _comment(call: Call, comment_id: str, edge: str | None) -> Answer:
    call.require("manage_comments")
    if (call.method, edge) not in COMMENT_EDGES:
        raise unsupported_method(call.method)
    return COMMENT_EDGES[call.method, edge](call, comment_id)
