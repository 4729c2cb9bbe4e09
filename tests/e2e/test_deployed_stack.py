"""Test the deployed stack from outside: permissions, grants, quotas, moderation, Instagram."""

from __future__ import annotations

import hashlib
import io
import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from PIL import Image

from lambdas.feed.empty_answer import ROW as EMPTY_ANSWER_ROW
from lambdas.guests.announcement import Labels
from lambdas.guests.device import Device
from lambdas.guests.moderating.moderation import FEW
from lambdas.guests.upload import UploadService
from lambdas.guests.views import UploadOutcome
from lambdas.kit.clock import SystemClock, to_sortable
from lambdas.kit.errors import LimitReached, Unavailable
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys, object_keys
from lambdas.storage.events.cleanup import Mark
from lambdas.storage.events.consent import Consents
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.grants import GrantStore
from lambdas.storage.events.usage import Quota, read_usage
from lambdas.storage.objects import ObjectStore
from lambdas.storage.rows import to_row
from local import processes
from local.graph.data import TOKEN
from local.local_site import LocalSite
from local.meta_apps import configure_apps
from local.servers import start_graph
from local.uploads import upload_all
from tests.deployed import EVENT, Stack, fresh_event, run_local, wait_until
from tests.pictures.drawing import SECRET, draw_photo
from tests.shared_photos import shared_photos


def new_photo() -> bytes:
    """Return a photo that no other test has drawn."""
    return draw_photo(seed=random.randrange(10**6))


def announce(stack: Stack, event: str, *bodies: bytes, device: str = "") -> requests.Response:
    """Announce files, as a new device unless the cookie of one is given."""
    files = [
        {
            "name": "a.jpg",
            "size": len(body),
            "type": "image/jpeg",
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        for body in bodies
    ]
    headers = {"Cookie": f"daybook_device={device}"} if device else {}
    url = f"{stack.event(event)}/uploads"
    return requests.post(url, json={"files": files}, headers=headers, timeout=30)


def new_device() -> str:
    """Return the key of a device, the value of its cookie."""
    return f"{random.getrandbits(128):032x}"


def granted(stack: Stack, event: str, body: bytes, device: str = "") -> Any:
    """Return the grant of one file."""
    answer = announce(stack, event, body, device=device)
    [upload] = answer.json()["uploads"]
    assert upload["status"] == "upload", answer.text
    return upload


def send(grant: Any, body: bytes) -> None:
    """Post a file to the bucket."""
    files, post = {"file": ("a.jpg", body)}, grant["post"]
    answer = requests.post(post["url"], data=post["fields"], files=files, timeout=30)
    assert answer.ok, answer.text


def outcomes(stack: Stack, event: str, *grants: Any) -> list[tuple[str, str | None]]:
    """Return status and reason of each upload, once all are processed."""
    ids = [grant["id"] for grant in grants]

    def finished() -> Any:
        answer = requests.get(
            f"{stack.event(event)}/uploads", params={"ids": ",".join(ids)}, timeout=30
        )
        found = {upload["id"]: upload for upload in answer.json()["uploads"]}
        done = all(found[one]["status"] not in ("waiting", "processing") for one in ids)
        return done and found

    found = wait_until(finished)
    return [(found[one]["status"], found[one].get("reason")) for one in ids]


def shared(stack: Stack, event: str) -> str:
    """Upload a photo; return its id."""
    body = new_photo()
    grant = granted(stack, event, body)
    send(grant, body)
    outcomes(stack, event, grant)
    return str(grant["id"])


def reviewed_event(stack: Stack) -> str:
    """Create an event whose photos an operator must approve; return its id."""
    event = f"summer-party-{random.randrange(10**6)}"
    row = {
        "title": "Summer party",
        "starts_at": "2026-06-01T00:00:00Z",
        "ends_at": "2026-06-02T00:00:00Z",
        "time_zone": "Europe/Berlin",
        "review": True,
    }
    stack.table("EventsTable").put_item(Item=keys.row_key(event, keys.EVENT_ROW) | row)
    return event


def exists(stack: Stack, key: str) -> bool:
    """Return whether the photo bucket has an object."""
    try:
        stack.client("s3").head_object(Bucket=stack.outputs["bucket"], Key=key)
    except ClientError:
        return False
    return True


def wait_for_state(stack: Stack, event: str, state: str) -> None:
    """Wait until an event's Instagram posts are in a state."""
    wait_until(lambda: stack.photos(event)["instagram"]["state"] == state)


def test_only_posts_of_the_window_appear(stack: Stack) -> None:
    posts = [item for item in stack.photos()["items"] if item["source"] == "instagram"]

    assert [(post["kind"], post["taken_at"]) for post in posts] == [
        ("image", "2026-04-30T06:59:59Z"),
        ("video", "2026-04-29T23:30:00Z"),
        ("carousel", "2026-04-29T19:15:00Z"),
        ("image", "2026-04-29T16:00:00Z"),
        ("image", "2026-04-29T07:00:00Z"),
    ]
    assert len(posts[2]["children"]) == 3
    assert all(post["width"] and post["permalink"] for post in posts)


def test_shown_photos_have_no_metadata(stack: Stack) -> None:
    event = fresh_event()
    pictures = shared_photos() | {"drawn.heic": draw_photo("HEIF", (800, 600), seed=900)}

    statuses = upload_all(stack.outputs["guest_url"], event, pictures)

    assert set(statuses.values()) == {"shown"}
    items = stack.photos(event)["items"]
    assert len(items) == len(pictures)
    for item in items:
        for url in item["urls"].values():
            answer = requests.get(url, timeout=30)
            picture = Image.open(io.BytesIO(answer.content))
            assert (answer.headers["content-type"], picture.format) == ("image/webp", "WEBP")
            assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
            assert SECRET.encode() not in answer.content


def test_originals_are_not_public(stack: Stack) -> None:
    body = draw_photo(seed=901)
    upload_all(stack.outputs["guest_url"], EVENT, {"a.jpg": body})
    photo = next(item for item in stack.photos()["items"] if item["source"] == "guest")
    shown = photo["urls"]["thumb"]
    bucket = shown.split("/shown/")[0]

    for url in (
        f"{bucket}/originals/{EVENT}/{photo['id']}",
        shown.split("?")[0],
        shown.replace("thumb.webp", "large.webp"),
        f"{bucket}/",
    ):
        assert requests.get(url, timeout=30).status_code == 403, url


def test_grants_cover_one_file(stack: Stack) -> None:
    body = draw_photo(seed=902)
    post = granted(stack, EVENT, body)["post"]

    def posted(data: bytes, fields: dict[str, str] | None = None) -> int:
        return requests.post(
            post["url"],
            data=post["fields"] | (fields or {}),
            files={"file": ("a", data)},
            timeout=30,
        ).status_code

    assert posted(body + b"x") == 400
    assert posted(body[:-1]) == 400
    assert posted(body, {"key": f"originals/{EVENT}/other"}) == 403
    assert posted(body, {"Content-Type": "text/html"}) == 403
    assert posted(body, {"x-amz-signature": "0" * 64}) == 403
    assert posted(body) == 204


def test_parallel_grants_respect_the_quota(stack: Stack) -> None:
    event, device = fresh_event(), new_device()

    def grant(number: int) -> int:
        bodies = (f"{number} {n}".encode() for n in range(7))
        answer = announce(stack, event, *bodies, device=device)
        uploads = answer.json().get("uploads", [])
        return sum(upload["status"] == "upload" for upload in uploads)

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(grant, range(10)))

    assert sum(counts) == 40, counts
    full = announce(stack, event, b"one more", device=device)
    assert (full.status_code, full.json()["error"]["code"]) == (429, "event_full")
    assert full.headers["retry-after"]


def test_fifty_grants_at_once_respect_the_quota(stack: Stack) -> None:
    # Fifty functions at once are more than a small machine can start: their table is real.
    day, device, together = fresh_event(), Device(new_device(), is_new=False), Barrier(50)
    event = EventStore(stack.table("EventsTable"), "UTC", date_events=True).get(day)

    def grant(number: int) -> int:
        table, clock = stack.table("EventsTable"), SystemClock()
        store = GrantStore(table, Quota(40, 10**9, 10**6))
        objects = ObjectStore(stack.client("s3"), stack.outputs["bucket"])
        service = UploadService(store, objects, Consents(table), 10**6, clock)
        files: list[object] = [
            {"name": "a.jpg", "size": 9, "type": "image/jpeg", "sha256": f"{number * 7 + n:064x}"}
            for n in range(7)
        ]
        together.wait()
        try:
            answers = service.announce(event, device, files, Labels())
        except (LimitReached, Unavailable):
            return 0
        return sum(answer.status is UploadOutcome.UPLOAD for answer in answers)

    with ThreadPoolExecutor(50) as pool:
        counts = list(pool.map(grant, range(50)))

    used = read_usage(stack.table("EventsTable"), day)
    assert 0 < sum(counts) == used.files <= 40, counts


def test_photos_are_deleted_before_they_are_processed(stack: Stack) -> None:
    event, body = fresh_event(), new_photo()
    grant = granted(stack, event, body)

    photo = f"/events/{event}/photos/{grant['id']}"
    deleted = stack.operate("PATCH", photo, {"state": "deleted"})

    assert deleted.status_code == 200, deleted.text
    send(grant, body)
    prefix = object_keys.original_object(event, grant["id"])
    listed = {"Bucket": stack.outputs["bucket"], "Prefix": prefix}
    wait_until(lambda: "Contents" not in stack.client("s3").list_objects_v2(**listed))
    assert stack.photos(event)["items"] == []


def test_many_photos_are_public_soon(stack: Stack) -> None:
    event = reviewed_event(stack)
    pictures = {
        f"{number}.jpg": draw_photo(size=(80, 60), seed=random.randrange(10**9))
        for number in range(FEW + 2)
    }
    upload_all(stack.outputs["guest_url"], event, pictures)
    waiting = stack.operate("GET", f"/events/{event}/photos").json()["photos"]
    ids = [photo["id"] for photo in waiting]
    assert len(ids) == len(pictures)

    decided = stack.operate("PATCH", f"/events/{event}/photos", {"ids": ids, "state": "shown"})

    assert decided.status_code == 200, decided.text
    objects = [key for one in ids for key in object_keys.shown_objects(event, one, SIZES)]
    wait_until(lambda: all(exists(stack, key) for key in objects))


def test_full_events_refuse_arriving_photos(stack: Stack) -> None:
    event, bodies = fresh_event(), [new_photo(), new_photo()]
    usage = keys.row_key(event, keys.USAGE_ROW) | {"files": 39, "size": 39}
    stack.table("EventsTable").put_item(Item=usage)
    # The first grant holds the last place; another device's is granted without one.
    grants = [granted(stack, event, body) for body in bodies]

    for grant, body in zip(grants, bodies, strict=True):
        send(grant, body)

    assert outcomes(stack, event, *grants) == [("shown", None), ("refused", "event_full")]


def test_many_views_start_one_refresh(stack: Stack) -> None:
    event = fresh_event()
    before = len(stack.journal())

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(lambda _: stack.photos(event)["instagram"]["state"], range(20)))

    wait_for_state(stack, event, "fresh")
    assert set(states) <= {"stale", "fresh"}
    assert len(stack.journal()) == before + 1


def test_guests_do_not_need_instagram(stack: Stack) -> None:
    event = fresh_event()
    owner = processes.port_owner(stack.deployment.graph_port)
    assert owner is not None
    owner.terminate()
    owner.wait(10)
    try:
        assert upload_all(stack.outputs["guest_url"], event, {"a.jpg": draw_photo(seed=903)}) == {
            "a.jpg": "shown"
        }
        wait_for_state(stack, event, "unavailable")
        assert len(stack.photos(event)["items"]) == 1
    finally:
        start_graph(stack.deployment)
        # The apps' redirect addresses are set at `up`, and a new process does not know them.
        configure_apps(LocalSite(stack.deployment))


def test_operators_need_a_token(stack: Stack) -> None:
    upload_all(stack.outputs["guest_url"], EVENT, {"notes.jpg": b"no picture at all"})
    url = f"{stack.outputs['api_url']}/events/{EVENT}/photos"
    token = stack.operator_token

    assert requests.get(url, timeout=30).status_code == 401
    forged = {"Authorization": f"Bearer {token[:-4]}AAAA"}
    assert requests.get(url, headers=forged, timeout=30).status_code == 401
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    photo = next(photo for photo in answer.json()["photos"] if photo["name"] == "notes.jpg")
    # The embedded AWS ignores that the link is for a download; a unit test checks the link.
    original = requests.get(photo["original_url"], timeout=30)
    assert original.content == b"no picture at all"


def test_reviewed_photos_wait_for_operators(stack: Stack) -> None:
    event, picture = reviewed_event(stack), new_photo()

    statuses = upload_all(stack.outputs["guest_url"], event, {"a.jpg": picture})

    assert set(statuses.values()) == {"in_review"}
    assert stack.photos(event)["items"] == []
    [photo] = stack.operate("GET", f"/events/{event}/photos?state=in_review").json()["photos"]
    assert requests.get(photo["original_url"], timeout=30).content == picture


def test_operators_moderate_photos(stack: Stack) -> None:
    event = reviewed_event(stack)
    photo_id = shared(stack, event)
    public = object_keys.shown_object(event, photo_id, "thumb")

    def moderate(state: str) -> bool:
        path = f"/events/{event}/photos/{photo_id}"
        answer = stack.operate("PATCH", path, {"state": state})
        assert answer.status_code == 200, answer.text
        listed = [item["id"] for item in stack.photos(event)["items"]] == [photo_id]
        assert exists(stack, public) == listed
        return listed

    assert not exists(stack, public)
    assert [moderate(state) for state in ("shown", "hidden", "shown", "deleted")] == [
        True,
        False,
        True,
        False,
    ]


def test_guests_delete_their_own_photos(stack: Stack) -> None:
    event, body, device = fresh_event(), new_photo(), new_device()
    grant = granted(stack, event, body, device)
    send(grant, body)
    outcomes(stack, event, grant)
    photo = f"{stack.event(event)}/photos/{grant['id']}"
    own = {"Cookie": f"daybook_device={device}"}

    assert requests.delete(photo, timeout=30).status_code == 403
    assert requests.delete(photo, headers=own, timeout=30).status_code == 204

    assert stack.photos(event)["items"] == []
    assert not exists(stack, object_keys.original_object(event, grant["id"]))


def tidy(stack: Stack, event: str, *photo_ids: str) -> None:
    """Mark photos as half changed, run the sweep, and wait until it has settled them."""
    table, old = stack.table("EventsTable"), datetime(2026, 1, 1, tzinfo=UTC)
    marks = [Mark.of(event, one, old, removed=True) for one in photo_ids]
    for mark in marks:
        table.put_item(Item=mark.key | to_row(mark))
    stack.send("Guests.TidyQueue", {"tidy": "photos"})
    due = to_sortable(old)

    def settled(mark: Mark) -> bool:
        # The mark of a photo that a host deleted stays, dated to when it is deleted for good.
        row = table.get_item(Key=mark.key).get("Item", {})
        return bool(row.get("due_at") != due)

    wait_until(lambda: all(map(settled, marks)))


def test_the_sweep_keeps_stuck_photos(stack: Stack) -> None:
    event = fresh_event()
    photo_id = shared(stack, event)
    stack.table("EventsTable").update_item(
        Key=keys.row_key(event, keys.photo_row(photo_id)),
        UpdateExpression="SET #state = :processing",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":processing": "processing"},
    )

    tidy(stack, event, photo_id)

    [photo] = stack.operate("GET", f"/events/{event}/photos?state=in_review").json()["photos"]
    assert (photo["id"], photo["reason"]) == (photo_id, "processing_failed")
    assert not exists(stack, object_keys.shown_object(event, photo_id, "thumb"))


def test_the_sweep_finishes_moderation(stack: Stack) -> None:
    event = reviewed_event(stack)
    approved, deleted = shared(stack, event), shared(stack, event)
    for photo_id, state in ((approved, "shown"), (deleted, "deleted")):
        stack.operate("PATCH", f"/events/{event}/photos/{photo_id}", {"state": state})
    bucket, s3 = stack.outputs["bucket"], stack.client("s3")
    lost, left = (object_keys.shown_object(event, one, "thumb") for one in (approved, deleted))
    s3.delete_object(Bucket=bucket, Key=lost)
    s3.put_object(Bucket=bucket, Key=left, Body=b"left")

    tidy(stack, event, approved, deleted)

    assert (exists(stack, lost), exists(stack, left)) == (True, False)


def test_simultaneous_duplicates_are_shown_once(stack: Stack) -> None:
    event, picture = fresh_event(), new_photo()
    grants = [granted(stack, event, picture) for _ in range(2)]

    for grant in grants:
        send(grant, picture)

    statuses = sorted(status for status, _ in outcomes(stack, event, *grants))
    assert statuses == ["refused", "shown"]
    assert len(stack.photos(event)["items"]) == 1


def test_originals_posted_again_change_nothing(stack: Stack) -> None:
    event, body = fresh_event(), new_photo()
    grant = granted(stack, event, body)
    send(grant, body)
    outcomes(stack, event, grant)
    original = {
        "Bucket": stack.outputs["bucket"],
        "Key": object_keys.original_object(event, grant["id"]),
    }
    s3 = stack.client("s3")
    first = s3.head_object(**original)["VersionId"]

    send(grant, body[::-1])

    # Only the version that was processed is kept.
    wait_until(lambda: s3.head_object(**original)["VersionId"] == first)
    assert s3.get_object(**original)["Body"].read() == body


def make_feed_due(stack: Stack, event: str) -> None:
    """Make an event's last reading, and its empty answer, five minutes older."""
    then = to_sortable(datetime.now(UTC) - timedelta(minutes=5))
    for row, column in ((keys.FEED_ROW, "next_refresh_at"), (EMPTY_ANSWER_ROW, "first_at")):
        stack.table("EventsTable").update_item(
            Key=keys.row_key(event, row),
            UpdateExpression="SET #column = :then",
            ExpressionAttributeNames={"#column": column},
            ExpressionAttributeValues={":then": then},
        )


def test_posts_deleted_on_instagram_disappear(stack: Stack) -> None:
    event = fresh_event()
    key = keys.row_key(event, keys.post_row("1"))
    row = {
        "event_id": event,
        "id": "1",
        "kind": "image",
        "taken_at": f"{event}T12:00:00Z",
        "pictures": [{"id": "1", "kind": "image", "width": 10, "height": 10}],
    }
    table = stack.table("EventsTable")
    table.put_item(Item=key | row)

    wait_for_state(stack, event, "fresh")
    # One empty answer may be Instagram's mistake.
    assert "Item" in table.get_item(Key=key)
    make_feed_due(stack, event)

    # The first reading may still hold its lease: the page asks every few seconds.
    wait_until(lambda: stack.photos(event) and "Item" not in table.get_item(Key=key))


def test_bad_requests_have_error_codes(stack: Stack) -> None:
    for path, status in (
        ("/g/nowhere/photos", 404),
        (f"/g/{EVENT}/photos?limit=0", 400),
        (f"/g/{EVENT}/photos?cursor=x", 400),
        ("/nothing", 404),
    ):
        answer = requests.get(stack.outputs["api_url"] + path, timeout=30)
        assert answer.status_code == status, path
        assert set(answer.json()["error"]) == {"code", "message", "request_id"}
    health = requests.get(f"{stack.outputs['api_url']}/health", timeout=30).json()
    assert health["status"] == "ok"
    assert health["version"]


def test_deep_health_requests_pages(stack: Stack) -> None:
    answer = requests.get(f"{stack.outputs['api_url']}/health/deep", timeout=30)

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert len(answer.json()["checks"]) >= 2


def test_the_site_check_counts_successes(stack: Stack) -> None:
    stack.wait_for_alarm(
        "site-unreachable",
        "OK",
        seconds=60,
        nudge=lambda: stack.send("Api.ProbeQueue", {"probe": "site"}),
    )


def test_a_second_up_keeps_data(stack: Stack) -> None:
    before = {item["id"] for item in stack.photos()["items"]}

    printed = run_local("up").stdout

    assert "Up in" in printed
    assert before <= {item["id"] for item in stack.photos()["items"]}
    outputs = json.loads(stack.deployment.outputs_file.read_text())
    assert {name: outputs[name] for name in ("guest_url", "bucket")} == {
        name: stack.outputs[name] for name in ("guest_url", "bucket")
    }


def test_logs_hold_no_errors_or_secrets(stack: Stack) -> None:
    text = stack.logs()
    lines = text.splitlines()

    assert any('"answered"' in line for line in lines), "no request was logged"
    for secret in (TOKEN, stack.operator_token, "X-Amz-Signature", "daybook_device="):
        assert secret not in text
    errors = [
        line
        for line in lines
        if '"level":"ERROR"' in line or "Task timed out" in line or "AccessDenied" in line
    ]
    assert errors == []


@pytest.mark.parametrize("path", ["g/2026-04-29", "g/2026-04-29/tiles", "g/2026-04-29/upload"])
def test_pages_forbid_sniffing_and_framing(stack: Stack, path: str) -> None:
    headers = requests.get(f"{stack.outputs['guest_url']}/{path}", timeout=30).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
