"""The webhook subscriptions of the app itself.

Source: "Webhooks" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.graph import parsing
from lambdas.graph.addresses import GRAPH_FACEBOOK, Addresses
from lambdas.graph.app_credentials import AppCredentials
from lambdas.graph.call import Call
from lambdas.graph.caller import Caller
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import confirm_change
from lambdas.graph.verb import Verb

EDGE = "app_subscriptions"
# The object of the webhooks of both login types.
OBJECT = "instagram"


@dataclass(frozen=True)
class AppSubscription:
    """What the app is subscribed to for one object (`instagram`), and where webhooks go."""

    object: str
    callback_url: str | None
    fields: tuple[str, ...]
    active: bool | None


class AppSubscriptions:
    """Calls with the app's own token; for both login types on the Facebook host."""

    def __init__(self, addresses: Addresses, caller: Caller, app: AppCredentials) -> None:
        self._caller = caller
        self._url = addresses.of(GRAPH_FACEBOOK, f"{app.id}/subscriptions")

    def all(self) -> list[AppSubscription]:
        """Return what the app is subscribed to."""
        raw = self._caller.call(Call("GET", self._url, EDGE, verb=Verb.APP))
        return [_subscription_of(entry) for entry in parsing.data(raw)]

    def subscribe(self, callback_url: str, verify_token: str, fields: Sequence[str]) -> None:
        """Subscribe to fields of the object `instagram`; Meta verifies the address at once."""
        form = {
            "object": OBJECT,
            "callback_url": callback_url,
            "verify_token": verify_token,
            "fields": ",".join(fields),
            # Without it webhooks only name what changed.
            "include_values": "true",
        }
        self._change(Call("POST", self._url, EDGE, form=form, verb=Verb.WRITE))

    def unsubscribe(self) -> None:
        """End the subscription to the object `instagram`."""
        self._change(Call("DELETE", self._url, EDGE, {"object": OBJECT}, verb=Verb.WRITE))

    def _change(self, call: Call) -> None:
        answer = self._caller.call(call)
        said = {"success": answer} if isinstance(answer, bool) else parsing.mapping(answer)
        confirm_change(said, EDGE)


def _subscription_of(entry: JsonObject) -> AppSubscription:
    # Fields were seen as names, and as objects with a name and a version.
    named = (parsing.text(one, "name") for one in parsing.entries(entry.get("fields")))
    return AppSubscription(
        parsing.text(entry, "object") or "",
        parsing.text(entry, "callback_url"),
        (*parsing.words(entry, "fields"), *(name for name in named if name)),
        parsing.flag(entry, "active"),
    )
