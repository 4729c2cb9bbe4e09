"""What an uploaded file is, and what keeps it from being posted as which kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lambdas.pictures.picture import upright_size
from lambdas.publishing.images import format_name, opened, read_bounded
from lambdas.publishing.movie_boxes import is_movie
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.unsuitable import MediaProblem, Problem, Unsuitable
from lambdas.publishing.video_facts import VideoFacts
from lambdas.publishing.video_files import MATROSKA
from lambdas.publishing.videos import examine, video_problems


@dataclass(frozen=True)
class ImageFacts:
    """A picture: width and height as a person sees it, in pixels; size in bytes."""

    format: str
    width: int
    height: int
    size: int

    @property
    def format_for_people(self) -> str:
        """One line, such as "HEIC, 3024 x 4032, 2.1 MB"."""
        return f"{self.format}, {self.width} x {self.height}, {self.size / 1e6:.1f} MB"


MediaFacts = ImageFacts | VideoFacts


def facts_of(path: Path, declared_type: str = "") -> MediaFacts:
    """Return what a file is, by its bytes; the declared type decides where these say nothing.

    Raises Unsuitable if it is neither a picture nor a video that can be read.
    """
    with path.open("rb") as file:
        start = file.read(16)
    if _is_video(start, declared_type):
        return examine(path)
    picture = opened(read_bounded(path))
    return ImageFacts(format_name(picture), *upright_size(picture), path.stat().st_size)


def suitability(facts: MediaFacts) -> dict[Kind, list[Problem]]:
    """Return what keeps a file from being posted, by kind of post; nothing: it can be.

    What is changed before a post (a picture's format and shape, a video's layout) is no problem.
    """
    if isinstance(facts, VideoFacts):
        return {kind: video_problems(facts, kind) for kind in Kind}
    reel = Problem(MediaProblem.WRONG_MEDIA, "A reel takes a video, not a picture.")
    return {kind: [reel] if kind is Kind.REEL else [] for kind in Kind}


def problems_of(path: Path, declared_type: str, kind: Kind) -> list[Problem]:
    """Return everything that keeps a file from being posted as one kind."""
    try:
        return suitability(facts_of(path, declared_type))[kind]
    except Unsuitable as error:
        return list(error.problems)


def _is_video(start: bytes, declared_type: str) -> bool:
    if start[:4] == MATROSKA:
        return True
    is_picture = start[:3] == b"\xff\xd8\xff" or start[:4] in (b"\x89PNG", b"RIFF", b"GIF8")
    is_picture = is_picture or start[4:8] == b"ftyp"
    return is_movie(start) or (not is_picture and declared_type.startswith("video/"))
