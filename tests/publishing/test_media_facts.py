"""What a file is, and for which kinds of post it can be used."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.publishing.media_facts import ImageFacts, facts_of, problems_of, suitability
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable
from lambdas.publishing.video_facts import VideoFacts
from tests.pictures.drawing import draw_photo
from tests.publishing.filming import Film, film


def picture(folder: Path, kind: str = "JPEG", orientation: int = 1) -> Path:
    path = folder / "file"
    path.write_bytes(draw_photo(kind, (640, 480), orientation=orientation))
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("declared", ["image/jpeg", "video/mp4", ""])
def test_pictures_are_known_by_their_bytes(kind: str, declared: str, tmp_path: Path) -> None:
    facts = facts_of(picture(tmp_path, kind), declared)

    assert isinstance(facts, ImageFacts)
    assert (facts.width, facts.height) == (640, 480)
    assert facts.format_for_people.startswith("HEIC" if kind == "HEIF" else kind)


def test_picture_size_is_upright(tmp_path: Path) -> None:
    facts = facts_of(picture(tmp_path, orientation=6), "image/jpeg")

    assert (facts.width, facts.height) == (480, 640)


@pytest.mark.parametrize("form", ["mp4", "mov", "matroska"])
def test_videos_are_known_by_their_bytes(form: str, tmp_path: Path) -> None:
    facts = facts_of(film(tmp_path / "file", form=form), "image/jpeg")

    assert isinstance(facts, VideoFacts)
    assert {kind: len(found) for kind, found in suitability(facts).items()} == {
        Kind.PHOTO: 1,
        Kind.REEL: 0,
        Kind.CAROUSEL: 0,
        Kind.STORY: 0,
    }


def test_picture_is_no_reel(tmp_path: Path) -> None:
    found = suitability(facts_of(picture(tmp_path)))

    assert [problem.code for problem in found[Kind.REEL]] == [MediaProblem.WRONG_MEDIA]
    assert not any(found[kind] for kind in Kind if kind is not Kind.REEL)


def test_every_problem_is_listed(tmp_path: Path) -> None:
    path = film(tmp_path / "file", Film(rate=10, seconds=1, codec="mpeg4"))
    found = {problem.code for problem in problems_of(path, "video/mp4", Kind.REEL)}

    expected = {MediaProblem.FRAME_RATE, MediaProblem.TOO_SHORT, MediaProblem.VIDEO_CODEC}
    assert expected <= found


def test_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"#EXTM3U\nfile:///etc/passwd")

    found = problems_of(tmp_path / "file", "video/mp4", Kind.REEL)
    assert [problem.code for problem in found] == [MediaProblem.NOT_A_VIDEO]
    found = problems_of(tmp_path / "file", "image/jpeg", Kind.PHOTO)
    assert [problem.code for problem in found] == [MediaProblem.NOT_A_PICTURE]


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["", "image/jpeg", "video/mp4", "text/html"]))
def test_any_bytes_are_handled(body: bytes, declared: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        path.write_bytes(body)
        with pytest.raises(Unsuitable):
            facts_of(path, declared)
