"""Lists whose entries are as long as they can be: what a function returns is limited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.storage.events.photo import Photo, PhotoState, Reason
from lambdas.storage.events.post import MediaKind, PostPicture, PostStore
from lambdas.storage.events.reports import Report, ReportStore
from tests.answer_sizes import LAMBDA_LIMIT, size_of
from tests.conftest import NOW
from tests.guests.conftest import EVENT, Guest, Site
from tests.guests.test_page import post
from tests.lambda_events import HttpAnswer

POSTS = 12
ADDRESS = "https://x.cdninstagram.com/" + "x" * 900
CAPTIONS = ["😀" * 5000, "'" * 5000]


def pictures(number: int) -> tuple[PostPicture, ...]:
    return tuple(
        PostPicture(f"p{number}-{one}", MediaKind.VIDEO, None, None, ADDRESS, ADDRESS)
        for one in range(20)
    )


@pytest.fixture(params=CAPTIONS, ids=["emoji", "quotes"])
def filled(request: pytest.FixtureRequest, site: Site) -> Site:
    """Provide a site whose event has many carousels as long as Instagram gives them."""
    for number in range(POSTS):
        at = NOW - timedelta(minutes=number)
        texts = {"caption": request.param, "permalink": ADDRESS}
        long = post(number, at, MediaKind.CAROUSEL, pictures(number), **texts)
        PostStore(site.table).put(long)
    return site


def walked(answers: list[HttpAnswer], name: str) -> list[str]:
    assert max(map(size_of, answers)) < LAMBDA_LIMIT
    return [one["id"] for answer in answers for one in answer.json[name]]


@pytest.mark.usefixtures("filled")
def test_pages_end_early(guest: Guest) -> None:
    answers = [guest.reading.get(f"/g/{EVENT}/photos", {"limit": "100"})]
    while cursor := answers[-1].json["next"]:
        answers.append(guest.reading.get(f"/g/{EVENT}/photos", {"limit": "100", "cursor": cursor}))

    assert walked(answers, "items") == [str(one) for one in range(POSTS)]
    for path in ("", "/tiles", "/wall/items", "/wall"):
        shown = guest.reading.get(f"/g/{EVENT}{path}", {"limit": "100"} if path == "/tiles" else {})
        assert 20_000 < size_of(shown) < LAMBDA_LIMIT


def test_hosts_see_all_posts(site: Site) -> None:
    for number in range(90):
        at = NOW - timedelta(minutes=number)
        PostStore(site.table).put(post(number, at, caption="😀" * 5000))
    answers = [site.operate(f"/events/{EVENT}/posts")]
    while cursor := answers[-1].json["next"]:
        answers.append(site.operate(f"/events/{EVENT}/posts", {"cursor": cursor}))

    assert walked(answers, "posts") == [str(one) for one in range(90)]


def test_pages_of_usual_posts_are_whole(site: Site, guest: Guest) -> None:
    for number in range(60):
        caption = "A caption of usual length, with a few words and #two #hashtags. " * 6
        PostStore(site.table).put(post(number, NOW - timedelta(minutes=number), caption=caption))

    assert len(guest.photos()) == 60


def test_reviews_of_many_reports_end_early(site: Site) -> None:
    with site.table.batch_writer() as batch:
        for number in range(60):
            photo = Photo(
                event_id=EVENT, id=f"{number:026}", state=PhotoState.IN_REVIEW, device="d",
                name="x", size=1, granted_until=NOW - timedelta(minutes=number),
                reason=Reason.REPORTED,
            )  # fmt: skip
            batch.put_item(Item=photo.to_row())
            for device in range(20):
                report = Report(EVENT, photo.id, f"{device}", "other", "😀" * 500, NOW)
                row = dict(ReportStore(site.table).write(report)["Put"]["Item"])
                batch.put_item(Item=row)
    answers = [site.operate(f"/events/{EVENT}/photos", {"limit": "200"})]
    while cursor := answers[-1].json["next"]:
        query = {"limit": "200", "cursor": cursor}
        answers.append(site.operate(f"/events/{EVENT}/photos", query))

    assert walked(answers, "photos") == [f"{number:026}" for number in range(60)]
