"""Videos: what they are, which rules they break, and the same frames in another layout."""

from __future__ import annotations

import functools
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.publishing.movie import Movie, Track
from lambdas.publishing.movie_timing import frame_rate_of
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.unsuitable import MediaProblem, Unsuitable
from lambdas.publishing.video_facts import Edits
from lambdas.publishing.videos import VideoFacts, examine, needs_remux, remux, video_problems
from tests.publishing.filming import Film, box, film, packets_of, patched

FAST = {"movflags": "+faststart"}
PLAIN = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}
VIDEO_KINDS = (Kind.REEL, Kind.STORY, Kind.CAROUSEL)


MADE: dict[str, bytes] = {}


def sample(form: str = "mp4", wanted: Film | None = None) -> bytes:
    """Return a video, made once for all tests."""
    name = f"{form} {wanted}"
    if name not in MADE:
        with tempfile.TemporaryDirectory() as folder:
            MADE[name] = film(Path(folder) / "video", wanted, form=form).read_bytes()
    return MADE[name]


@functools.cache
def good() -> VideoFacts:
    with tempfile.TemporaryDirectory() as folder:
        return examine(film(Path(folder) / "video", Film(muxer=PLAIN)))


def facts_of(body: bytes, folder: Path) -> VideoFacts:
    path = folder / "video"
    path.write_bytes(body)
    return examine(path)


def refused(body: bytes, folder: Path) -> MediaProblem:
    with pytest.raises(Unsuitable) as error:
        facts_of(body, folder)
    return error.value.code


def codes(facts: VideoFacts, kind: Kind = Kind.REEL) -> list[MediaProblem]:
    return [problem.code for problem in video_problems(facts, kind)]


def test_facts_of_a_video(tmp_path: Path) -> None:
    facts = facts_of(sample(wanted=Film(muxer=PLAIN)), tmp_path)

    assert (facts.codec, facts.chroma, facts.width, facts.height) == ("h264", "4:2:0", 90, 160)
    assert (facts.frame_rate, facts.is_variable_rate, facts.is_interlaced) == (30, False, False)
    assert facts.seconds == pytest.approx(3.5, abs=0.05)
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.rate, facts.audio.channels) == ("aac", 48_000, 2)
    assert facts.format_for_people.startswith("MP4, H264 High, 90 x 160, 30 fps, 3.5 s")


@pytest.mark.parametrize("kind", VIDEO_KINDS)
def test_good_video_has_no_problem(kind: Kind) -> None:
    assert video_problems(good(), kind) == []
    assert not needs_remux(good())


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"seconds": 62.4}, MediaProblem.TOO_LONG, "62.4 seconds; a story may last at most 60."),
        ({"seconds": 60.004}, MediaProblem.TOO_LONG, "lasts 60.004 seconds"),
        ({"seconds": 2.98}, MediaProblem.TOO_SHORT, "2.98 seconds; a story must last at least 3."),
        ({"size": 104_857_601}, MediaProblem.FILE_TOO_LARGE, "may have at most 100."),
        ({"width": 2000, "height": 199}, MediaProblem.ASPECT_RATIO, "2000 x 199 pixels"),
        ({"width": 1921, "height": 1921}, MediaProblem.TOO_WIDE, "1921 pixels wide"),
        ({"frame_rate": 15.0}, MediaProblem.FRAME_RATE, "15 frames a second"),
        ({"frame_rate": 120.0}, MediaProblem.FRAME_RATE, "23 to 60"),
        ({"bit_rate": 25_040_000}, MediaProblem.BIT_RATE, "25.04 Mbps"),
        ({"chroma": "4:4:4"}, MediaProblem.CHROMA, "4:2:0"),
        ({"codec": "vp9"}, MediaProblem.VIDEO_CODEC, "VP9; Instagram takes H264 or HEVC."),
        ({"is_interlaced": True}, MediaProblem.INTERLACED, "progressive"),
    ],
)  # fmt: skip
def test_each_rule_is_named(change: dict[str, object], code: MediaProblem, words: str) -> None:
    found = video_problems(replace(good(), **change), Kind.STORY)  # type: ignore[arg-type]

    assert code in [problem.code for problem in found]
    assert words in " ".join(problem.message for problem in found)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"codec": "opus"}, MediaProblem.AUDIO_CODEC),
        ({"rate": 96_000}, MediaProblem.AUDIO_RATE),
        ({"channels": 6}, MediaProblem.AUDIO_CHANNELS),
    ],
)
def test_each_rule_of_sound_is_named(change: dict[str, object], code: MediaProblem) -> None:
    assert good().audio is not None
    audio = replace(good().audio, **change)  # type: ignore[type-var]

    assert codes(replace(good(), audio=audio)) == [code]


def test_all_problems_are_named_at_once() -> None:
    facts = replace(good(), seconds=1000.0, size=400_000_000, codec="vp9", frame_rate=10.0)

    assert len(codes(facts)) == 4


@pytest.mark.parametrize("rate", [23.976, 60.02, 59.94, 23.0])
def test_usual_rates_are_taken(rate: float) -> None:
    assert codes(replace(good(), frame_rate=rate)) == []


def test_reels_may_be_long() -> None:
    facts = replace(good(), seconds=899.0, size=314_572_800)

    assert codes(facts) == []
    assert len(codes(facts, Kind.STORY)) == 2


def test_photo_takes_no_video() -> None:
    assert codes(good(), Kind.PHOTO) == [MediaProblem.WRONG_MEDIA]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Film(codec="mpeg4"), MediaProblem.VIDEO_CODEC),
        (Film(pixels="yuv444p"), MediaProblem.CHROMA),
        (Film(rate=10), MediaProblem.FRAME_RATE),
        (Film(seconds=1), MediaProblem.TOO_SHORT),
        (Film(size=(2000, 64), seconds=3), MediaProblem.TOO_WIDE),
        (Film(layout="5.1"), MediaProblem.AUDIO_CHANNELS),
        (Film(sound_rate=96_000), MediaProblem.AUDIO_RATE),
        (Film(encoder={"x264-params": "interlaced=1"}, size=(160, 96)), MediaProblem.INTERLACED),
    ],
)
def test_real_files_break_rules(wanted: Film, code: MediaProblem, tmp_path: Path) -> None:
    assert code in codes(facts_of(sample(wanted=wanted), tmp_path))


@pytest.mark.parametrize("degrees", [90, 270])
def test_rotation_turns_the_size(degrees: int, tmp_path: Path) -> None:
    source = film(tmp_path / "video", Film(size=(160, 90), rotation=degrees))
    facts = examine(source)
    remux(source, tmp_path / "out")

    assert (facts.width, facts.height) == (90, 160)
    assert examine(tmp_path / "out").rotation == facts.rotation != 0


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("mp4", Film()),
        ("mov", Film(codec="libx265")),
        ("mp4", Film(muxer={"movflags": "frag_keyframe+empty_moov"})),
        ("mp4", Film(encoder={"bf": "3"}, muxer=FAST)),
        ("matroska", Film()),
        ("matroska", Film(codec="libx265")),
        ("mov", Film(sound=None)),
    ],
)
def test_remux_keeps_every_frame(form: str, wanted: Film, tmp_path: Path) -> None:
    source, target = film(tmp_path / "video", wanted, form=form), tmp_path / "out"
    before = examine(source)
    remux(source, target)
    after = examine(target)

    assert needs_remux(before)
    assert not needs_remux(after)
    assert after.structure.container == "mp4"
    assert codes(after) == []
    assert packets_of(target) == packets_of(source)
    assert after.seconds == pytest.approx(before.seconds, abs=0.15)
    assert b"elst" not in target.read_bytes()


def test_remux_drops_the_place(tmp_path: Path) -> None:
    place = {"location": "+48.1351+011.5820/", "comment": "secret"}
    source = film(tmp_path / "video", Film(metadata=place), form="mov")
    assert b"+48.1351" in source.read_bytes()
    remux(source, tmp_path / "out")

    assert b"+48.1351" not in (tmp_path / "out").read_bytes()
    assert b"secret" not in (tmp_path / "out").read_bytes()


def test_other_codecs_are_not_remuxed(tmp_path: Path) -> None:
    source = film(tmp_path / "video", Film(codec="libvpx", sound=None), form="webm")
    with pytest.raises(Unsuitable) as error:
        remux(source, tmp_path / "out")

    assert error.value.code is MediaProblem.VIDEO_CODEC
    assert not (tmp_path / "out").exists()


def test_slow_remux_ends(tmp_path: Path) -> None:
    source = film(tmp_path / "video")
    with pytest.raises(Unsuitable) as error:
        remux(source, tmp_path / "out", max_seconds=-1)

    assert error.value.code is MediaProblem.TOO_COMPLEX
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [(12, 60_000, Edits.CUTTING), (8, 1000, Edits.CUTTING), (12, 1024, Edits.HARMLESS)],
)
def test_edits_that_cut_are_problems(at: int, value: int, expected: Edits, tmp_path: Path) -> None:
    facts = facts_of(patched(sample(wanted=Film(muxer=FAST)), b"elst", at, value), tmp_path)

    assert facts.structure.edits is expected
    assert (MediaProblem.EDIT_LIST in codes(facts)) == (expected is Edits.CUTTING)


@pytest.mark.parametrize(
    ("times", "average", "is_variable"),
    [
        ([(90, 512)], 30, False),
        ([(45, 20), (45, 21)], 29.27, False),
        ([(60, 20), (30, 40)], 22.5, True),
        ([(89, 20), (1, 400)], 24.77, False),
    ],
)
def test_rates_are_measured(
    times: list[tuple[int, int]], average: float, is_variable: bool
) -> None:
    scale = 15_360 if times[0][1] == 512 else 600
    track = Track(handler=b"vide", timescale=scale, times=times)
    found = frame_rate_of(Movie(tracks=[track]))

    assert found is not None
    assert found.average == pytest.approx(average, abs=0.01)
    assert found.is_variable is is_variable


def test_remux_keeps_sound_and_picture_together(tmp_path: Path) -> None:
    remux(film(tmp_path / "video", Film(encoder={"bf": "3"})), tmp_path / "out")
    with av.open(str(tmp_path / "out")) as container:
        starts = [float((s.start_time or 0) * (s.time_base or 0)) for s in container.streams]

    assert all(abs(start) < 0.03 for start in starts)


@pytest.mark.parametrize(("is_open", "closed"), [("0", True), ("1", False)])
def test_open_groups_are_found(is_open: str, closed: bool, tmp_path: Path) -> None:
    encoder = {"x264-params": f"open-gop={is_open}:keyint=20:min-keyint=20:bframes=3:scenecut=0"}
    facts = facts_of(sample(wanted=Film(encoder=encoder)), tmp_path)

    assert facts.structure.is_closed_gop is closed


PLAYLISTS = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"<?xml version='1.0'?><MPD><Period/></MPD>",
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    b"#!/bin/sh\n",
    b"",
    b"RIFF\x10\0\0\0AVI LIST",
    b"\xff\xd8\xff\xe0" + bytes(40),
    box(b"ftyp", b"heic" + bytes(4) + b"mif1heic"),
    box(b"ftyp", b"avif" + bytes(4)),
)


@pytest.mark.parametrize("body", PLAYLISTS)
def test_lists_of_files_are_refused(body: bytes, tmp_path: Path) -> None:
    assert refused(body, tmp_path) is MediaProblem.NOT_A_VIDEO


@pytest.mark.parametrize("body", PLAYLISTS[:4])
def test_lists_behind_a_disguise_are_refused(body: bytes, tmp_path: Path) -> None:
    movie = box(b"ftyp", b"isom" + bytes(4)) + body
    assert refused(movie, tmp_path) in (MediaProblem.DAMAGED, MediaProblem.TOO_COMPLEX)
    assert refused(b"\x1a\x45\xdf\xa3" + body, tmp_path)


def test_references_to_other_files_are_not_followed(tmp_path: Path) -> None:
    """A data reference of QuickTime names a file by its path."""
    other = film(tmp_path / "other", Film(size=(320, 180)))
    named = str(other).encode()
    path_entry = struct.pack(">HH", 18, len(named)) + named + b"\0" * (len(named) % 2)
    alias = box(b"alis", bytes(4), bytes(150), path_entry, b"\xff\xff\0\0")
    body = sample("mov", Film(sound=None))
    place, grown = body.index(b"dref") + 12, len(alias) - 12
    changed = body[:place] + alias + body[place + 12 :]
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = body.rindex(kind, 0, place) - 4
        size = struct.unpack(">I", changed[at : at + 4])[0] + grown
        changed = changed[:at] + struct.pack(">I", size) + changed[at + 4 :]

    facts = facts_of(changed, tmp_path)
    remux(tmp_path / "video", tmp_path / "out")

    assert (facts.width, facts.height) == (90, 160)
    assert not {data for _, data in packets_of(tmp_path / "out")} & {
        data for _, data in packets_of(other)
    }


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("muxer", [FAST, {}])
def test_cut_files_are_refused(share: float, muxer: dict[str, str], tmp_path: Path) -> None:
    body = sample(wanted=Film(muxer=muxer))

    assert refused(body[: int(len(body) * share)], tmp_path) is MediaProblem.DAMAGED


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "sound"), "w", format="mp4") as output:
        output.add_stream("aac", rate=48_000)
        output.start_encoding()

    assert refused((tmp_path / "sound").read_bytes(), tmp_path) in (
        MediaProblem.NO_VIDEO,
        MediaProblem.DAMAGED,
    )


BOMBS: list[Callable[[bytes], bytes]] = [
    # A table of equal sizes claims two thousand million frames in 20 bytes.
    lambda body: patched(patched(body, b"stsz", 4, 1), b"stsz", 8, 0x7FFF_FFFF),
    lambda body: patched(body, b"stsz", 8, 0x7FFF_FFFF),
    lambda body: (
        body + box(b"moof", box(b"traf", box(b"trun", struct.pack(">II", 0, 0x7FFF_FFFF))))
    ),
    lambda body: body.replace(b"udta", b"cmov", 1),
    lambda body: patched(body, b"elst", 4, 0x7FFF_FFFF),
    lambda _: box(b"ftyp", b"isom") + box(b"moov", *[box(b"trak")] * 30),
    lambda _: box(b"ftyp", b"isom") + box(b"moov", box(b"free") * 60_000),
    lambda _: box(b"ftyp", b"isom") + box(b"free") * 30_000,
    lambda body: patched(body, b"tkhd", 12, 0xC600_0001),
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_claims_are_judged_first(bomb: Callable[[bytes], bytes], tmp_path: Path) -> None:
    body = bomb(sample(wanted=Film(muxer=FAST)))

    assert refused(body, tmp_path) is MediaProblem.TOO_COMPLEX


@settings(max_examples=150)
@given(st.sampled_from(["mp4", "mov", "matroska", "fragmented"]), st.data())
def test_any_damage_is_handled(form: str, data: st.DataObject) -> None:
    muxer = {"movflags": "frag_keyframe+empty_moov"} if form == "fragmented" else FAST
    wanted = Film(muxer=muxer if form != "matroska" else {}, seconds=0.5)
    body = bytearray(sample("mp4" if form == "fragmented" else form, wanted))
    for _ in range(data.draw(st.integers(1, 12))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        try:
            facts = facts_of(bytes(body), Path(folder))
            for kind in Kind:
                video_problems(facts, kind)
            remux(Path(folder) / "video", Path(folder) / "out")
        except Unsuitable:
            return


STARTS = [b"", b"\0\0\0\x10ftypisom", b"\0\0\0\x08wide", b"\x1a\x45\xdf\xa3"]


@settings(max_examples=100)
@given(st.sampled_from(STARTS), st.binary(max_size=500))
def test_any_bytes_are_handled(start: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert refused(start + rest, Path(folder))


def test_large_files_stay_on_disk(tmp_path: Path) -> None:
    """A file of 300 MB is examined and rewritten in little more memory than a small one."""
    small = film(tmp_path / "small", form="mp4")
    body = small.read_bytes()
    index = body.index(b"moov") - 4
    data = body.index(b"mdat") - 4
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.write(body[:data])
        file.write(struct.pack(">I", 300_000_000 + index - data) + body[data + 4 : index])
        file.seek(300_000_000, 1)
        file.write(body[index:])
    code = (
        "import sys; from pathlib import Path; from lambdas.publishing.videos import *\n"
        "examine(Path(sys.argv[1])); remux(Path(sys.argv[1]), Path(sys.argv[1] + '.out'))\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    peaks = [
        int(subprocess.check_output([sys.executable, "-c", code, str(path)]))
        for path in (small, large)
    ]

    assert peaks[1] < peaks[0] + 20_000
