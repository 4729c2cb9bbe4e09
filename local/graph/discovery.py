"""The fields that reach other accounts, such as `business_discovery`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from local.graph.call import Answer, Call
from local.graph.comments import comment_node
from local.graph.errors import GraphError, bad_parameter, unknown_object
from local.graph.fields import OPTION, Fields, parse_fields
from local.graph.media import media_node
from local.graph.paging import page_of
from local.graph.parameters import Parameters
from local.graph.records import EmulatedAccount

FIELDS = ("business_discovery", "mentioned_media", "mentioned_comment")
ShowProfile = Callable[[EmulatedAccount, Fields, datetime], dict[str, object]]


def read(call: Call, fields: Fields, show_profile: ShowProfile) -> Answer:
    """Return the first field of the form `name.argument_name(argument){...}`.

    `show_profile` returns the plain fields of another account.
    """
    field = next(name for name in fields if "." in name)
    name, _, rest = field.partition(".")
    if name not in FIELDS:
        raise bad_parameter(f"Tried accessing nonexisting field ({name})")
    argument = rest.partition("(")[2].rstrip(")")
    inner = parse_fields(fields[field] or "id")
    found = call.state.find_media(argument)
    if name == "business_discovery":
        return {name: _discovered(call, argument, inner, show_profile), "id": call.account.id}
    if name == "mentioned_media" and found:
        owner, media = found
        return {name: media_node(call, media, owner, inner), "id": call.account.id}
    for other in call.state.accounts.values():
        if name == "mentioned_comment" and argument in other.comments:
            return {name: comment_node(call, other, argument, inner), "id": call.account.id}
    raise unknown_object(argument)


def _discovered(call: Call, username: str, fields: Fields, show_profile: ShowProfile) -> Answer:
    other = next(
        (
            account
            for account in call.state.accounts.values()
            if account.username == username and account.account_type != "PERSONAL"
        ),
        None,
    )
    if other is None:
        raise GraphError(110, "Invalid user id", 2207013)
    edge = next((name for name in fields if name.partition(".")[0] == "media"), None)
    plain = {name: inner for name, inner in fields.items() if name != edge}
    found = show_profile(other, plain, call.state.now())
    if edge is not None:
        inner = parse_fields(fields[edge] or "id")
        # These pages have cursors, but no `next`.
        found["media"] = page_of(
            other.shown_media(call.state.now()),
            Parameters(OPTION.findall(edge)),
            None,
            lambda media: media_node(call, media, other, inner),
        )
    return found
