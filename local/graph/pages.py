"""What Facebook Login adds: the person, their permissions, Pages and businesses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local.graph import message_lists, messages, subscriptions
from local.graph.call import Answer, Call
from local.graph.errors import GraphError, bad_parameter, unsupported_method
from local.graph.fields import Fields, selected
from local.graph.paging import page_of
from local.graph.sample import BUSINESS_ID, PERSON_ID
from local.graph.tokens import EmulatedToken, TokenKind

MESSAGING_EDGES: dict[tuple[str, str | None], Callable[[Call], Answer]] = {
    ("POST", "messages"): messages.send,
    ("GET", "conversations"): message_lists.list_conversations,
}
TASKS = ["ANALYZE", "MODERATE", "CREATE_CONTENT", "MANAGE"]


def person(call: Call, edge: str | None) -> Answer:
    """`/me` and `/{user-id}`."""
    if edge == "permissions":
        return _permissions(call)
    if call.method != "GET":
        raise unsupported_method(call.method)
    if edge is None:
        return selected({"id": PERSON_ID, "name": "A Person"}, call.fields("id,name"))
    if edge == "accounts":
        own = [page_id for page_id, page in call.state.pages.items() if not page["business"]]
        return _list_pages(call, own, "pages_show_list")
    if edge == "businesses":
        is_granted = "business_management" in call.token.scopes
        return {"data": [{"id": BUSINESS_ID, "name": "Example Ltd"}] if is_granted else []}
    raise unsupported_method(call.method)


def revoke(call: Call, node: str, scope: str) -> Answer:
    """`DELETE /{user-id}/permissions/{name}`."""
    if node not in ("me", PERSON_ID) or call.method != "DELETE":
        raise unsupported_method(call.method)
    _revoke(call.token, scope)
    return {"success": True}


def business(call: Call, edge: str | None) -> Answer:
    """`/{business-id}/owned_pages` and `/{business-id}/client_pages`."""
    if call.method != "GET":
        raise unsupported_method(call.method)
    held = [page_id for page_id, page in call.state.pages.items() if page["business"] == edge]
    return _list_pages(call, held, "business_management")


def page(call: Call, page_id: str, edge: str | None) -> Answer:
    """`/{page-id}`, its `subscribed_apps`, and the messages of its account."""
    if edge == "subscribed_apps":
        if call.token.kind is not TokenKind.PAGE:
            message = "A page access token is required to request this resource."
            raise GraphError(210, message, status=403)
        subscribed = call.state.page_subscriptions.setdefault(page_id, set())
        return subscriptions.answer(call, subscribed, subscriptions.PAGE_FIELDS)
    if (call.method, edge) in MESSAGING_EDGES:
        return _messaging(call, page_id, edge or "")
    if call.method != "GET" or edge is not None:
        raise unsupported_method(call.method)
    return _page_node(call, page_id, call.fields("id,name"))


def _messaging(call: Call, page_id: str, edge: str) -> Answer:
    """Answer for an edge of the linked account's messages."""
    account_id = call.state.pages[page_id]["account"]
    if account_id is None or call.token.kind is not TokenKind.PAGE:
        raise unsupported_method(call.method)
    call.require("manage_messages")
    return MESSAGING_EDGES[call.method, edge](call.on(call.state.accounts[account_id]))


def _permissions(call: Call) -> Answer:
    if call.method == "DELETE":
        _revoke(call.token, call.params.get("permission"))
        return {"success": True}
    if call.method != "GET":
        raise unsupported_method(call.method)
    return {
        "data": [
            {"permission": scope, "status": status}
            for status, scopes in (
                ("granted", call.token.scopes),
                ("declined", call.token.declined),
            )
            for scope in sorted(scopes)
        ]
    }


def _revoke(token: EmulatedToken, scope: str | None) -> None:
    """Revoke one permission, or the app's access as a whole."""
    if scope is None:
        token.dead = 458
    elif scope not in token.scopes:
        raise bad_parameter(f"The permission {scope} is not granted")
    else:
        token.scopes.remove(scope)
        token.declined.add(scope)


def _list_pages(call: Call, page_ids: Sequence[str], scope: str) -> Answer:
    if scope not in call.token.scopes:
        return {"data": []}
    fields = call.fields("id,name,access_token")
    shared = [page_id for page_id in page_ids if call.token.has_page(page_id)]
    return page_of(
        shared, call.params, call.request.url, lambda page_id: _page_node(call, page_id, fields)
    )


def _page_node(call: Call, page_id: str, fields: Fields) -> dict[str, object]:
    stored = call.state.pages[page_id]
    is_shared = call.token.has_page(page_id)
    values = {
        "id": page_id,
        "name": stored["name"],
        "access_token": call.state.page_token(page_id, call.token) if is_shared else None,
        "tasks": TASKS,
        "instagram_business_account": {"id": stored["account"]} if stored["account"] else None,
    }
    return selected(values, fields)
