"""An emulator whose webhooks arrive at an endpoint of the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from local.graph.app import create_app
from local.graph.data import ACCOUNT_ID, APPS
from tests.json_types import JsonObject
from tests.local.graph.conftest import ADDRESS, GraphClient
from tests.local.graph.receiver import Receiver, receiving
from tests.local.graph.sdk import PERSON_TOKEN

MEDIA = "17900000000000020"
FIELDS = "comments,mentions,messages,message_reactions,live_comments"


@dataclass
class Site:
    """An emulator whose Meta app has a callback, and what arrives there."""

    graph: GraphClient
    receiver: Receiver

    def subscribe(self, login_type: str = "instagram", app: str = "meta") -> None:
        """Subscribe the app, and the account or its Page."""
        app_id, secret = APPS[f"{app}_app_id"], APPS[f"{app}_app_secret"]
        form = {"object": "instagram", "callback_url": self.receiver.url, "fields": FIELDS}
        answer = self.graph.http.post(
            f"/graph.facebook.com/v25.0/{app_id}/subscriptions",
            data=form | {"verify_token": "v", "include_values": "true"},
            headers={"Authorization": f"Bearer {app_id}|{secret}"},
        )
        assert answer.json() == {"success": True}
        if login_type == "instagram":
            fields = {"subscribed_fields": "comments,messages,message_reactions"}
            self.graph.call("POST", "me/subscribed_apps", data=fields)
            return
        page = self.graph.get("me/accounts", PERSON_TOKEN, fields="access_token")["data"][0]
        answer = self.graph.http.post(
            f"/graph.facebook.com/v25.0/{page['id']}/subscribed_apps",
            data={"subscribed_fields": "feed"},
            headers={"Authorization": f"Bearer {page['access_token']}"},
        )
        assert answer.json() == {"success": True}

    def comment(self, text: str = "Très beau", **options: object) -> str:
        """Let a person comment."""
        body = {"account": ACCOUNT_ID, "media": MEDIA, "text": text, **options}
        return str(self.graph.control("comment", **body).json()["id"])

    def message(self, **options: object) -> str:
        """Let a person write or react."""
        return str(self.graph.control("message", account=ACCOUNT_ID, **options).json()["mid"])

    def wait(self) -> None:
        """Wait until all has been delivered."""
        self.graph.state.deliveries.wait()

    @property
    def deliveries(self) -> list[JsonObject]:
        """What the emulator lists."""
        answer: Any = self.graph.http.get("/_control/deliveries").json()
        return list(answer)


@contextmanager
def hooked_site() -> Iterator[Site]:
    """Serve both until the context ends."""
    with receiving() as receiver, TestClient(create_app(ADDRESS), base_url=ADDRESS) as http:
        yield Site(GraphClient(http), receiver)
