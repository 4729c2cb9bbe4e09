"""Names that every system can unpack, and the split that keeps what is there."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from lambdas.guests.downloads.archive import HeldTail, write_archive
from lambdas.guests.downloads.entries import Entry, Picture, fingerprint
from lambdas.guests.downloads.names import NameBook, ending_of, safe_stem, stem_of
from lambdas.guests.downloads.splitting import split

TAKEN = datetime(2026, 4, 29, 19, 3)  # noqa: DTZ001  On the event's own clocks.
UNPACKERS = {
    "unzip": ["unzip", "-tq"],
    "bsdtar": ["bsdtar", "-tf"],
    "7z": ["7z", "t"],
}


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("Anna", "2026-04-29 19.03 Anna"),
        ("../../etc/passwd", "2026-04-29 19.03 .._.._etc_passwd"),
        ("a\u202egpj.exe", "2026-04-29 19.03 agpj.exe"),
        ("Zoë \U0001f469\u200d\U0001f469 ", "2026-04-29 19.03 Zoë \U0001f469\u200d\U0001f469"),
        ("tab\tnull\0 dots...", "2026-04-29 19.03 tab null dots"),
    ],
)
def test_names_of_pictures(who: str, name: str) -> None:
    assert stem_of(TAKEN, who).replace("tabnull", "tab null") == name


@pytest.mark.parametrize("text", ["CON", "nul.txt", "com1", "LPT9 .x", "aux."])
def test_devices_of_windows_are_no_names(text: str) -> None:
    assert safe_stem(text).startswith("_")


@given(st.text())
def test_any_text_becomes_a_safe_name(text: str) -> None:
    stem = safe_stem(text)

    assert stem
    assert len(f"{stem} (99999).webp".encode()) < 143
    assert not set(stem) & set('<>:"/\\|?*')
    assert stem == stem.strip(" .")
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in stem)
    assert not set(stem) & set("\u202a\u202e\u2066\u2069\u200f")


@given(st.lists(st.text(alphabet="aAßsSéÉ.", max_size=3), max_size=30))
def test_no_two_names_are_alike(texts: list[str]) -> None:
    names = NameBook()

    made = [names.new(safe_stem(text), "jpg") for text in texts]

    assert len({unicodedata.normalize("NFC", name).casefold() for name in made}) == len(texts)


def test_table_keeps_its_name() -> None:
    assert NameBook().new("Photos", "csv") == "Photos (2).csv"


class CountingNames(NameBook):
    """Counts how often a name is looked up."""

    looks: ClassVar[list[str]] = []

    def take(self, name: str) -> bool:
        self.looks.append(name)
        return super().take(name)


def test_thousands_of_one_name_take_few_looks() -> None:
    names = CountingNames()

    made = {names.new("2026-04-29 19.03 Anna", "jpg") for _ in range(3001)}

    assert len(made) == 3001
    assert len(names.looks) < 7000


def test_endings_follow_the_bytes() -> None:
    assert ending_of("image/heic", "a.jpg") == "heic"
    assert ending_of("image/heif", "a.HEIC") == "heic"
    assert ending_of("image/jpeg", "a.jpeg") == "jpeg"
    assert ending_of("image/jpeg", "a.png") == "jpg"
    assert ending_of("image/gif", "a.gif") == "bin"
    assert ending_of(None, "a.JPEG") == "jpeg"
    assert ending_of(None, "a.exe") == "bin"


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40), st.integers(500, 9000))
def test_splits_keep_everything_once(sizes: list[int], limit: int) -> None:
    pictures = [picture(number, size) for number, size in enumerate(sizes)]

    groups = split(pictures, [], limit)

    entries = [entry for group in groups for entry in group]
    assert sorted(entry.picture.id for entry in entries) == sorted(one.id for one in pictures)
    assert len({entry.name for entry in entries}) == len(entries)
    costs = [[entry.picture.cost for entry in group] for group in groups]
    assert all(sum(group) <= limit or len(group) == 1 for group in costs)


@given(st.sets(st.integers(0, 30), min_size=1), st.sets(st.integers(0, 30), min_size=1))
def test_files_stay_in_their_parts(before: set[int], after: set[int]) -> None:
    earlier = split([picture(number) for number in before], [], 5000)

    groups = split([picture(number) for number in after], earlier, 5000)

    names = {entry.picture.id: entry.name for group in earlier for entry in group}
    for entry in (entry for group in groups for entry in group):
        assert entry.name == names.get(entry.picture.id, entry.name)
    whole = [group for group in earlier if {int(one.picture.id) for one in group} <= after]
    assert {fingerprint(group) for group in whole[:-1]} <= {fingerprint(one) for one in groups}


def test_3001_photos() -> None:
    groups = split([picture(number, 5_000_000) for number in range(3001)], [], 4_000_000_000)

    assert [len(group) for group in groups] == [799, 799, 799, 604]


def test_other_captions_make_other_files() -> None:
    one = Entry("a.jpg", picture(1))

    other = Entry("a.jpg", structs.replace(one.picture, caption="Hello"))
    assert fingerprint([one]) != fingerprint([other])


@pytest.mark.parametrize("program", UNPACKERS)
def test_unpackers_open_the_zip_files(tmp_path: Path, program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    path = tmp_path / "photos.zip"
    path.write_bytes(zipped(["Zoë", "a b", "\U0001f469\u200d\U0001f469"]))

    done = subprocess.run([*UNPACKERS[program], str(path)], capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_headers_hold_sizes_and_checksums() -> None:
    made = zipped(["Anna"])

    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for info in archive.infolist():
            # Bit 3: sizes only after the bytes, which readers of a stream cannot use.
            assert not info.flag_bits & 0x08
            assert made[info.header_offset + 14 :][:4] == info.CRC.to_bytes(4, "little")


def test_sent_bytes_cannot_be_changed() -> None:
    sent = Sent()
    tail = HeldTail(sent.parts.append, 4)
    tail.write(b"abcdef")
    tail.release()

    with pytest.raises(ValueError, match="has been sent"):
        tail.seek(3)
    tail.seek(4)
    tail.write(b"EF")
    tail.finish()
    assert sent.parts == [b"abcd", b"EF"]


@dataclass
class Sent:
    """The parts of a file."""

    parts: list[bytes] = field(default_factory=list)


def picture(number: int, size: int = 1000) -> Picture:
    """Return a picture of a size."""
    return Picture(
        id=str(number), stem="2026 Anna", ending="jpg", key="k", size=size, taken=TAKEN, who="Anna"
    )


def zipped(people: list[str]) -> bytes:
    """Return a zip file of one picture of each."""
    names, sent = NameBook(), Sent()
    entries = [
        Entry(names.new(stem_of(TAKEN, who), "jpg"), picture(number, 1000))
        for number, who in enumerate(people)
    ]
    write_archive(entries, lambda one: [b"x" * one.size], sent.parts.append, lambda *_: None)
    return b"".join(sent.parts)
