"""The same frames in an MP4 file that Meta takes: index first, no edits, picture and sound only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lambdas.publishing.media_limits import every_video
from lambdas.publishing.movie_boxes import MAX_SAMPLES, read_movie
from lambdas.publishing.unsuitable import MediaProblem, unsuitable
from lambdas.publishing.video_files import (
    MOVIE,
    Streams,
    chosen_streams,
    format_of,
    opened_video,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

MAX_SECONDS = 240.0
OUTPUT_OPTIONS = {
    # Negative offsets let a video with reordered frames start at zero without an edit list.
    "movflags": "+faststart+negative_cts_offsets",
    "use_editlist": "0",
}


def remux(path: Path, out_path: Path, max_seconds: float = MAX_SECONDS) -> None:
    """Write a video's picture and sound into a new MP4 file, without decoding either.

    Metadata (a phone writes the place into its videos) and other tracks are left out. Takes twice
    the file's size on the disk and next to no memory. Raises Unsuitable, and leaves no file then.
    """
    try:
        with path.open("rb") as file:
            name = format_of(file)
            if name == MOVIE:
                read_movie(file, path.stat().st_size)
            file.seek(0)
            with opened_video(file, name, max_seconds) as container:
                _write(container, out_path)
    except BaseException:
        out_path.unlink(missing_ok=True)
        raise


def _write(container: InputContainer, out_path: Path) -> None:
    import av

    streams = chosen_streams(container)
    _check_codecs(streams)
    wanted: list[Stream] = [streams.video, *([streams.audio] if streams.audio else [])]
    # The absolute path, which no protocol's name can precede.
    with av.open(str(out_path.absolute()), "w", format="mp4", options=OUTPUT_OPTIONS) as output:
        targets = {}
        for stream in wanted:
            target = output.add_stream_from_template(stream)
            if stream.codec_context.name == "hevc":
                target.codec_context.codec_tag = "hvc1"
            targets[stream.index] = target
        for packet in _packets(container, wanted):
            packet.stream = targets[packet.stream_index]
            output.mux_one(packet)


def _check_codecs(streams: Streams) -> None:
    rules, sound = every_video(), streams.audio
    if streams.video.codec_context.name not in rules.video_codecs:
        raise unsuitable(
            MediaProblem.VIDEO_CODEC, "Instagram does not take the video's codec: no remux helps."
        )
    if sound and sound.codec_context.name not in rules.audio_codecs:
        raise unsuitable(
            MediaProblem.AUDIO_CODEC, "Instagram does not take the sound's codec: no remux helps."
        )


def _packets(container: InputContainer, streams: list[Stream]) -> Iterator[Packet[Stream]]:
    for count, packet in enumerate(container.demux(*streams)):
        if count > MAX_SAMPLES:
            raise unsuitable(
                MediaProblem.TOO_COMPLEX, f"The video's file has more than {MAX_SAMPLES} packets."
            )
        # The last one of each stream is empty and has no time.
        if packet.dts is not None:
            yield packet
