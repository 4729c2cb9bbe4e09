"""What only the Facebook login type has: the person, Pages, permissions, hashtags, other accounts, app subscriptions, resumable uploads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from local.graph import changes, nodes
from local.graph.asked import Asked
from local.graph.changes import Fetch
from local.graph.refusal import Refusal, bad_parameter, unsupported, unsupported_method
from local.graph.state import BUSINESS, PERSON, EmulatedAccount, EmulatedToken, EmulatorState

HASHTAG_IDS = "178438"
MAX_HASHTAGS = 30
HASHTAG_WINDOW = timedelta(days=7)
TASKS = ["ANALYZE", "MODERATE", "CREATE_CONTENT", "MANAGE"]
# The fields of other accounts' media; they have no ids of their own that could be asked for.
APP_FIELDS = {
    "comments",
    "live_comments",
    "mentions",
    "story_insights",
    "messages",
    "message_reactions",
    "messaging_postbacks",
}


def answer(
    emulator_state: EmulatorState,
    asked: Asked,
    token: EmulatedToken,
    account: EmulatedAccount,
    address: str,
) -> Any:
    """What only this login type has; None for everything else."""
    path, key = asked.path, (asked.method, *asked.path)
    if path in (("me", "permissions"), (PERSON, "permissions")):
        return _permissions(asked, token)
    if path and path[0] in emulator_state.pages:
        return _page_node(emulator_state, asked, token)
    if path[:1] == ("me",) and key not in (
        ("GET", "me"),
        ("GET", "me", "accounts"),
        ("GET", "me", "businesses"),
    ):
        raise unsupported_method(asked.method)
    if key == ("GET", "me") or key == ("GET", PERSON):
        return {"id": PERSON, "name": "A Person"}
    if key == ("GET", "me", "accounts"):
        return _pages(
            emulator_state,
            asked,
            token,
            [page for page, row in emulator_state.pages.items() if not row.get("business")],
            "pages_show_list",
        )
    if key == ("GET", "me", "businesses"):
        return {
            "data": [{"id": BUSINESS, "name": "Example Ltd"}]
            if "business_management" in token.scopes
            else []
        }
    if path[:1] == (BUSINESS,) and asked.method == "GET":
        edge = path[1] if len(path) > 1 else ""
        held = [page for page, row in emulator_state.pages.items() if row.get("business") == edge]
        return _pages(emulator_state, asked, token, held, "business_management")
    if key == ("GET", "ig_hashtag_search"):
        return _hashtag(emulator_state, account, asked.query.get("q", ""))
    if (
        len(path) == 2
        and path[0].startswith(HASHTAG_IDS)
        and path[1] in ("top_media", "recent_media")
        and asked.method == "GET"
    ):
        fields = nodes.parse_fields(asked.query.get("fields", "id"))
        shown = [
            nodes.media(one, account, fields, address, "facebook") for one in account.media[:3]
        ]
        return nodes.page_of(shown, asked.query, asked.url)
    return None


def linked_accounts(emulator_state: EmulatorState, token: EmulatedToken) -> set[str]:
    """The accounts that a person's token may see: those linked to the Pages that were ticked."""
    if token.login_type != "facebook" or token.kind == "page":
        return set()
    ticked = [
        row
        for page, row in emulator_state.pages.items()
        if token.pages is None or page in token.pages
    ]
    return {row["account"] for row in ticked if row["account"]}


def _permissions(asked: Asked, token: EmulatedToken) -> Any:
    if asked.method == "DELETE":
        token.dead = 458
        return {"success": True}
    if asked.method != "GET":
        raise unsupported_method(asked.method)
    granted = [{"permission": scope, "status": "granted"} for scope in sorted(token.scopes)]
    return {
        "data": granted
        + [{"permission": scope, "status": "declined"} for scope in sorted(token.declined)]
    }


def _pages(
    emulator_state: EmulatorState, asked: Asked, token: EmulatedToken, pages: list[str], scope: str
) -> Any:
    if scope not in token.scopes:
        return {"data": []}
    fields = nodes.parse_fields(asked.query.get("fields", "id,name,access_token"))
    ticked = [page for page in pages if token.pages is None or page in token.pages]
    return nodes.page_of(
        [_page(emulator_state, page, token, fields) for page in ticked], asked.query, asked.url
    )


def _page_node(emulator_state: EmulatorState, asked: Asked, token: EmulatedToken) -> Any:
    page = asked.path[0]
    if asked.path[1:] == ("subscribed_apps",):
        if token.kind != "page":
            raise Refusal(
                210, "A page access token is required to request this resource.", status=403
            )
        return changes.subscription(
            emulator_state.page_subscriptions,
            changes.PAGE_FIELDS,
            asked.method,
            asked.values,
            token.app_id,
        )
    if asked.method != "GET" or len(asked.path) > 1:
        raise unsupported_method(asked.method)
    return _page(
        emulator_state, page, token, nodes.parse_fields(asked.query.get("fields", "id,name"))
    )


def _page(
    emulator_state: EmulatorState, page_id: str, token: EmulatedToken, fields: Mapping[str, str]
) -> dict[str, Any]:
    page = emulator_state.pages[page_id]
    linked = {"id": page["account"]} if page["account"] else None
    ticked = token.pages is None or page_id in token.pages
    value = emulator_state.page_token(page_id, token) if ticked else None
    values = {
        "id": page_id,
        "name": page["name"],
        "access_token": value,
        "tasks": TASKS,
        "instagram_business_account": linked,
    }
    return {name: values[name] for name in {"id": "", **fields} if values.get(name) is not None}


def _hashtag(emulator_state: EmulatorState, account: EmulatedAccount, name: str) -> Any:
    if not name:
        raise bad_parameter("The parameter q is required")
    since = emulator_state.now() - HASHTAG_WINDOW
    recent = {tag: asked_at for tag, asked_at in account.hashtags.items() if asked_at > since}
    if name not in recent:
        if len(recent) >= MAX_HASHTAGS:
            raise Refusal(
                18, "The account has asked for the maximum number of hashtags in seven days"
            )
        recent[name] = emulator_state.now()
    account.hashtags = recent
    number = sum(ord(letter) * 31**deployment for deployment, letter in enumerate(name)) % 10**11
    return {"data": [{"id": f"{HASHTAG_IDS}{number:011d}"}]}


def special_field(
    emulator_state: EmulatorState, account: EmulatedAccount, fields: Mapping[str, str], address: str
) -> Any:
    """`business_discovery`, `mentioned_media` and `mentioned_comment`; None if no field is one of them."""
    special = next((name for name in fields if "." in name), None)
    if special is None:
        return None
    name, _, rest = special.partition(".")
    argument = rest.partition("(")[2].rstrip(")")
    inner = nodes.parse_fields(fields[special] or "id")
    found = emulator_state.find_media(argument)
    if name == "business_discovery":
        return {name: _discovered(emulator_state, argument, inner, address), "id": account.id}
    if name == "mentioned_media" and found:
        return {name: nodes.media(found[1], found[0], inner, address, "facebook"), "id": account.id}
    owner = next(
        (one for one in emulator_state.accounts.values() if argument in one.comments), None
    )
    if name == "mentioned_comment" and owner:
        return {name: nodes.comment(owner, argument, inner), "id": account.id}
    raise unsupported(argument)


def _discovered(
    emulator_state: EmulatorState, username: str, fields: Mapping[str, str], address: str
) -> dict[str, Any]:
    other = next(
        (
            one
            for one in emulator_state.accounts.values()
            if one.username == username and one.account_type != "PERSONAL"
        ),
        None,
    )
    if other is None:
        raise Refusal(110, "Invalid user id", 2207013)
    edge = next((name for name in fields if name.partition(".")[0] == "media"), None)
    told = nodes.profile(
        other, "facebook", {name: inner for name, inner in fields.items() if name != edge}
    )
    if edge:
        options = dict(nodes.OPTION.findall(edge))
        page = nodes.page_of(other.media, options, "")
        inner = nodes.parse_fields(fields[edge] or "id")
        page["data"] = [nodes.media(one, other, inner, address, "facebook") for one in page["data"]]
        # Here only cursors are told, never the address of a next page.
        page.get("paging", {}).pop("next", None)
        told["media"] = page
    return told


def app_subscriptions(emulator_state: EmulatorState, asked: Asked, fetch: Fetch) -> Any:
    """`/{app-id}/subscriptions`, with the app's own token; subscribing calls the address at once, to verify it."""
    app = emulator_state.apps[asked.path[0]]
    if asked.token != f"{app.id}|{app.secret}":
        raise Refusal(15, "This method must be called with an app access_token.")
    if asked.method == "GET":
        return {"data": [{"object": name, **row} for name, row in app.subscriptions.items()]}
    values = asked.values
    if asked.method == "DELETE":
        app.subscriptions.pop(values.get("object", "instagram"), None)
        return {"success": True}
    fields = [name for name in values.get("fields", "").split(",") if name]
    if (
        asked.method != "POST"
        or values.get("object") != "instagram"
        or not fields
        or set(fields) - APP_FIELDS
    ):
        raise bad_parameter("object must be instagram, and fields those that it has")
    challenge = emulator_state.new_id()
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": values.get("verify_token", ""),
    }
    try:
        verified = (
            fetch(f"{values.get('callback_url', '')}?{urlencode(query)}")
            .decode(errors="replace")
            .strip()
            == challenge
        )
    except (OSError, ValueError):
        verified = False
    if not verified:
        raise Refusal(2200, "(#2200) Callback verification failed")
    named = [{"name": name, "version": "v25.0"} for name in fields]
    app.subscriptions["instagram"] = {
        "callback_url": values["callback_url"],
        "fields": named,
        "active": True,
    }
    return {"success": True}


def upload(emulator_state: EmulatorState, asked: Asked) -> Any:
    """`POST rupload.facebook.com/ig-api-upload/{version}/{container}`: the bytes of a video, from an offset on."""
    container = (
        emulator_state.containers.get(asked.path[-1])
        if asked.path[:1] == ("ig-api-upload",)
        else None
    )
    if container is None or container.awaits is None or asked.method != "POST":
        raise Refusal(100, "The container takes no upload")
    token = emulator_state.token(asked.token, "graph.facebook.com")
    if token.account_id != container.account_id or not asked.headers.get(
        "authorization", ""
    ).startswith("OAuth "):
        raise Refusal(190, "Invalid OAuth access token")
    offset, size = asked.headers.get("offset", ""), asked.headers.get("file_size", "")
    if not offset.isdigit() or not size.isdigit() or int(offset) > len(container.received):
        raise Refusal(100, "offset and file_size must fit the bytes")
    container.received = container.received[: int(offset)] + asked.content
    if len(container.received) >= int(size):
        container.awaits = None
        container.made_at = emulator_state.now()
    return {"success": True, "message": "Upload successful."}
