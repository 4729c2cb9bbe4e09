"""A host of an event: a browser in which a host link was opened."""

from __future__ import annotations

import json

from lambdas.guests import handlers
from tests.guests.conftest import Site
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer


class Host:
    """A host with a link of one event."""

    def __init__(self, site: Site, event: str, role: str = "owner", label: str = "Anna") -> None:
        self.site, self.event = site, event
        body = {"label": label, "role": role}
        made = site.host("POST", f"/events/{event}/host-links", body)
        assert made.status == 201, made.text
        self.link: JsonObject = made.json
        self.key = str(made.json["url"].partition("#")[2])
        self.browser = Browser(handlers.operate.using(site.dependencies))
        assert self.open(self.key).status == 204

    def open(self, key: object, event: str = "") -> HttpAnswer:
        """Exchange a key for a cookie."""
        return self.browser.post(f"/h/{event or self.event}/session", {"key": key})

    def ask(
        self, method: str, suffix: str, body: object = None, version: int | None = None
    ) -> HttpAnswer:
        """Send a request below the host's event."""
        headers = {"content-type": "application/json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        text = None if body is None else json.dumps(body)
        return self.browser.send(method, f"/h/{self.event}{suffix}", None, headers, text)

    def decide(self, photo_id: str, state: str, seen: str | None = None) -> HttpAnswer:
        """Put a photo into a state."""
        body = {"state": state} | ({"seen": seen} if seen else {})
        return self.ask("PATCH", f"/photos/{photo_id}", body)

    def decide_all(self, ids: list[str], state: str, seen: str | None = None) -> list[JsonObject]:
        """Put photos into a state; return the decisions."""
        body = {"ids": ids, "state": state} | ({"seen": seen} if seen else {})
        answer = self.ask("PATCH", "/photos", body)
        assert answer.status == 200, answer.text
        found: list[JsonObject] = answer.json["photos"]
        return found

    def listed(self, state: str) -> list[JsonObject]:
        """Return the photos in a state."""
        answer = self.browser.get(f"/h/{self.event}/photos", {"state": state})
        found: list[JsonObject] = answer.json["photos"]
        return found

    def audit(self) -> list[JsonObject]:
        """Return what was done, the newest first."""
        found: list[JsonObject] = self.ask("GET", "/audit").json["entries"]
        return found
