"""Whatever a body holds, the answer names what is wrong with it, and is never a failure of ours."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.publishing.site import PATH, Site, at, body, url

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["2026-05-01T18:00", "Europe/Berlin", "reel", "https://a.example.org/b"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
WHOLE = body(
    kind="carousel",
    media=[
        {
            "source": url(),
            "alt_text": "A",
            "user_tags": [{"username": "a", "x": 0, "y": 1}],
            "product_tags": [{"product_id": "1", "x": 0, "y": 1}],
            "fit": "crop",
        },
        {"source": {"photo": {"event": "wedding", "id": "photo1"}}},
    ],
    caption="A #b @c",
    location_id="1",
    collaborators=["d"],
    share_to_feed=True,
    cover={"upload": "u"},
    thumb_offset_ms=1,
    trial="manual",
    ai_generated=True,
    first_comment="E",
    publish_at=at(),
    late="skip",
    draft=False,
)


def places(value: object) -> list[tuple[object, ...]]:
    """Return the paths of all values inside a body."""
    entries: list[tuple[object, object]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    if isinstance(value, list):
        entries = list(enumerate(value))
    return [
        path
        for name, inner in entries
        for path in ((name,), *((name, *rest) for rest in places(inner)))
    ]


def replaced(value: Any, path: tuple[object, ...], new: object) -> Any:
    """Return a body with another value at a path."""
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


MANGLED = st.builds(replaced, st.just(WHOLE), st.sampled_from(places(WHOLE)), VALUES)
FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=150, suppress_health_check=FIXTURE)
@given(MANGLED | st.dictionaries(st.text(max_size=10) | st.sampled_from(list(WHOLE)), VALUES))
def test_bodies_never_fail(site: Site, raw: object) -> None:
    answer = site.operator.post(PATH, json.dumps(raw))

    assert answer.status in (201, 400, 404, 409), answer.text
    if answer.status == 400:
        assert all(one["field"] or one["message"] for one in answer.json["problems"])


@settings(max_examples=60, suppress_health_check=FIXTURE)
@given(st.text(max_size=60) | VALUES.map(json.dumps))
def test_texts_never_fail(site: Site, text: str) -> None:
    for path in (PATH, f"{PATH}/check", "/instagram/media-uploads"):
        assert site.operator.post(path, text).status in (200, 400)


@settings(max_examples=60, suppress_health_check=FIXTURE)
@given(st.dictionaries(st.sampled_from([*WHOLE, "x"]), VALUES, max_size=4))
def test_changes_never_fail(site: Site, patch: object) -> None:
    post = site.create(draft=True, client_request_id="hostile").json

    assert site.patch(post, patch).status in (200, 400, 404, 409)
    assert site.stored(post).client_request_id == "hostile"
