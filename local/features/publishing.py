"""Posts: one that is published and one that waits, and a post that Instagram refuses."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lambdas.kit.decoded import JsonObject
from local.alarms import Inbox
from local.drills import Drill
from local.graph.data import ACCOUNT_ID
from local.graph.scenes import scene
from local.local_site import LocalSite
from local.loopback import session
from local.sample import Sample, SampleError

POSTS = "/instagram/posts"
UPLOADS = "/instagram/media-uploads"
SWEEP_QUEUE = "Publishing.SweepQueue"
ZONE = "America/Los_Angeles"
SIZE = (1200, 1000)
DONE_SECONDS = 120.0
# Instagram's answer to a picture that is too narrow or too wide.
BAD_RATIO, BAD_RATIO_DETAIL = 36003, 2207009


def load_sample(site: LocalSite, sample: Sample) -> str:
    """Publish a post, and plan one for tomorrow. Do nothing if there are posts already."""
    del sample
    _, answer = site.operate("GET", f"{POSTS}?limit=1")
    if answer["posts"]:
        return "Posts: kept"
    site.operate("POST", "/instagram/token/refresh")
    tomorrow = datetime.now(ZoneInfo(ZONE)) + timedelta(days=1)
    _create(site, "sample-planned", publish_at={"wall": f"{tomorrow:%Y-%m-%d}T18:00", "zone": ZONE})
    post = _until_done(site, _create(site, "sample-published"))
    return f"Posts: one is {post['state']}, one is planned for tomorrow"


def _create(site: LocalSite, request_id: str, **more: object) -> JsonObject:
    """Create a post of a drawn picture. Raises SampleError if it is refused."""
    body = {
        "account": ACCOUNT_ID,
        "client_request_id": request_id,
        "kind": "photo",
        "media": [{"source": {"upload": _upload(site)}, "alt_text": "A drawn scene"}],
        "caption": "From the sample of daybook",
        "late": "publish",
    }
    status, post = site.operate("POST", POSTS, body | more)
    if status not in (200, 201):
        raise SampleError(f"the post {request_id} was refused: {post}")
    return dict(post)


def _upload(site: LocalSite) -> str:
    """Send a drawn picture as an operator's browser does; return the upload's id."""
    picture = scene(1, SIZE)
    digest = hashlib.sha256(picture).hexdigest()
    announced = {"name": "s.jpg", "size": len(picture), "type": "image/jpeg", "sha256": digest}
    status, upload = site.operate("POST", UPLOADS, announced)
    if status not in (200, 201):
        raise SampleError(f"the upload was refused: {upload}")
    form = upload["post"]
    with session() as client:
        file = {"file": ("s.jpg", picture)}
        client.post(form["url"], data=form["fields"], files=file, timeout=60).raise_for_status()
    _wait(site, f"{UPLOADS}/{upload['id']}", "status", ("ready", "unsuitable"))
    return str(upload["id"])


def _until_done(site: LocalSite, post: JsonObject) -> JsonObject:
    """Wait until a post is done; return it as it is then."""
    return _wait(site, f"{POSTS}/{post['id']}", "state", ("published", "failed"))


def _wait(site: LocalSite, path: str, field: str, wanted: tuple[str, ...]) -> JsonObject:
    """Ask until a field has one of the values, for a minute at most; return the last answer."""
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        _, answer = site.operate("GET", path)
        if answer.get(field) in wanted or time.monotonic() > deadline:
            return dict(answer)
        time.sleep(1)


def _sweep(site: LocalSite) -> None:
    site.put(SWEEP_QUEUE, {"sweep": "posts"})


def _refuse_a_post(site: LocalSite) -> None:
    site.operate("POST", "/instagram/token/refresh")
    error = {"status": 400, "code": BAD_RATIO, "subcode": BAD_RATIO_DETAIL}
    site.control("fail", count=1, method="POST", path=f"{ACCOUNT_ID}/media", **error)
    _until_done(site, _create(site, f"drill-{time.time_ns()}"))


def _accept_posts(site: LocalSite, inbox: Inbox | None) -> None:
    # After an interruption the fault may still wait for its call: this post takes it.
    if inbox is None:
        _until_done(site, _create(site, f"drill-{time.time_ns()}"))
    _sweep(site)


DRILLS = {
    "publish-failed": Drill(
        "Instagram refuses a post's picture", _refuse_a_post, _accept_posts, nudge=_sweep
    ),
}
