"""Hosts at once and in a row: the limit of links, the order of the audit, declared refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.guests.hosting.host_links import MAX_LINKS
from lambdas.guests.hosting.host_routes import ROLES
from lambdas.guests.routes import ROUTES
from lambdas.storage.events.host_audit import Entry, HostAudit
from lambdas.storage.events.host_links import HostLink, HostLinkStore, Role, TooManyLinks
from tests.conftest import NOW
from tests.guests.conftest import Site
from tests.guests.hosts import Host
from tests.lambda_events import Browser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@pytest.fixture
def anna(site: Site) -> Host:
    """Provide an owner."""
    return Host(site, site.made_event())


class Crowded(HostLinkStore):
    """Links of an event to which another request adds one right after they were counted."""

    def of_event(self, event_id: str) -> list[HostLink]:
        """Return the links as they were before the other request."""
        found = super().of_event(event_id)
        if len(found) < MAX_LINKS:
            add(HostLinkStore(self.table), event_id, f"other-{len(found)}")
        return found


def add(store: HostLinkStore, event_id: str, link_id: str) -> bool:
    """Add a link with a note of it."""
    link = HostLink(
        event_id=event_id,
        id=link_id,
        role=Role.VIEWER,
        label="Ben",
        secret_hash="",
        created_at=NOW,
        created_by="Anna",
    )
    return store.add(link, note(store.table, event_id), MAX_LINKS)


def note(table: Table, event_id: str) -> TransactWriteItemTypeDef:
    entry = Entry(event_id=event_id, at=NOW, action="host_link_created", by="Anna")
    return HostAudit(table).write(entry)


def test_requests_at_once_keep_the_limit(anna: Host, site: Site) -> None:
    store = Crowded(site.table)

    with pytest.raises(TooManyLinks):
        add(store, anna.event, "mine")

    assert len(store.of_event(anna.event)) == MAX_LINKS


def test_taken_ids_are_not_added(anna: Host, site: Site) -> None:
    store = HostLinkStore(site.table)

    assert [add(store, anna.event, "mine") for _ in range(2)] == [True, False]
    assert len(store.of_event(anna.event)) == 2


def test_revoked_links_make_room(anna: Host) -> None:
    for number in range(MAX_LINKS - 1):
        last = anna.ask("POST", "/host-links", {"label": f"Max {number}"}).json["id"]
    full = anna.ask("POST", "/host-links", {"label": "Eva"})
    anna.ask("DELETE", f"/host-links/{last}")

    assert (full.status, full.json["error"]["code"]) == (409, "too_many_host_links")
    assert anna.ask("POST", "/host-links", {"label": "Eva"}).status == 201


def test_actions_of_one_second_stay_in_order(anna: Host, site: Site) -> None:
    for label in "abcdef":
        site.clock.advance(timedelta(microseconds=1))
        anna.ask("POST", "/host-links", {"label": label, "role": "viewer"})

    entries = anna.audit()
    assert [entry["detail"][0] for entry in entries[:6]] == [*"fedcba"]
    assert {entry["at"] for entry in entries} == {"2026-04-29T18:00:00Z"}


def test_routes_declare_whom_they_refuse(anna: Host, site: Site) -> None:
    viewer, stranger = Host(site, anna.event, "viewer"), Browser(anna.browser.handler)
    for route in [one for one in ROUTES if one.handler in ROLES and one.path.startswith("/h/")]:
        ids = dict.fromkeys(route.parameters, "a") | {"event_id": anna.event}
        path = route.path.format(**ids)
        refused = viewer.browser.send(route.method, path, None, {}).status
        unknown = stranger.send(route.method, path, None, {}).status

        assert (refused == 403) is (403 in route.refusals), route.key
        assert (unknown, 401 in route.refusals) == (401, True), route.key
