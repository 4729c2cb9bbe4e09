"""What keeps a file from being posted, as codes for programs and sentences for people."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class MediaProblem(enum.StrEnum):
    """What is wrong with a file, or with the address it was to be fetched from."""

    ANIMATED = "animated"
    ASPECT_RATIO = "aspect_ratio"
    AUDIO_CHANNELS = "audio_channels"
    AUDIO_CODEC = "audio_codec"
    AUDIO_RATE = "audio_rate"
    BIT_RATE = "bit_rate"
    CHROMA = "chroma"
    CONTAINER = "container"
    DAMAGED = "damaged"
    EDIT_LIST = "edit_list"
    ENCRYPTED = "encrypted"
    FILE_TOO_LARGE = "file_too_large"
    FRAME_RATE = "frame_rate"
    INTERLACED = "interlaced"
    NO_VIDEO = "no_video"
    NOT_A_PICTURE = "not_a_picture"
    NOT_A_VIDEO = "not_a_video"
    TOO_COMPLEX = "too_complex"
    TOO_LONG = "too_long"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SHORT = "too_short"
    TOO_WIDE = "too_wide"
    VIDEO_CODEC = "video_codec"
    WRONG_MEDIA = "wrong_media"

    URL_NOT_ALLOWED = "url_not_allowed"
    URL_NOT_PUBLIC = "url_not_public"
    REDIRECT_NOT_PUBLIC = "redirect_not_public"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FETCH_REFUSED = "fetch_refused"
    FETCH_FAILED = "fetch_failed"
    FETCH_TOO_SLOW = "fetch_too_slow"
    PREFLIGHT = "preflight"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    `message` states the rule and the measured value. `retryable`: the same file or address may
    work later, without a change.
    """

    code: MediaProblem
    message: str
    retryable: bool = False


class Unsuitable(Exception):
    """Report that a file cannot be posted; `problems` are all that was found, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems

    @property
    def code(self) -> MediaProblem:
        """The code of the first problem."""
        return self.problems[0].code

    @property
    def message(self) -> str:
        """The sentences of all problems."""
        return str(self)

    @property
    def retryable(self) -> bool:
        """Whether the same may work later: only if that is so for every problem."""
        return all(problem.retryable for problem in self.problems)


def unsuitable(code: MediaProblem, message: str, *, retryable: bool = False) -> Unsuitable:
    """Return the error for a single problem."""
    return Unsuitable(Problem(code, message, retryable))
