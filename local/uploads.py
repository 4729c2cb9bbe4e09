"""Send pictures as a guest's browser does: announce, post to the bucket, poll until processed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

import requests

from local.loopback import session

BATCH = 50
DONE_SECONDS = 120.0
TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jfif": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "hif": "image/heif",
    "avif": "image/avif",
}


def upload_all(guest_url: str, event_id: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Send pictures; return each one's status of the contract, with its reason, by file name."""
    url, names = f"{guest_url}/g/{event_id}/uploads", list(pictures)
    outcomes: dict[str, str] = {}
    with session() as client:
        for start in range(0, len(names), BATCH):
            batch = {name: pictures[name] for name in names[start : start + BATCH]}
            outcomes |= _upload(client, url, batch)
    return outcomes


def _upload(client: requests.Session, url: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
    files = [
        {
            "name": name,
            "size": len(body),
            "type": TYPES.get(name.rsplit(".", 1)[-1].lower(), ""),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        for name, body in pictures.items()
    ]
    response = client.post(url, json={"files": files}, timeout=60)
    if not response.ok:
        return dict.fromkeys(pictures, f"refused ({_error_of(response)})")
    outcomes, waiting = {}, {}
    for (name, body), upload in zip(pictures.items(), response.json()["uploads"], strict=True):
        outcomes[name] = _outcome(upload)
        if upload["status"] == "upload":
            form = upload["post"]
            file = {"file": (name, body)}
            posted = client.post(form["url"], data=form["fields"], files=file, timeout=60)
            outcomes[name] = "waiting" if posted.ok else f"refused by S3 ({posted.status_code})"
            if posted.ok:
                waiting[upload["id"]] = name
    return outcomes | _follow(client, url, waiting)


def _follow(client: requests.Session, url: str, names: Mapping[str, str]) -> dict[str, str]:
    """Poll until the uploads (names by id) are processed, or for `DONE_SECONDS`."""
    outcomes: dict[str, str] = dict.fromkeys(names.values(), "waiting")
    waiting = set(names)
    deadline = time.monotonic() + DONE_SECONDS
    while waiting and time.monotonic() < deadline:
        time.sleep(0.3)
        response = client.get(url, params={"ids": ",".join(sorted(waiting))}, timeout=60)
        for upload in response.json()["uploads"] if response.ok else ():
            outcomes[names[upload["id"]]] = _outcome(upload)
            if upload["status"] not in ("waiting", "processing"):
                waiting.discard(upload["id"])
    return outcomes


def _outcome(upload: Mapping[str, object]) -> str:
    return str(upload["status"]) + (f" ({upload['reason']})" if "reason" in upload else "")


def _error_of(response: requests.Response) -> str:
    """Return the code of an error in the contract's shape, or the status if it has another."""
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return str(response.status_code)
