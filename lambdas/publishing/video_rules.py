"""Which of Instagram's rules a video breaks, each with the rule and the measured value."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.publishing.media_limits import EveryVideo, VideoLimits, every_video, video_limits
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.unsuitable import MediaProblem, Problem
from lambdas.publishing.video_facts import AudioFacts, Edits, VideoFacts

NAMES = {
    Kind.REEL: "a reel",
    Kind.STORY: "a story",
    Kind.CAROUSEL: "a carousel's video",
}
MEBIBYTE = 1024 * 1024
CODEC_NAMES = {"h264": "H264", "hevc": "HEVC", "aac": "AAC"}


def needs_remux(facts: VideoFacts) -> bool:
    """Return whether the same frames have to be laid out in another way before Meta takes them.

    MOV files become MP4, too: that is the type under which they are served, and phones write the
    place into them.
    """
    layout = facts.structure
    return (
        layout.container != "mp4"
        or not layout.is_index_first
        or layout.is_fragmented
        or layout.edits is Edits.HARMLESS
    )


def video_problems(facts: VideoFacts, kind: Kind) -> list[Problem]:
    """Return all that keeps a video from being posted as `kind`, apart from what a remux changes.

    An open GOP and a high bit rate of the sound are no problems here: phones write both, and
    Meta is documented to advise against them, not known to refuse them.
    """
    if kind not in NAMES:
        return [Problem(MediaProblem.WRONG_MEDIA, "A photo post takes a picture, not a video.")]
    limits, rules = video_limits()[kind], every_video()
    found = [*_of_kind(facts, limits, NAMES[kind]), *_of_picture(facts, rules)]
    return found + (list(_of_sound(facts.audio, rules)) if facts.audio else [])


def _of_kind(facts: VideoFacts, limits: VideoLimits, name: str) -> Iterator[Problem]:
    if facts.size > limits.max_bytes:
        yield Problem(
            MediaProblem.FILE_TOO_LARGE,
            f"The video's file has {_above(facts.size / MEBIBYTE, limits.max_bytes / MEBIBYTE)} "
            f"MB; {name} may have at most {limits.max_bytes // MEBIBYTE}.",
        )
    lasts = f"The video lasts {_seconds(facts.seconds, limits)} seconds; {name}"
    if facts.seconds > limits.max_seconds:
        yield Problem(MediaProblem.TOO_LONG, f"{lasts} may last at most {limits.max_seconds:g}.")
    if facts.seconds < limits.min_seconds:
        yield Problem(MediaProblem.TOO_SHORT, f"{lasts} must last at least {limits.min_seconds:g}.")
    if not limits.min_ratio <= facts.ratio <= limits.max_ratio:
        yield Problem(
            MediaProblem.ASPECT_RATIO,
            f"The video is {facts.width} x {facts.height} pixels, a ratio of {facts.ratio:.4g}:1; "
            f"{name} must be between {limits.min_ratio:g}:1 and {limits.max_ratio:g}:1.",
        )


def _of_picture(facts: VideoFacts, rules: EveryVideo) -> Iterator[Problem]:
    layout = facts.structure
    if layout.is_encrypted:
        yield Problem(MediaProblem.ENCRYPTED, "The video is encrypted (DRM); it cannot be posted.")
    if facts.codec not in rules.video_codecs:
        yield Problem(
            MediaProblem.VIDEO_CODEC,
            f"The video's codec is {facts.codec.upper()}; Instagram takes "
            f"{_names(rules.video_codecs)}.",
        )
    if layout.edits is Edits.CUTTING:
        yield Problem(
            MediaProblem.EDIT_LIST,
            "The video has an edit list that cuts or delays parts of it, and Instagram takes none; "
            "export it again as a new file.",
        )
    if not facts.pixel_format:
        yield Problem(MediaProblem.DAMAGED, "The video is damaged: its first frame is unreadable.")
    elif facts.chroma != rules.chroma:
        yield Problem(
            MediaProblem.CHROMA,
            f"The video's colours are stored as {facts.chroma} ({facts.pixel_format}); Instagram "
            f"takes {rules.chroma}.",
        )
    if facts.is_interlaced:
        yield Problem(
            MediaProblem.INTERLACED,
            "The video is interlaced; Instagram takes progressive videos only.",
        )
    if facts.width > rules.max_width:
        yield Problem(
            MediaProblem.TOO_WIDE,
            f"The video is {facts.width} pixels wide; Instagram takes at most {rules.max_width}.",
        )
    # One decimal: a phone's 60 frames a second are 59.97 or 60.02.
    if not rules.min_frame_rate <= round(facts.frame_rate, 1) <= rules.max_frame_rate:
        yield Problem(
            MediaProblem.FRAME_RATE,
            f"The video has {facts.frame_rate:.4g} frames a second; Instagram takes "
            f"{rules.min_frame_rate:g} to {rules.max_frame_rate:g}.",
        )
    if facts.bit_rate > rules.max_bit_rate:
        measured = _above(facts.bit_rate / 1e6, rules.max_bit_rate / 1e6)
        yield Problem(
            MediaProblem.BIT_RATE,
            f"The video has {measured} Mbps; Instagram takes at most {rules.max_bit_rate / 1e6:g}.",
        )


def _of_sound(audio: AudioFacts, rules: EveryVideo) -> Iterator[Problem]:
    if audio.codec not in rules.audio_codecs:
        yield Problem(
            MediaProblem.AUDIO_CODEC,
            f"The sound's codec is {audio.codec.upper()}; Instagram takes "
            f"{_names(rules.audio_codecs)}.",
        )
    if audio.rate > rules.max_audio_rate:
        yield Problem(
            MediaProblem.AUDIO_RATE,
            f"The sound has {audio.rate / 1000:g} kHz; Instagram takes at most "
            f"{rules.max_audio_rate / 1000:g}.",
        )
    if audio.channels > rules.max_audio_channels:
        yield Problem(
            MediaProblem.AUDIO_CHANNELS,
            f"The sound has {audio.channels} channels; Instagram takes at most "
            f"{rules.max_audio_channels}.",
        )


def _names(codecs: tuple[str, ...]) -> str:
    return " or ".join(CODEC_NAMES.get(codec, codec.upper()) for codec in codecs)


def _above(value: float, limit: float) -> str:
    """Return a number with as many decimals as show that it exceeds the limit."""
    return next(
        (f"{value:.{n}f}" for n in range(1, 6) if float(f"{value:.{n}f}") > limit), str(value)
    )


def _seconds(value: float, limits: VideoLimits) -> str:
    if value > limits.max_seconds:
        return _above(value, limits.max_seconds)
    return next(
        (f"{value:.{n}f}" for n in range(1, 6) if float(f"{value:.{n}f}") < limits.min_seconds),
        f"{value:.1f}",
    )
