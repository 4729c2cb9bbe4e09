"""What the host's page reads again and again, and what it restores."""

from __future__ import annotations

import pytest

from lambdas.guests import handlers
from lambdas.storage import keys
from tests.conftest import Aws
from tests.guests.conftest import Guest, Site
from tests.guests.hosts import Host
from tests.lambda_events import Browser
from tests.pictures.drawing import draw_photo


@pytest.fixture
def event(site: Site) -> str:
    """Provide an event with review."""
    return site.made_event(review=True)


@pytest.fixture
def host(site: Site, event: str) -> Browser:
    """Provide a host whose link is open."""
    body = {"label": "Anna", "role": "moderator"}
    url = site.host("POST", f"/events/{event}/host-links", body).json["url"]
    browser = Browser(handlers.operate.using(site.dependencies))
    opened = browser.post(f"/h/{event}/session", {"key": url.split("#")[1]})
    assert opened.status == 204, opened.text
    return browser


def test_known_overviews_are_not_sent_again(host: Browser, event: str) -> None:
    first = host.get(f"/h/{event}/event")

    again = host.get(f"/h/{event}/event", if_none_match=first.headers["etag"])

    assert (again.status, again.text) == (304, "")


def test_changed_overviews_are_sent(host: Browser, guest: Guest, event: str) -> None:
    first = host.get(f"/h/{event}/event")
    guest.share(draw_photo(), event=event)

    again = host.get(f"/h/{event}/event", if_none_match=first.headers["etag"])

    assert (again.status, again.json["counts"]["waiting"]) == (200, 1)


def test_deleted_photos_say_what_they_were(
    site: Site, host: Browser, guest: Guest, event: str
) -> None:
    photo = guest.share(draw_photo(), event=event)
    site.moderate(photo, "deleted", event)

    [found] = host.get(f"/h/{event}/photos", {"state": "deleted"}).json["photos"]

    assert (found["id"], found["state_before"]) == (photo, "in_review")


def test_kept_photos_were_nothing_else(host: Browser, guest: Guest, event: str) -> None:
    guest.share(draw_photo(), event=event)

    [found] = host.get(f"/h/{event}/photos").json["photos"]

    assert "state_before" not in found


def test_host_pages_hold_no_photos(host: Browser, guest: Guest, event: str) -> None:
    photo = guest.share(draw_photo(), event=event)

    page = host.get(f"/h/{event}", accept="text/html")

    assert (page.status, photo in page.text) == (200, False)
    assert "<script>" not in page.text


@pytest.mark.parametrize("role", ["viewer", "moderator", "owner"])
def test_addresses_of_notices_are_for_owners(site: Site, role: str) -> None:
    site.made_event(notify_email="emma@example.com", notify_webhook="https://hooks.example.com/x")

    found = Host(site, "emma-and-jan", role).ask("GET", "/event").json["event"]

    addresses = (found["notify_email"], found["notify_webhook"])
    assert all(addresses) if role == "owner" else addresses == (None, None)


@pytest.mark.parametrize(("state", "said"), [("active", True), ("reconnect_required", False)])
def test_only_working_connections_are_said(
    host: Browser, fake_aws: Aws, event: str, state: str, *, said: bool
) -> None:
    row = {
        **keys.account_key("main", "1784"),
        "account_id": "1784",
        "state": state,
        "expires_at": "2026-06-28T00:00:00Z",
    }
    fake_aws.clients.table(fake_aws.tokens).put_item(Item=row)

    text = host.get(f"/h/{event}/event").json["health"]["text"]

    assert ("Instagram connected until" in text) is said
