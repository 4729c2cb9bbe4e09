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
