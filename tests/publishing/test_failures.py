"""Why posts fail: every number of Instagram has a sentence and a next step."""

from __future__ import annotations

import pytest

from lambdas.graph.error_rule import error_rules
from lambdas.publishing.failures import (
    failure_kind,
    failure_kinds,
    failure_of_subcode,
    next_step_of,
)
from lambdas.publishing.media_records import MediaItem, Source
from lambdas.publishing.notices import comment_notice, failure_notice
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Failure
from lambdas.publishing.states import State
from lambdas.publishing.wall_time import publish_at
from tests.publishing.posts import NOW, failed_post, stored_post

PUBLISHING = {rule.subcode for rule in error_rules() if 2207000 <= (rule.subcode or 0) < 2208000}


def test_subcodes_of_client_are_known() -> None:
    unknown = {one for one in PUBLISHING if failure_of_subcode(one).code == "refused_by_instagram"}

    assert len(PUBLISHING) >= 30
    assert not unknown


@pytest.mark.parametrize(
    ("subcode", "code", "expected"),
    [
        (2207051, 4, "blocked_as_spam"),
        (None, 4, "throttled"),
        (2207042, 9, "quota"),
        (None, 80002, "throttled"),
        (463, 190, "reconnect_required"),
        (None, 190, "reconnect_required"),
        (None, 205, "permission_missing"),
        (None, 36003, "image_ratio"),
        (2207999, 9004, "media_unreachable"),
        (1, 12345, "refused_by_instagram"),
        (None, None, "refused_by_instagram"),
    ],
)
def test_subcode_decides_before_code(subcode: int | None, code: int | None, expected: str) -> None:
    assert failure_of_subcode(subcode, code).code == expected


@pytest.mark.parametrize("subcode", [2207004, 2207009, 2207010, 2207026, 2207028, 2207081])
def test_what_must_be_changed_is_not_repeated(subcode: int) -> None:
    kind = failure_of_subcode(subcode)

    assert not kind.retryable
    assert not kind.automatic


@pytest.mark.parametrize("subcode", [2207020, 2207053, 2207052, 2207082])
def test_lost_media_needs_new_container(subcode: int) -> None:
    assert failure_of_subcode(subcode).new_container
    assert failure_of_subcode(subcode).automatic


def test_unfinished_container_is_kept() -> None:
    assert not failure_of_subcode(2207027).new_container
    assert failure_of_subcode(2207027).automatic


def test_codes_are_unique_sentences() -> None:
    kinds = failure_kinds()

    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind.message.endswith("."), kind
        assert kind.next_step.endswith((".", ")")), kind
        assert kind.retryable or not kind.automatic, kind


@pytest.mark.parametrize(
    "code",
    [
        *("too_late", "account_stopped", "reconnect_required", "permission_missing", "quota"),
        *("processing_timeout", "outcome_unknown", "photo_removed", "consent_missing"),
        "media_unreachable",
    ],
)
def test_own_causes_are_in_table(code: str) -> None:
    assert failure_kind(code).next_step == next_step_of(code)


def test_unknown_code_still_has_next_step() -> None:
    assert "history" in next_step_of("something_new")


URL = "https://daybook.test"


def test_notice_says_cause_and_next_step() -> None:
    post = failed_post("image_ratio", "The picture is too tall.", caption="Grüße\nvom Fest")

    notice = failure_notice(post, URL, "@maker")

    assert notice.subject == "A photo for @maker was not published: image_ratio"
    assert "Cause: The picture is too tall. (image_ratio)" in notice.text
    assert "What to do: Choose `fit`" in notice.text
    assert "Caption: Grüße vom Fest" in notice.text
    assert f"GET {URL}/instagram/posts/{post.id}\n" in notice.text


def test_notice_names_file_of_carousel() -> None:
    media = (MediaItem(source=Source(upload="a")), MediaItem(source=Source(upload="b")))
    post = failed_post("image_format", "No JPEG.", item=1, kind=Kind.CAROUSEL, media=media)

    assert "number 2 of 2" in failure_notice(post, URL).text


def test_notice_offers_retry_only_where_it_helps() -> None:
    again = failure_notice(failed_post("quota", "Used up.", retryable=True), URL)
    never = failure_notice(failed_post("image_format", "No JPEG."), URL)

    assert "/retry" in again.text
    assert "/retry" not in never.text
    assert "/duplicate" in never.text


def test_unknown_outcome_asks_for_a_look() -> None:
    post = failed_post("outcome_unknown", "The answer was lost.", state=State.NEEDS_REVIEW)

    notice = failure_notice(post, URL)

    assert "needs a look" in notice.subject
    assert "Look at the account in the Instagram app" in notice.text
    assert '/retry {"confirmed": "not_published"}' in notice.text


def test_time_is_that_of_the_zone() -> None:
    at = publish_at("2026-12-24T18:00", "Europe/Berlin")
    post = failed_post("too_late", "Late.", publish_at=at, due_at=at.instant)

    assert "Time: 2026-12-24 18:00 (Europe/Berlin)" in failure_notice(post, URL).text


def test_subject_fits_a_mail_topic() -> None:
    post = failed_post("quota", "Used up.")

    subject = failure_notice(post, URL, "Ü\n" * 200).subject

    assert len(subject) <= 100
    assert subject.isascii()
    assert "\n" not in subject


def test_missing_comment_has_own_notice() -> None:
    failure = Failure(code="comment_failed", message="Refused.", at=NOW)
    post = stored_post(state=State.PUBLISHED, comment_failure=failure, permalink="https://i/p/1")

    notice = comment_notice(post, URL)

    assert "is published, but" in notice.text
    assert "https://i/p/1" in notice.text
