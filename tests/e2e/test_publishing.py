"""Posts on the deployed stack, with IAM enforced: each arrives once, as Instagram takes it."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import requests
from msgspec.structs import replace
from PIL import Image

from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.media_records import Prepared
from lambdas.publishing.schedules import schedule_name
from lambdas.publishing.states import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from local.local_site import LocalSite
from tests.deployed import Stack, wait_until
from tests.e2e.callbacks import call_back
from tests.e2e.test_deployed_stack import new_device, outcomes, send
from tests.e2e.test_guest_page import created_event
from tests.emulated_videos import video
from tests.json_types import JsonObject

ACCOUNT = "17841400000000654"
PERSON = "25841400000000654"
POSTS = "/instagram/posts"
# High enough to be stored, and too low to slow calls down.
USAGE = '{"call_count": 71, "total_time": 1, "total_cputime": 1}'
DONE = ("published", "failed", "needs_review", "cancelled")
# What an interrupted post may take: a minute until its outcome is read back, and some for retries.
INTERRUPTED_SECONDS = 200


@dataclass(frozen=True)
class Desk:
    """An operator who publishes for an account of the emulator."""

    stack: Stack

    def upload(self, content: bytes, media_type: str = "image/png") -> JsonObject:
        """Send a file, and return its source once it was examined."""
        digest = hashlib.sha256(content).hexdigest()
        body = {"name": "file", "size": len(content), "type": media_type, "sha256": digest}
        upload = self.stack.operate("POST", "/instagram/media-uploads", body).json()
        form = upload["post"]
        files = {"file": ("file", content)}
        requests.post(form["url"], data=form["fields"], files=files, timeout=60).raise_for_status()
        path = f"/instagram/media-uploads/{upload['id']}"
        wait_until(lambda: self.stack.operate("GET", path).json()["status"] == "ready")
        return {"upload": upload["id"]}

    def create(self, *sources: JsonObject, **changes: object) -> JsonObject:
        """Create a post of these files."""
        body: JsonObject = {
            "account": ACCOUNT,
            "client_request_id": uuid.uuid4().hex,
            "kind": "photo",
            "media": [{"source": source} for source in sources],
            "caption": f"Post {uuid.uuid4().hex}",
            "late": "publish",
        }
        answer = self.stack.operate("POST", POSTS, body | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, post: JsonObject) -> JsonObject:
        """Return a post as it is now."""
        return dict(self.stack.operate("GET", f"{POSTS}/{post['id']}").json())

    def done(self, post: JsonObject, seconds: float = 60) -> JsonObject:
        """Return a post once nothing more happens to it."""
        found = wait_until(lambda: (one := self.read(post))["state"] in DONE and one, seconds)
        return dict(found)

    def arrived(self, post: JsonObject) -> list[JsonObject]:
        """Return what Instagram has of a post."""
        url = f"{self.stack.outputs['graph_url']}/_control/published?account={ACCOUNT}"
        listed: list[JsonObject] = requests.get(url, timeout=30).json()
        return [one for one in listed if one["caption"] == post["caption"]]


def picture(size: tuple[int, int] = (3000, 1000)) -> bytes:
    """Return a picture with transparent parts, unlike any other."""
    content = io.BytesIO()
    image = Image.new("RGBA", size, (*uuid.uuid4().bytes[:3], 128))
    image.save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    """Provide a connected account to publish for."""
    stack.control("account", id=ACCOUNT, username="example_desk")
    site = LocalSite(stack.deployment)
    site.consent(site.connect_dialog(), ACCOUNT)
    yield Desk(stack)
    stack.control("usage", **{"X-App-Usage": '{"call_count": 1}'})
    stack.operate("DELETE", f"/instagram/accounts/{ACCOUNT}")


@dataclass(frozen=True)
class Begun:
    """Posts that take minutes, begun before the other tests."""

    lost: JsonObject
    killed: JsonObject
    twice: JsonObject
    carousel: JsonObject
    scheduled: JsonObject
    due_at: datetime


@pytest.fixture(scope="module")
def begun(desk: Desk) -> Begun:
    """Interrupt posts: the answer is lost, the function is killed, the schedule fires twice."""
    stack, source = desk.stack, desk.upload(picture())
    due_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)
    at = {"wall": f"{due_at:%Y-%m-%dT%H:%M}", "zone": "UTC"}
    scheduled = desk.create(source, publish_at=at)
    carousel = desk.create(source, desk.upload(video(), "video/mp4"), kind="carousel")
    name = stack.outputs["functions"]["Publishing.Work"]
    functions = stack.client("lambda")
    timeout = functions.get_function_configuration(FunctionName=name)["Timeout"]
    fault: JsonObject = {"path": "media_publish", "account": ACCOUNT, "count": 1}
    stack.control("fail", **fault, drop="after")
    lost = desk.create(source)
    wait_until(lambda: desk.arrived(lost))
    functions.update_function_configuration(FunctionName=name, Timeout=4)
    stack.control("fail", **fault, seconds=30)
    killed = desk.create(source)
    wait_until(lambda: desk.arrived(killed))
    twice = desk.create(source)
    for _ in range(3):
        stack.send("Publishing.StartQueue", {"post": twice["id"]})
    wait_until(lambda: _killed(stack, name))
    functions.update_function_configuration(FunctionName=name, Timeout=timeout)
    return Begun(lost, killed, twice, carousel, scheduled, due_at)


def _killed(stack: Stack, name: str) -> bool:
    logs = stack.client("logs")
    group = stack.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]
    events = logs.filter_log_events(logGroupName=group["LogGroup"])["events"]
    return any("Task timed out" in one["message"] for one in events)


@pytest.mark.usefixtures("begun")
def test_picture_arrives_as_promised(desk: Desk) -> None:
    post = desk.done(desk.create(desk.upload(picture()), first_comment="#first"))

    # The comment follows once the post is published.
    wait_until(lambda: desk.arrived(post)[0]["comments"])
    [arrived] = desk.arrived(post)
    [file] = arrived["files"]
    assert (post["state"], post["media_id"]) == ("published", arrived["id"])
    assert (file["format"], file["metadata"]) == ("JPEG", [])
    assert file["width"] <= 1440
    assert 0.8 <= file["width"] / file["height"] <= 1.91
    assert [one["text"] for one in arrived["comments"]] == ["#first"]


def test_files_are_gone_afterwards(desk: Desk) -> None:
    post = desk.done(desk.create(desk.upload(picture())))

    [arrived] = desk.arrived(post)
    url = arrived["containers"][-1]["options"]["image_url"]
    assert "/posting/" in url
    wait_until(lambda: requests.head(url, timeout=30).status_code == 403)


def test_removed_guest_photo_cancels_its_post(desk: Desk) -> None:
    event, device = created_event(desk.stack, "asks_to_post"), new_device()
    photo_id = _shown(desk.stack, event, device, may_post=True)
    refused = _shown(desk.stack, event, device, may_post=False)
    source = {"photo": {"event": event, "id": photo_id}}
    tomorrow = {"wall": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T09:00", "zone": "UTC"}

    published = desk.create(source)
    planned = desk.create(source, publish_at=tomorrow)
    body = {"media": [{"source": {"photo": {"event": event, "id": refused}}}]}
    problems = desk.stack.operate("POST", f"{POSTS}/check", body).json()["problems"]

    assert "media[0].source.photo" in [one["field"] for one in problems]
    assert desk.done(published)["state"] == "published"
    url = f"{desk.stack.event(event)}/photos/{photo_id}"
    assert (
        requests.delete(url, headers={"Cookie": f"daybook_device={device}"}, timeout=30).status_code
        == 204
    )
    assert desk.done(planned)["state"] == "cancelled"


def _shown(stack: Stack, event: str, device: str, *, may_post: bool) -> str:
    """Send a guest's photo, and return its id once it is shown."""
    content = picture((800, 600))
    digest = hashlib.sha256(content).hexdigest()
    file = {"name": "a.png", "size": len(content), "type": "image/png", "sha256": digest}
    url = f"{stack.event(event)}/uploads"
    body = {"files": [file | {"may_post": may_post}]}
    answer = requests.post(
        url, json=body, headers={"Cookie": f"daybook_device={device}"}, timeout=30
    )
    [grant] = answer.json()["uploads"]
    send(grant, content)
    assert outcomes(stack, event, grant) == [("shown", None)]
    return str(grant["id"])


def test_link_shows_the_draft(desk: Desk) -> None:
    event, device = created_event(desk.stack, "asks_to_post"), new_device()
    photo = {"photo": {"event": event, "id": _shown(desk.stack, event, device, may_post=True)}}
    draft = desk.create(desk.upload(picture()), photo, kind="carousel", draft=True)
    link = desk.stack.operate("POST", f"{POSTS}/{draft['id']}/approval").json()["url"]

    page = requests.get(link, timeout=30).text
    pictures = [unescape(one) for one in re.findall(r'<img src="([^"]+)"', page)]
    assert [requests.get(one, timeout=30).status_code for one in pictures] == [200, 200]


def test_planned_post_is_cancelled(desk: Desk) -> None:
    at = {"wall": f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}T09:00", "zone": "UTC"}
    planned = desk.create(desk.upload(picture()), publish_at=at)
    assert desk.stack.operate("DELETE", f"{POSTS}/{planned['id']}").json()["state"] == "cancelled"
    names = desk.stack.client("scheduler").list_schedules()["Schedules"]
    assert schedule_name(planned["id"]) not in [one["Name"] for one in names]


def test_operators_ask_about_the_account(desk: Desk) -> None:
    desk.stack.control("usage", **{"X-App-Usage": USAGE})
    limit = desk.stack.operate("GET", f"{POSTS}/limit?account={ACCOUNT}").json()
    query = f"account={ACCOUNT}&caption=Wedding"
    tags = desk.stack.operate("GET", f"/instagram/hashtags/suggestions?{query}").json()
    resumed = desk.stack.operate("POST", f"{POSTS}/resume?account={ACCOUNT}").json()

    assert limit["total"] == 50
    assert tags["suggestions"]
    assert resumed["was_stopped"] is False


def test_sweep_finishes_what_was_left(desk: Desk) -> None:
    ledger = DynamoLedger(
        desk.stack.table("PostsTable"), DeletionMarks(desk.stack.table("EventsTable")), "main"
    )
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    posts = [desk.done(desk.create(desk.upload(picture()))) for _ in range(2)]
    for post in posts:
        # The last that its own execution does.
        wait_until(lambda post=post: desk.read(post).get("permalink"))  # type: ignore[misc]
        name = f"{ACCOUNT}-{post['client_request_id']}-1"
        wait_until(lambda name=name: name not in running(desk))  # type: ignore[misc]
    without_address, unreported = [ledger.read(post["id"]) for post in posts]
    assert without_address
    assert unreported
    ledger.save(without_address, replace(without_address, permalink=None, updated_at=long_ago))
    file = prepared(long_ago)
    media = (replace(unreported.media[0], prepared=file),)
    failed = replace(unreported, state=State.FAILED, media=media, updated_at=long_ago)
    ledger.save(unreported, failed)
    stopped = desk.create(desk.upload(picture()), draft=True)
    interrupted = ledger.read(stopped["id"])
    assert interrupted
    missed = replace(interrupted, state=State.SCHEDULED, due_at=long_ago, updated_at=long_ago)
    ledger.save(interrupted, missed)

    desk.stack.send("Publishing.SweepQueue", {"sweep": "posts"})

    wait_until(lambda: desk.read(posts[0]).get("permalink"))
    wait_until(lambda: not (found := ledger.read(posts[1]["id"])) or found.reported)
    assert desk.done(stopped)["state"] == "published"


def test_lost_schedule_is_set_again(desk: Desk) -> None:
    due_at = datetime.now(UTC) + timedelta(minutes=9)
    at = {"wall": f"{due_at:%Y-%m-%dT%H:%M}", "zone": "UTC"}
    planned = desk.create(desk.upload(picture()), publish_at=at)
    scheduler, name = desk.stack.client("scheduler"), schedule_name(planned["id"])
    [group] = [
        one["GroupName"] for one in scheduler.list_schedules()["Schedules"] if one["Name"] == name
    ]
    scheduler.delete_schedule(Name=name, GroupName=group)

    desk.stack.send("Publishing.SweepQueue", {"sweep": "posts"})

    def is_set() -> bool:
        listed = scheduler.list_schedules(GroupName=group)["Schedules"]
        return name in [one["Name"] for one in listed]

    wait_until(is_set, seconds=60)
    desk.stack.operate("DELETE", f"{POSTS}/{planned['id']}")


def running(desk: Desk) -> list[str]:
    """Return the names of executions that have not ended."""
    machines = desk.stack.client("stepfunctions")
    return [
        one["name"]
        for machine in machines.list_state_machines()["stateMachines"]
        for one in machines.list_executions(stateMachineArn=machine["stateMachineArn"])[
            "executions"
        ]
        if one["status"] == "RUNNING"
    ]


def prepared(at: datetime) -> Prepared:
    """Return a file that is in no bucket any more."""
    return Prepared(
        key="posting/left.jpg",
        content_type="image/jpeg",
        size=1,
        width=1,
        height=1,
        sha256="",
        prepared_at=at,
    )


@pytest.mark.parametrize("name", ["lost", "killed", "twice"])
def test_interrupted_post_arrives_once(desk: Desk, begun: Begun, name: str) -> None:
    post = desk.done(getattr(begun, name), INTERRUPTED_SECONDS)

    assert post["state"] == "published", post
    assert len(desk.arrived(post)) == 1


def test_carousel_with_video_arrives(desk: Desk, begun: Begun) -> None:
    post = desk.done(begun.carousel, seconds=150)

    [arrived] = desk.arrived(post)
    assert [one["type"] for one in arrived["files"]] == ["image", "video"]


def test_scheduled_post_is_on_time(desk: Desk, begun: Begun) -> None:
    assert begun.scheduled["state"] == "scheduled"
    post = desk.done(begun.scheduled, seconds=200)

    late = datetime.fromisoformat(post["published_at"]) - begun.due_at
    assert timedelta() <= late < timedelta(minutes=1)


# From here on no post of `begun` is on its way, which would meet these faults.
def test_refused_token_is_looked_at(desk: Desk) -> None:
    fault: JsonObject = {"exact_path": f"{ACCOUNT}/media", "method": "POST"}
    fault |= {"account": ACCOUNT, "count": 1, "status": 400}
    desk.stack.control("fail", **fault, code=190, subcode=460)
    post = desk.create(desk.upload(picture()))

    wait_until(lambda: (desk.read(post).get("waiting") or {}).get("code") == "reconnect_required")
    assert desk.stack.operate("DELETE", f"{POSTS}/{post['id']}").json()["state"] == "cancelled"
    accounts = desk.stack.operate("GET", "/instagram/accounts").json()["accounts"]
    assert ACCOUNT in [one["id"] for one in accounts]


def test_refused_address_is_replaced(desk: Desk) -> None:
    fault: JsonObject = {"exact_path": f"{ACCOUNT}/media", "method": "POST"}
    fault |= {"account": ACCOUNT, "count": 1, "status": 400}
    desk.stack.control("fail", **fault, code=9004, subcode=2207052)
    moved = desk.create(desk.upload(picture()))
    post = desk.done(moved, seconds=120)

    assert (post["state"], len(desk.arrived(post))) == ("published", 1)


@pytest.mark.usefixtures("begun")
def test_executions_hold_ids_alone(desk: Desk) -> None:
    machines = desk.stack.client("stepfunctions")
    [machine] = [
        one["stateMachineArn"]
        for one in machines.list_state_machines()["stateMachines"]
        if "Publishing" in one["name"] or "Posts" in one["name"]
    ]
    executions = machines.list_executions(stateMachineArn=machine)["executions"]
    mine = [one for one in executions if one["name"].startswith(ACCOUNT)]
    assert len(mine) >= 3
    for execution in mine:
        history = machines.get_execution_history(
            executionArn=execution["executionArn"], maxResults=1000
        )
        text = str(history["events"])
        for secret in ("IGAA", "posting/", "Post ", "access_token"):
            assert secret not in text


def test_deletion_request_leaves_no_post(desk: Desk) -> None:
    stack = desk.stack
    call_back(stack, "data-deletion", PERSON)
    table = stack.table("PostsTable")

    wait_until(lambda: not [row for row in table.scan()["Items"] if ACCOUNT in str(row["pk"])])
