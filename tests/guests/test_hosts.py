"""Host links: how they are made, opened, renewed and revoked, and what is recorded of their use."""

from __future__ import annotations

import contextlib
import itertools
import logging
from datetime import timedelta

import pytest

from lambdas.storage import keys
from tests.guests.conftest import EVENT, Guest, Site
from tests.guests.hosts import Host
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.pictures.drawing import draw_photo

COOKIE = "__Host-daybook_host_"


class Killed(BaseException):
    """The function's process has ended."""


@pytest.fixture
def party(site: Site) -> str:
    """Provide an event with hosts."""
    return site.made_event()


@pytest.fixture
def anna(site: Site, party: str) -> Host:
    """Provide an owner."""
    return Host(site, party)


def stored(site: Site) -> list[JsonObject]:
    """Return the rows of host links."""
    rows: list[JsonObject] = site.table.scan()["Items"]
    return [row for row in rows if str(row[keys.SORT]).startswith(keys.HOST_PREFIX)]


def code(answer: object) -> str:
    found: str = answer.json["error"]["code"]  # type: ignore[attr-defined]
    return found


def test_links_open_their_event(anna: Host) -> None:
    event = anna.ask("GET", "/event").json

    assert (event["event"]["id"], event["role"], event["name"]) == (anna.event, "owner", "Anna")
    assert anna.link["url"].startswith(f"https://photos.example.com/h/{anna.event}#")


def test_only_creation_shows_the_secret(anna: Host, site: Site) -> None:
    [listed] = anna.ask("GET", "/host-links").json["host_links"]
    _, _, secret = anna.key.partition(".")

    assert "url" not in listed
    assert listed["yours"]
    assert secret not in str(site.table.scan()["Items"])
    assert len(stored(site)[0]["secret_hash"]) == 64


def test_cookies_stay_with_the_site(anna: Host) -> None:
    [cookie] = anna.open(anna.key).cookies

    name, _, attributes = cookie.partition("; ")
    assert name == f"{COOKIE}{anna.event}={anna.key}"
    assert set(attributes.split("; ")) == {
        "Path=/",
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
        f"Max-Age={400 * 86400}",
    }


def test_sessions_end(anna: Host) -> None:
    [cookie] = anna.ask("DELETE", "/session").cookies

    assert cookie.startswith(f"{COOKIE}{anna.event}=; ")
    assert "Max-Age=0" in cookie
    assert anna.ask("GET", "/event").status == 401


def test_plain_sites_have_plain_cookies(site: Site) -> None:
    plain = Site(site.aws, site.clock, public_url="http://localhost:4570")
    host = Host(plain, plain.made_event("plain-party"))

    [cookie] = host.open(host.key).cookies

    assert cookie.startswith("daybook_host_plain-party=")
    assert "Secure" not in cookie
    assert host.ask("GET", "/event").status == 200


BAD_KEYS = [
    "nothing",
    ".",
    "a.b",
    "{link}.",
    ".{secret}",
    "{link}.{secret}x",
    "{link}.{upper}",
    "{link}.{secret}\u00e9",
    "\u00e9{link}.{secret}",
    "{link}\x00.{secret}",
    "{link}/../x.{secret}",
    "{link}. {secret}",
    "{link}#{secret}",
    "HOST#{link}.{secret}",
]


@pytest.mark.parametrize("form", BAD_KEYS)
def test_other_keys_open_nothing(anna: Host, form: str) -> None:
    link, _, secret = anna.key.partition(".")
    key = form.format(link=link, secret=secret, upper=secret.swapcase())
    anna.browser.cookies.clear()

    assert (anna.open(key).status, anna.browser.cookies) == (401, {})
    anna.browser.cookies[f"{COOKIE}{anna.event}"] = key
    assert code(anna.ask("GET", "/event")) == "host_link_required"


@pytest.mark.parametrize("key", ["", "x" * 201, None, 5, ["a.b"]])
def test_impossible_keys_are_refused(anna: Host, key: object) -> None:
    assert code(anna.open(key)) == "invalid_request"


def test_halves_of_characters_are_refused(anna: Host) -> None:
    answer = anna.browser.post(f"/h/{anna.event}/session", '{"key": "a.\\ud800"}')

    assert answer.status == 400


@pytest.mark.parametrize("value", ["", "=", "a.b; x=y", '"{key}"', "{key},{key}", "\ud800.x"])
def test_odd_cookies_are_no_link(anna: Host, value: str) -> None:
    anna.browser.cookies[f"{COOKIE}{anna.event}"] = value.replace("{key}", anna.key)

    assert anna.ask("GET", "/event").status == 401


@pytest.mark.parametrize(
    ("started_by", "status"),
    [("same-origin", 200), ("none", 200), ("same-site", 401), ("cross-site", 401)],
)
def test_other_sites_cannot_use_a_cookie(anna: Host, started_by: str, status: int) -> None:
    headers = {"sec-fetch-site": started_by}

    answer = anna.browser.send("GET", f"/h/{anna.event}/photos", None, headers)

    assert answer.status == status


def test_links_open_one_event(anna: Host, site: Site) -> None:
    other = site.made_event("other-party")

    assert anna.open(anna.key, other).status == 401
    anna.browser.cookies[f"{COOKIE}{other}"] = anna.key
    assert anna.browser.get(f"/h/{other}/event").status == 401


@pytest.mark.parametrize("path", ["/session", "/event", "/photos"])
def test_unknown_events_have_no_hosts(anna: Host, path: str) -> None:
    anna.event = "no-such-event"

    method, body = ("POST", {"key": anna.key}) if path == "/session" else ("GET", None)
    assert anna.ask(method, path, body).status == 404


def test_rotated_links_need_the_new_address(anna: Host) -> None:
    renewed = anna.ask("POST", f"/host-links/{anna.link['id']}/rotate").json

    assert anna.ask("GET", "/event").status == 401
    assert anna.open(anna.key).status == 401
    assert anna.open(renewed["url"].partition("#")[2]).status == 204
    [listed] = anna.ask("GET", "/host-links").json["host_links"]
    assert listed["rotated_at"] == "2026-04-29T18:00:00Z"


def test_revoked_links_open_nothing(anna: Host, site: Site) -> None:
    max_ = Host(site, anna.event, "moderator", "Max")

    assert anna.ask("DELETE", f"/host-links/{max_.link['id']}").status == 204

    assert max_.ask("GET", "/photos").status == 401
    assert max_.open(max_.key).status == 401
    assert code(anna.ask("DELETE", f"/host-links/{max_.link['id']}")) == "host_link_not_found"
    assert code(anna.ask("POST", f"/host-links/{max_.link['id']}/rotate")) == "host_link_not_found"


def test_last_use_is_shown(anna: Host, site: Site) -> None:
    site.clock.advance(timedelta(hours=1))
    anna.ask("GET", "/event")

    [listed] = anna.ask("GET", "/host-links").json["host_links"]
    assert listed["last_used_at"] == "2026-04-29T19:00:00Z"


def test_use_brings_no_link_back(anna: Host, site: Site) -> None:
    callers = site.dependencies.callers
    link = callers.links.get(anna.event, anna.link["id"])
    assert link is not None
    anna.ask("DELETE", f"/host-links/{link.id}")

    callers.links.note_use(link, site.clock.now() + timedelta(hours=1))

    assert stored(site) == []


BAD_LABELS = ["", "  ", "x" * 61, "a\u202eb", "a\nb", "\u200b", 5]


@pytest.mark.parametrize("label", BAD_LABELS)
def test_labels_are_checked(anna: Host, label: object) -> None:
    assert anna.ask("POST", "/host-links", {"label": label}).status == 400


def test_labels_are_names(anna: Host) -> None:
    made = anna.ask("POST", "/host-links", {"label": " Anna & Max 💍 "})

    assert made.json["label"] == "Anna & Max 💍"


@pytest.mark.parametrize("role", ["admin", "", None, "OWNER"])
def test_roles_are_checked(anna: Host, role: object) -> None:
    answer = anna.ask("POST", "/host-links", {"label": "Max", "role": role})

    assert (answer.status, code(answer)) == (400, "invalid_request")


def test_an_event_has_twenty_links(anna: Host) -> None:
    statuses = [anna.ask("POST", "/host-links", {"label": "Max"}).status for _ in range(20)]

    assert statuses == [201] * 19 + [409]


def test_dates_have_no_hosts(site: Site) -> None:
    answer = site.host("POST", f"/events/{EVENT}/host-links", {"label": "Max"})

    assert (answer.status, code(answer)) == (409, "date_event")


def test_accounts_are_the_operators(anna: Host) -> None:
    answer = anna.ask("PATCH", "/event", {"account": None}, version=1)

    assert (answer.status, answer.json["problems"][0]["code"]) == (400, "operators_only")


def test_logs_hold_no_key(
    site: Site, party: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "guests")
    host = Host(site, party)
    host.ask("POST", f"/host-links/{host.link['id']}/rotate")
    host.open(host.key)
    host.open("link.a-wrong-secret")
    host.ask("GET", "/event")

    records = "".join(str(vars(record)) for record in caplog.records)
    said = capsys.readouterr().out + records
    _, _, secret = host.key.partition(".")
    assert "answered" in said
    assert [one for one in (secret, "a-wrong-secret", host.key) if one in said] == []


def test_the_audit_names_hosts_and_links(anna: Host, guest: Guest, site: Site) -> None:
    photo_id, link = guest.share(draw_photo(size=(64, 48)), event=anna.event), anna.link["id"]
    anna.decide(photo_id, "hidden")
    anna.ask("PATCH", "/event", {"title": "Ours"}, version=1)
    site.host("PATCH", f"/events/{anna.event}", {"title": "Theirs"}, version=2)

    entries = anna.audit()

    shape = [(one["action"], one["by"], one["link"], one["detail"]) for one in reversed(entries)]
    assert sorted(shape, key=str) == sorted(
        [
            ("host_link_created", "anna", None, "Anna (owner)"),
            ("photo_moderated", "Anna", link, "shown -> hidden"),
            ("event_changed", "Anna", link, "title"),
            ("event_changed", "anna", None, "title"),
        ],
        key=str,
    )
    assert {one["at"] for one in entries} == {"2026-04-29T18:00:00Z"}


def test_the_audit_has_pages_newest_first(anna: Host, site: Site) -> None:
    for _ in range(3):
        site.clock.advance(timedelta(seconds=1))
        anna.ask("POST", "/host-links", {"label": "Max"})
    first = anna.browser.get(f"/h/{anna.event}/audit", {"limit": "3"}).json
    second = anna.browser.get(f"/h/{anna.event}/audit", {"limit": "3", "cursor": first["next"]})

    times = [one["at"][-3:-1] for one in first["entries"] + second.json["entries"]]
    assert times == ["03", "02", "01", "00"]


def test_refused_changes_are_not_recorded(anna: Host) -> None:
    anna.ask("PATCH", "/event", {"title": "Ours"}, version=7)
    anna.ask("PATCH", "/event", {"title": ""}, version=1)
    anna.ask("DELETE", "/host-links/unknown")

    assert [one["action"] for one in anna.audit()] == ["host_link_created"]


def test_deleted_events_say_by_which_link(anna: Host, site: Site) -> None:
    assert anna.ask("DELETE", "/event").status == 204

    row = site.table.get_item(Key=keys.row_key(anna.event, keys.EVENT_ROW))["Item"]
    assert (row["deleted_by"], row["deleted_by_link"]) == ("Anna", anna.link["id"])
    assert anna.ask("GET", "/event").status == 410
    assert anna.open(anna.key).status == 410


def test_links_go_with_their_event(anna: Host, site: Site) -> None:
    anna.ask("DELETE", "/event")
    site.clock.advance(timedelta(hours=4))

    site.dependencies.event_removal.run(100, site.clock.now() + timedelta(seconds=30))

    rows = site.table.scan()["Items"]
    assert [row[keys.SORT] for row in rows] == [keys.EVENT_ROW]


def test_further_events_stay_the_hosts_own(anna: Host, site: Site) -> None:
    max_ = Host(site, anna.event, "moderator", "Max")
    body = {"id": "next-party", "title": "Next", "date": "2026-05-01"}

    made = anna.ask("POST", "/events", body).json

    assert made["host_link"]["url"].startswith("https://photos.example.com/h/next-party#")
    # Its address lets people in: the other hosts of this event do not learn it.
    assert "next-party" not in max_.ask("GET", "/audit").text
    assert "event_created" in [one["action"] for one in max_.audit()]


@pytest.mark.parametrize("answered", [1, 2, 3, 4, 5])
def test_further_events_have_a_link_or_are_not_there(anna: Host, site: Site, answered: int) -> None:
    """Let the function be killed at each of its calls of the table."""
    calls = itertools.count(1)

    def kill(**_: object) -> None:
        if next(calls) > answered:
            raise Killed

    events = site.table.meta.client.meta.events
    events.register("before-call.dynamodb", kill)
    body = {"id": "next-party", "title": "Next", "date": "2026-05-01"}
    with contextlib.suppress(Killed):
        anna.ask("POST", "/events", body)
    events.unregister("before-call.dynamodb", kill)

    rows = site.table.scan()["Items"]
    new = [row[keys.SORT] for row in rows if "next-party" in str(row[keys.PARTITION])]
    links = [one for one in new if str(one).startswith(keys.HOST_PREFIX)]
    assert (keys.EVENT_ROW in new) == (len(links) == 1)
    assert bool(new) == ("event_created" in [one["action"] for one in anna.audit()])


def test_hosts_create_few_events_a_day(anna: Host, site: Site) -> None:
    def made(by: Host, number: int) -> HttpAnswer:
        body = {"id": f"party-{number}", "title": "Next", "date": "2026-05-01"}
        return by.ask("POST", "/events", body)

    assert made(anna, 1).status == 201
    further = Host(site, "party-1")
    assert made(further, 1).status == 409
    assert anna.ask("POST", "/events", {"title": ""}).status == 400
    assert [made(further, number).status for number in (2, 3)] == [201, 201]

    # Also from the events that hosts created.
    for by in (anna, further):
        refused = made(by, 4)
        assert (refused.status, code(refused)) == (429, "too_many_events")
        assert int(refused.headers["retry-after"]) > 0
    site.clock.advance(timedelta(days=1))
    assert made(further, 4).status == 201
