"""Which webhooks arrive: what the app is subscribed to, and for which accounts.

Source: "Webhooks" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.caller import Caller
from lambdas.graph.edges import Edges, change_was_made
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import Addresses


class Subscriptions(Edges):
    """Webhooks of the account: of the Instagram login type on the account itself, of the Facebook login type on its Page."""

    def fields(self, node: str) -> tuple[str, ...]:
        """What the app is subscribed to on a node."""
        raw = self._get(f"{node}/subscribed_apps", "subscribed_apps", {})
        return tuple(
            name
            for entry in parsing.data(raw)
            for name in parsing.words(entry, "subscribed_fields")
        )

    def subscribe(self, node: str, fields: Sequence[str]) -> None:
        """Subscribes the app to fields of a node."""
        form = {"subscribed_fields": ",".join(fields)}
        change_was_made(
            self._post(f"{node}/subscribed_apps", "subscribe", form, "webhooks"), "subscribe"
        )

    def unsubscribe(self, node: str) -> None:
        """Ends the subscription."""
        change_was_made(
            self._post(f"{node}/subscribed_apps", "unsubscribe", {}, "webhooks", method="DELETE"),
            "unsubscribe",
        )


@dataclass(frozen=True)
class AppSubscription:
    """What the app is subscribed to for one kind of object (`instagram`), and where its webhooks go."""

    object: str
    callback_url: str | None
    fields: tuple[str, ...]
    active: bool | None


class AppSubscriptions:
    """The webhooks of the app itself, with the app's own token. Both login types' are on the Facebook host."""

    def __init__(self, addresses: Addresses, caller: Caller, app: AppCredentials) -> None:
        self._caller = caller
        self._url = addresses.of("graph.facebook.com", f"{app.id}/subscriptions")

    def all(self) -> list[AppSubscription]:
        """What the app is subscribed to."""
        raw = self._caller.call(Call("GET", self._url, "app_subscriptions"))
        return [
            AppSubscription(
                parsing.text(entry, "object") or "",
                parsing.text(entry, "callback_url"),
                # Seen as names, and as objects with a name and a version.
                (
                    *parsing.words(entry, "fields"),
                    *(str(one.get("name")) for one in parsing.entries(entry.get("fields"))),
                ),
                parsing.flag(entry, "active"),
            )
            for entry in parsing.data(raw)
        ]

    def subscribe(self, callback_url: str, verify_token: str, fields: Sequence[str]) -> None:
        """Subscribes to fields of the object `instagram`; Meta calls the address at once, to verify it."""
        form = {"object": "instagram", "callback_url": callback_url, "verify_token": verify_token}
        # Without include_values webhooks would only name what changed.
        self._change("POST", {**form, "fields": ",".join(fields), "include_values": "true"})

    def unsubscribe(self) -> None:
        """Ends the subscription to the object `instagram`."""
        self._change("DELETE", {"object": "instagram"})

    def _change(self, method: str, values: Mapping[str, str]) -> None:
        query, form = ({}, values) if method == "POST" else (values, {})
        answer = self._caller.call(
            Call(method, self._url, "app_subscriptions", query, form=form, verb="write")
        )
        change_was_made(
            {"success": answer} if isinstance(answer, bool) else parsing.mapping(answer),
            "app_subscriptions",
        )
