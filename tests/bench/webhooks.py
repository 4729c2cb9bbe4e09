"""Taking a webhook with 1,000 updates, beside the least that a service has to do with its body.

What is measured is the whole handler: verifying, splitting and packing. The queue and the app
secret are in memory, so that the network is left out: on AWS the requests to SQS, which are made
at the same time, come on top.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import json
import time
from collections.abc import Callable

from tests.bench.row import Row
from tests.comments.receiving.site import SECRET, Site, comment, entry, envelope, sign

UPDATES, RUNS = 1000, 300
TEXT = "Très beau! Where can I buy it, and do you ship to Zürich? 😍"


def measure() -> list[Row]:
    """Measure the handler, and the decoding and verification of the same body alone."""
    values = [comment(number, f"{TEXT} {number}") for number in range(UPDATES)]
    body = envelope(entry(*values))
    signature, site = sign(body.encode()), Site()

    def take() -> None:
        site.queue.requests.clear()
        assert site.send(body, signature).status == 200

    def verify_and_decode() -> None:
        made = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        assert hmac.compare_digest(f"sha256={made}", signature)
        json.loads(body)

    with contextlib.redirect_stdout(io.StringIO()):
        ours, reference = percentiles_ms(take), percentiles_ms(verify_and_decode)
    name = f"webhook with {UPDATES} updates ({len(body) // 1000} kB): verify, split, pack"
    beside = "json.loads and hmac, nothing queued"
    return [
        *(Row(f"{name}, p{at}", ours[at], "ms", reference[at], beside) for at in (50, 99)),
        Row(
            "requests to SQS for them",
            float(len(site.queue.requests)),
            "calls",
            UPDATES / 10,
            "a message for each, ten in a request",
        ),
    ]


def percentiles_ms(action: Callable[[], object]) -> dict[int, float]:
    """Return the median and the 99th percentile of many runs; a first run does not count."""
    action()
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {at: taken[len(taken) * at // 100] for at in (50, 99)}
