"""Sends pictures as a guest's browser does: announced, posted to the bucket, and followed until they are done."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import requests

BATCH = 50
DONE_SECONDS = 120.0
TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "avif": "image/avif",
}


def upload_all(guest_url: str, event_id: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Sends pictures by their file names, and tells what became of each: a status of the contract, with its reason."""
    with requests.Session() as session:
        session.trust_env = False
        names = list(pictures)
        outcomes: dict[str, str] = {}
        for start in range(0, len(names), BATCH):
            outcomes |= _upload(
                session,
                f"{guest_url}/g/{event_id}/uploads",
                {name: pictures[name] for name in names[start : start + BATCH]},
            )
        return outcomes


def _upload(session: requests.Session, url: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
    files = [
        {
            "name": name,
            "size": len(body),
            "type": TYPES.get(name.rsplit(".", 1)[-1].lower(), ""),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        for name, body in pictures.items()
    ]
    answer = session.post(url, json={"files": files}, timeout=60).json()
    if "uploads" not in answer:
        return dict.fromkeys(pictures, f"refused ({answer['error']['code']})")
    outcomes, waiting = {}, {}
    for (name, body), upload in zip(pictures.items(), answer["uploads"], strict=True):
        outcomes[name] = upload["status"] + (f" ({upload['reason']})" if "reason" in upload else "")
        if upload["status"] == "upload":
            post = session.post(
                upload["post"]["url"],
                data=upload["post"]["fields"],
                files={"file": (name, body)},
                timeout=60,
            )
            outcomes[name] = "waiting" if post.ok else f"refused by the bucket ({post.status_code})"
            waiting[upload["id"]] = name
    deadline = time.monotonic() + DONE_SECONDS
    while waiting and time.monotonic() < deadline:
        time.sleep(0.3)
        for upload in session.get(url, params={"ids": ",".join(waiting)}, timeout=60).json()[
            "uploads"
        ]:
            outcomes[waiting[upload["id"]]] = _outcome(upload)
        waiting = {
            photo_id: name
            for photo_id, name in waiting.items()
            if outcomes[name] in ("waiting", "processing")
        }
    return outcomes


def _outcome(upload: dict[str, Any]) -> str:
    return str(upload["status"]) + (f" ({upload['reason']})" if "reason" in upload else "")
