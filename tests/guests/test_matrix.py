"""Every declared route, for every role, over photos in every state and hidden posts.

The cases come from the declared routes: a public route without an entry in `PUBLIC`, or a route
that takes a body without one in `BODIES`, fails. Hosts' routes follow `ROLES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import boto3
import pytest

from lambdas.api.routing import Auth, Method, Route
from lambdas.guests import handlers
from lambdas.guests.device import Device
from lambdas.guests.hosting.callers import COOKIE, HOST_ONLY
from lambdas.guests.hosting.host_routes import ROLES
from lambdas.guests.moderating.review import STATES
from lambdas.guests.routes import ROUTES
from lambdas.guests.settings import DEVICE_COOKIE
from lambdas.kit.clock import FixedClock
from lambdas.storage import keys
from lambdas.storage.events.host_audit import Entry
from lambdas.storage.events.host_links import Role
from lambdas.storage.events.photo import RESTORABLE, Photo, PhotoState, Reason
from lambdas.storage.events.post import MediaKind, Post, PostPicture, PostStore
from lambdas.storage.events.reports import Report, ReportStore
from lambdas.storage.events.usage import Change, change_write
from tests.conftest import NOW, Aws
from tests.guests.conftest import Site
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer

PARTY, OTHER = "our-party", "another-party"
OWN, ANOTHER = "0" * 32, "1" * 32
REPORTED = "reported"
KINDS = (*(state.value for state in PhotoState), REPORTED)
SHOWN, TOMBSTONE = PhotoState.SHOWN.value, PhotoState.DELETED.value
WORDS = "Words of a report"

# Their ids are known to their senders alone, who may ask for their states without a cookie.
NEVER_SEEN = ("waiting", "processing", "in_review", "refused")

HOSTS = {role.value: role for role in Role}
STRANGERS = ("stranger", "another guest", "another host", "rotated link", "revoked link")
CALLERS = (*STRANGERS, "own device", *HOSTS, "operator")

# What a public route answers a guest with, where it is no success.
PUBLIC: dict[str, dict[str, int]] = {
    "show_page": {},
    "show_tiles": {},
    "list_photos": {},
    "show_qr": {},
    "show_poster": {},
    "show_wall": {},
    "list_wall_items": {},
    "list_uploads": {},
    "show_form": {},
    "show_host_page": {},
    "announce_uploads": {},
    "report_photo": {},
    "delete_photo": dict.fromkeys(CALLERS, 403) | {"own device": 204},
    "open_session": dict.fromkeys(CALLERS, 401),
    "close_session": {},
    # The event has no PIN, and its guests may not take photos home.
    "enter_pin": {},
    "request_guest_download": dict.fromkeys(CALLERS, 404),
    "show_guest_download": dict.fromkeys(CALLERS, 404),
    "fetch_guest_part": dict.fromkeys(CALLERS, 404),
}
# What answers those who may ask with 404: there is no such download.
MISSING = ("show_download", "fetch_part")
# The same of a photo that is not on the page.
UNSEEN = {
    "delete_photo": dict.fromkeys(CALLERS, 404) | {"own device": 204},
    "report_photo": dict.fromkeys(CALLERS, 404),
}
FILE = {"name": "a.jpg", "size": 3, "type": "image/jpeg", "sha256": "f" * 64}
NEW_EVENT = {"title": "Next", "date": "2026-05-01"}
BODIES: dict[str, JsonObject] = {
    "announce_uploads": {"files": [FILE]},
    "report_photo": {"reason": "other"},
    "open_session": {"key": "link.secret"},
    "create_event": {"id": "next-party", **NEW_EVENT},
    "change_event": {"title": "Changed"},
    "create_host_event": {"id": "next-party", **NEW_EVENT},
    "change_host_event": {"title": "Changed"},
    "moderate_photo": {"state": "hidden"},
    "moderate_photos": {"state": "shown", "ids": ["x" * 26]},
    "hide_post": {"hidden": True},
    "create_host_link": {"label": "Max"},
    "enter_pin": {"pin": "1234"},
    "request_download": {"kind": "shown"},
    "request_guest_download": {},
}


OTHER_IDS = {
    "photo_id": "a" * 26,
    "post_id": "shownpost",
    "link_id": "link",
    "download_id": "d" * 26,
    "number": "1",
}


def photo_id(kind: str) -> str:
    """Return the id of the photo of a kind."""
    return f"{kind.replace('_', ''):z<26}"


def query_of(route: Route) -> list[JsonObject]:
    """Return the queries that a route is asked with."""
    seen = [photo_id(kind) for kind in KINDS if kind not in NEVER_SEEN]
    never = list(map(photo_id, NEVER_SEEN))
    many: dict[str, list[JsonObject]] = {
        "list_uploads": [{"ids": ",".join(ids)} for ids in (seen, never)],
        "show_form": [{}, *({"sent": one} for one in (*seen, *never))],
        "list_for_hosts": [{"state": name} for name in STATES],
    }
    return many.get(route.handler, [{}])


def of_event(*methods: Method) -> list[Route]:
    """Return the routes below an event; those that delete come last, the event's own at the end."""
    found = [one for one in ROUTES if "{event_id}" in one.path and one.method in methods]
    return sorted(found, key=lambda one: (one.method is Method.DELETE, "_event" in one.handler))


READS = of_event(Method.GET)
WRITES = of_event(Method.POST, Method.PUT, Method.PATCH, Method.DELETE)


@dataclass
class World:
    """An event with photos in all states and posts, its hosts, and another event's host."""

    site: Site
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    link_id: str = ""

    def link(self, role: str, event: str = PARTY) -> tuple[str, str]:
        """Create a host link; return its id and its key."""
        made = self.site.host(
            "POST", f"/events/{event}/host-links", {"label": role, "role": role}
        ).json
        return made["id"], made["url"].partition("#")[2]

    def fill(self) -> World:
        """Create the events, their hosts and what guests see of the first."""
        for event in (PARTY, OTHER):
            self.site.made_event(event)
        name = f"{HOST_ONLY}{COOKIE}"
        for role in HOSTS:
            self.cookies[role] = {name + PARTY: self.link(role)[1]}
        rotated, old = self.link("owner")
        revoked, gone = self.link("owner")
        self.site.host("POST", f"/events/{PARTY}/host-links/{rotated}/rotate")
        self.site.host("DELETE", f"/events/{PARTY}/host-links/{revoked}")
        self.link_id, foreign = rotated, self.link("owner", OTHER)[1]
        self.cookies |= {
            "rotated link": {name + PARTY: old},
            "revoked link": {name + PARTY: gone},
            "another host": {name + PARTY: foreign, name + OTHER: foreign},
            "own device": {DEVICE_COOKIE: OWN},
            "another guest": {DEVICE_COOKIE: ANOTHER},
        }
        self.add(SHOWN)
        self.post("shownpost", hidden=False)
        return self

    def add(self, kind: str) -> None:
        """Store a photo of a kind, as it is counted; its file's name holds its id."""
        state = PhotoState.IN_REVIEW if kind == REPORTED else PhotoState(kind)
        rendered = state not in (PhotoState.WAITING, PhotoState.PROCESSING, PhotoState.DELETED)
        photo = Photo(
            event_id=PARTY,
            id=photo_id(kind),
            state=state,
            device=Device(OWN, False).hash,
            name=f"IMG {kind}.jpg",
            size=1000,
            granted_until=NOW,
            reason=Reason.REPORTED if kind == REPORTED else None,
            taken_at=NOW if rendered else None,
            width=80 if rendered else None,
            height=60 if rendered else None,
            restorable_until=NOW + RESTORABLE if state is PhotoState.BINNED else None,
        )
        table = self.site.table
        table.put_item(Item=photo.to_row())
        if state is PhotoState.SHOWN:
            self.site.dependencies.objects.write_shown(PARTY, photo.id, {"large": b"picture"})
        table.meta.client.transact_write_items(
            TransactItems=[change_write(table, PARTY, Change(1, photo.size))]
        )

    def hide(self) -> None:
        """Add all that guests may not see."""
        for kind in KINDS:
            if kind != SHOWN:
                self.add(kind)
        self.post("unseenpost", hidden=True)
        table, reported = self.site.table, photo_id(REPORTED)
        report = Report(PARTY, reported, "d", "other", WORDS, NOW)
        ReportStore(table).run([ReportStore(table).write(report)])
        entry = Entry(
            event_id=PARTY, at=NOW, action="photo_reported", by="a guest", subject=reported
        )
        table.put_item(Item=entry.to_row())
        cover = {"UpdateExpression": "SET cover = :c"}
        key = keys.row_key(PARTY, keys.EVENT_ROW)
        values = {":c": photo_id(PhotoState.HIDDEN)}
        table.update_item(Key=key, **cover, ExpressionAttributeValues=values)  # type: ignore[arg-type]

    def post(self, post_id: str, hidden: bool) -> None:
        """Store a post with a copied picture."""
        picture = PostPicture(f"picture{post_id}", MediaKind.IMAGE, 80, 60)
        parts = (PARTY, post_id, MediaKind.IMAGE, NOW, (picture,))
        PostStore(self.site.table).put(Post(*parts, caption=f"About {post_id}", hidden=hidden))

    def ask(
        self, caller: str, route: Route, query: JsonObject | None = None, kind: str = SHOWN
    ) -> HttpAnswer:
        """Send a request to a route as a caller."""
        browser = Browser(getattr(handlers, route.function).using(self.site.dependencies))
        if caller == "operator" and route.auth is Auth.OPERATORS:
            browser = self.site.operator("[operators]")
        browser.cookies = dict(self.cookies.get(caller, {}))
        ids = {"photo_id": photo_id(kind), "post_id": "shownpost", "link_id": self.link_id}
        ids |= {"download_id": "d" * 26, "number": "1"}
        path = route.path.format(event_id=PARTY, **ids)
        body = json.dumps(BODIES[route.handler]) if route.request else None
        headers = {"content-type": "application/json", "if-match": '"1"'}
        return browser.send(route.method, path, query, headers, body)

    def rows(self) -> dict[str, JsonObject]:
        """Return what is stored, except when links were last used."""
        found: list[JsonObject] = self.site.table.scan()["Items"]
        for row in found:
            row.pop("last_used_at", None)
        return {f"{row[keys.PARTITION]} {row[keys.SORT]}": row for row in found}


@pytest.fixture
def world(fake_aws: Aws, clock: FixedClock) -> World:
    """Provide the events, behind a CDN: its links are the same each time."""
    queue = boto3.client("sqs").create_queue(QueueName="downloads")["QueueUrl"]
    cdn = {"photos_url": "https://photos.example.com", "downloads_queue_url": queue}
    return World(Site(fake_aws, clock, **cdn)).fill()


def expected(caller: str, route: Route, query: JsonObject | None = None) -> int:
    """Return the status of a route's answer to a caller."""
    good = 404 if route.handler in MISSING else int(route.success[0])
    if route.auth is Auth.OPERATORS:
        # API Gateway refuses callers without a token before that, with 401.
        return good if caller == "operator" else 403
    if route.handler not in ROLES:
        return PUBLIC[route.handler].get(caller, good)
    if caller not in HOSTS:
        return 401
    least = Role(ROLES[route.handler])
    if (query or {}).get("state", SHOWN) != SHOWN:
        least = Role.MODERATOR
    return good if HOSTS[caller].includes(least) else 403


def sees_all(caller: str, route: Route, query: JsonObject) -> bool:
    """Return whether a caller may see at a route what guests may not."""
    decides = caller in (Role.MODERATOR, Role.OWNER)
    by_link = decides and route.handler in ROLES and route.auth is Auth.NONE
    named = str(query.get("ids") or query.get("sent") or "").split(",")
    sent = {photo_id(one) for one in NEVER_SEEN}.issuperset(named)
    own = route.handler in ("list_uploads", "show_form") and (caller == "own device" or sent)
    return own or by_link or (caller == "operator" and route.auth is Auth.OPERATORS)


def answers(world: World, caller: str) -> Iterator[tuple[str, bool, HttpAnswer]]:
    """Ask all routes that read; yield with each answer whether the caller may see all there."""
    for route in READS:
        for query in query_of(route):
            answer = world.ask(caller, route, query)
            name = f"{route.key} {query}"
            assert answer.status == expected(caller, route, query), name
            yield name, sees_all(caller, route, query), answer


def whole(answer: HttpAnswer) -> str:
    """Return all of an answer but what is new each time: a form's grant, a device's key."""
    text = re.sub(r'(value|action)="[^"]*"', "", answer.text)
    headers = {name: one for name, one in answer.headers.items() if name != "content-length"}
    return f"{answer.status} {headers} {len(answer.cookies)} {text}"


def test_every_public_route_has_a_rule() -> None:
    public = {one.handler for one in (*READS, *WRITES) if one.auth is Auth.NONE}
    taking = {one.handler for one in (*READS, *WRITES) if one.request}

    assert public - ROLES.keys() == PUBLIC.keys()
    assert taking <= BODIES.keys()


def test_every_host_route_is_checked() -> None:
    for route in ROUTES:
        open_to_all = route.auth is Auth.NONE and route.path.startswith("/h/")
        if open_to_all and route.handler not in PUBLIC:
            assert route.handler in ROLES, route.key
            assert hasattr(handlers.HANDLERS[route.handler], "__wrapped__"), route.key


@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_hidden_changes_no_byte(world: World, caller: str) -> None:
    before = {name: whole(answer) for name, _, answer in answers(world, caller)}
    world.hide()
    unseen = [photo_id(kind) for kind in KINDS if kind != SHOWN] + ["unseenpost", WORDS]
    names = [f"IMG {kind}" for kind in KINDS]

    for name, may_see, answer in answers(world, caller):
        assert may_see or whole(answer) == before[name], name
        everything = f"{answer.headers} {answer.cookies} {answer.text}"
        secrets = [photo_id(TOMBSTONE)] if may_see else [*unseen, *names]
        assert [one for one in secrets if one in everything] == [], name


@pytest.mark.parametrize("caller", ["moderator", "owner", "operator"])
def test_those_who_decide_see_all(world: World, caller: str) -> None:
    world.hide()

    texts = [answer.text for _, may_see, answer in answers(world, caller) if may_see]

    wanted = [photo_id(kind) for kind in KINDS if kind != TOMBSTONE] + ["unseenpost", WORDS]
    assert [one for one in wanted if one not in "".join(texts)] == []


@pytest.mark.parametrize("hiding", [{"mode": "upload_only"}, {"reveal_at": "2026-04-30T00:00:00Z"}])
def test_viewers_wait_for_the_reveal(world: World, hiding: JsonObject) -> None:
    version = world.site.host("GET", f"/events/{PARTY}").json["version"]
    world.site.host("PATCH", f"/events/{PARTY}", hiding, version=version)

    found = {name: answer.text for name, _, answer in answers(world, "viewer")}

    text = "".join(text for name, text in found.items() if "/h/" in name)
    assert photo_id(SHOWN) not in text
    assert "shownpost" not in text
    assert '"counts":{"shown":0,"posts":0}' in text


def test_viewers_count_what_they_see(world: World) -> None:
    world.hide()
    [route] = [one for one in READS if one.handler == "show_host_event"]

    found = world.ask("viewer", route).json

    assert found["counts"] == {"shown": 1, "posts": 1}
    assert (found["usage"]["files"], found["usage"]["size"]) == (1, 0)
    assert found["event"]["cover"] is None


def test_hosts_count_what_waits(world: World) -> None:
    world.hide()
    [route] = [one for one in READS if one.handler == "show_host_event"]

    found = world.ask("moderator", route).json

    one_each = dict.fromkeys(("hidden", "deleted", "processing", "reported", "posts_hidden"), 1)
    assert found["counts"] == {"shown": 1, "posts": 1, "waiting": 2, **one_each}
    assert "1 photo, 2 wait." in found["health"]["text"]


@pytest.mark.parametrize("caller", CALLERS)
def test_refused_changes_change_nothing(world: World, caller: str) -> None:
    world.hide()
    before = world.rows()

    for route in WRITES:
        status = expected(caller, route)
        if status >= 400:
            answer = world.ask(caller, route)
            assert (answer.status, world.rows() == before) == (status, True), route.key
            codes = {401: "host_link_required", 403: "role_too_low"}
            if route.handler in ROLES and route.auth is Auth.NONE:
                assert answer.json["error"]["code"] == codes[status], route.key


@pytest.mark.parametrize("caller", CALLERS)
def test_allowed_changes_are_made(world: World, caller: str) -> None:
    for route in WRITES:
        status = expected(caller, route)
        if status < 400:
            answer = world.ask(caller, route)
            assert answer.status == status, f"{route.key} {answer.text}"
            world.add(SHOWN)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (SHOWN, TOMBSTONE)])
def test_unseen_photos_cannot_be_touched(world: World, kind: str) -> None:
    world.hide()
    before = world.rows()

    for route in WRITES:
        for caller, status in UNSEEN.get(route.handler, {}).items():
            if status >= 400:
                assert world.ask(caller, route, kind=kind).status == status, (route.key, caller)
    assert world.rows() == before


def test_hosts_of_others_find_nothing(world: World) -> None:
    cookie = {f"{HOST_ONLY}{COOKIE}nothing-here": world.cookies["owner"].popitem()[1]}
    for route in READS:
        if route.handler in ROLES and route.auth is Auth.NONE:
            browser = Browser(handlers.operate.using(world.site.dependencies))
            browser.cookies = dict(cookie)
            path = route.path.format(event_id="nothing-here", **OTHER_IDS)
            assert browser.get(path).status == 404
