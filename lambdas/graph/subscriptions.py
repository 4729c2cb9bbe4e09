"""The webhook subscription of an account.

Source: "Webhooks" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.graph import parsing
from lambdas.graph.capability import Capability
from lambdas.graph.edges import Edges, confirm_change


class Subscriptions(Edges):
    """Webhooks of a node: the account itself, or, with the Facebook login, its Page."""

    def fields(self, node: str, app_id: str = "") -> tuple[str, ...]:
        """Return the fields of a node that the app is subscribed to.

        A Page may list other apps too: `app_id` leaves them out.
        """
        raw = self._get(f"{node}/subscribed_apps", "subscribed_apps", {}, Capability.WEBHOOKS)
        return tuple(
            name
            for entry in parsing.data(raw)
            if not app_id or parsing.identifier(entry) in (None, app_id)
            for name in parsing.words(entry, "subscribed_fields")
        )

    def subscribe(self, node: str, fields: Sequence[str]) -> None:
        """Subscribe the app to fields of a node."""
        form = {"subscribed_fields": ",".join(fields)}
        path = f"{node}/subscribed_apps"
        confirm_change(self._post(path, "subscribe", form, Capability.WEBHOOKS), "subscribe")

    def unsubscribe(self, node: str) -> None:
        """End the subscription."""
        path = f"{node}/subscribed_apps"
        confirm_change(self._delete(path, "unsubscribe", Capability.WEBHOOKS), "unsubscribe")
