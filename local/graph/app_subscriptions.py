"""Webhook subscriptions of an app."""

from __future__ import annotations

from urllib.parse import urlencode

from local.graph.call import Answer
from local.graph.errors import GraphError, bad_parameter
from local.graph.fetch import Fetch
from local.graph.parameters import Parameters
from local.graph.records import EmulatedApp
from local.graph.request import GraphRequest
from local.graph.state import EmulatorState

FIELDS = {
    "comments", "live_comments", "mentions", "story_insights", "messages", "message_reactions",
    "messaging_postbacks",
}  # fmt: skip


def answer(state: EmulatorState, request: GraphRequest, fetch: Fetch) -> Answer:
    """`/{app-id}/subscriptions`, with the app's own token."""
    app, params = state.apps[request.path[0]], request.params
    if request.token != f"{app.id}|{app.secret}":
        raise GraphError(15, "This method must be called with an app access_token.")
    if request.method == "GET":
        return {"data": [{"object": name, **row} for name, row in app.subscriptions.items()]}
    if request.method == "DELETE":
        app.subscriptions.pop(params.get("object", "instagram"), None)
        return {"success": True}
    fields = params.words("fields")
    is_known = params.get("object") == "instagram" and fields and not set(fields) - FIELDS
    if request.method != "POST" or not is_known:
        raise bad_parameter("object must be instagram, with fields that it has")
    _verify(params, state.new_id(), fetch)
    _subscribe(app, params, fields)
    return {"success": True}


def _verify(params: Parameters, challenge: str, fetch: Fetch) -> None:
    """Call the address, as Meta does before it accepts a subscription."""
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": params.get("verify_token", ""),
    }
    try:
        content = fetch(f"{params.get('callback_url', '')}?{urlencode(query)}").content
    except (OSError, ValueError):
        content = b""
    if content.decode(errors="replace").strip() != challenge:
        raise GraphError(2200, "(#2200) Callback verification failed")


def _subscribe(app: EmulatedApp, params: Parameters, fields: list[str]) -> None:
    app.subscriptions["instagram"] = {
        "callback_url": params["callback_url"],
        "fields": [{"name": name, "version": "v25.0"} for name in fields],
        "active": True,
    }
