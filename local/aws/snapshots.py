"""Snapshots of the embedded AWS's state on the disk: how whole ones differ from damaged ones.

A snapshot is a folder with a file per service and a manifest that names them. Code and layers are
too large to be written again with each snapshot: they are in `blobs`, named by their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ministack.core import persistence

from lambdas.kit.decoded import JsonObject
from local.aws.flushed import atomic_write, flush_directory
from local.files import write_flushed

MANIFEST = "manifest.json"
MIN_BLOB_BYTES = 16 * 1024


class DamagedError(Exception):
    """A snapshot is not whole."""


class Snapshots:
    """The numbered snapshots in a folder."""

    def __init__(self, folder: Path, blobs: Blobs) -> None:
        self._folder = folder
        self._blobs = blobs

    def numbers(self) -> list[int]:
        """Return the numbers of all published snapshots, the newest first."""
        names = [path.name for path in self._folder.iterdir() if path.is_dir()]
        return sorted((int(name) for name in names if name.isdigit()), reverse=True)

    def write(self, number: int, states: Mapping[str, Callable[[], object]]) -> None:
        """Write a snapshot that is not yet published."""
        target = self._unpublished(number)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        used: set[str] = set()

        def encode(value: object) -> object:
            if isinstance(value, bytes) and len(value) >= MIN_BLOB_BYTES:
                digest = self._blobs.put(value)
                used.add(digest)
                return {"__blob__": digest}
            encoded: object = persistence._json_default(value)
            return encoded

        services = []
        for service, get_state in states.items():
            state = get_state()
            if state is not None:
                text = json.dumps({"payload": state}, default=encode)
                write_flushed(target / f"{service}.json", text)
                services.append(service)
        manifest = {"services": services, "blobs": sorted(used)}
        write_flushed(target / MANIFEST, json.dumps(manifest))
        flush_directory(target)
        self._blobs.forget_others(used)

    def discard(self, number: int) -> None:
        """Remove a snapshot that was not published."""
        shutil.rmtree(self._unpublished(number), ignore_errors=True)

    def publish(self, number: int) -> None:
        """Make a written snapshot count, by an atomic rename."""
        self._unpublished(number).rename(self._folder / str(number))
        flush_directory(self._folder)

    def read(self, number: int) -> dict[str, object]:
        """Return each service's state. Raises DamagedError unless all of them are readable."""
        folder = self._folder / str(number)
        try:
            manifest = self._manifest(number)
            # Earlier releases wrote no manifest.
            services = manifest["services"] if manifest else _services_in(folder)
            return {
                service: json.loads(
                    (folder / f"{service}.json").read_text(encoding="utf-8"),
                    object_hook=self._decode,
                )["payload"]
                for service in services
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{folder}: {error}") from error

    def keep_only(self, numbers: Iterable[int]) -> None:
        """Remove all other snapshots, and the blobs to which none of these refers."""
        kept = {str(number) for number in numbers}
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)
        try:
            manifests = [self._manifest(int(number)) for number in kept]
        except (OSError, ValueError):
            return
        if all(manifests):
            self._blobs.keep_only({blob for each in manifests if each for blob in each["blobs"]})

    def _manifest(self, number: int) -> JsonObject | None:
        file = self._folder / str(number) / MANIFEST
        manifest: JsonObject | None = json.loads(file.read_text()) if file.exists() else None
        return manifest

    def _decode(self, value: JsonObject) -> object:
        if "__blob__" in value:
            return self._blobs.get(value["__blob__"])
        decoded: object = persistence._json_object_hook(value)
        return decoded

    def _unpublished(self, number: int) -> Path:
        return self._folder / f"{number}.new"


class Blobs:
    """Large values by their SHA-256. The CDK's assets in S3 have the same content."""

    def __init__(self, folder: Path, objects: Path) -> None:
        self._folder = folder
        self._objects = objects
        # Keeps each value alive, so that its identity stays a valid key.
        self._digests: dict[int, tuple[bytes, str]] = {}

    def put(self, value: bytes) -> str:
        """Store a value unless it is stored; return its digest."""
        if id(value) not in self._digests:
            digest = _digest(value)
            self._folder.mkdir(parents=True, exist_ok=True)
            if not (self._folder / digest).exists():
                atomic_write(str(self._folder / digest), value)
                flush_directory(self._folder)
            self._digests[id(value)] = (value, digest)
        return self._digests[id(value)][1]

    def get(self, digest: str) -> bytes:
        """Return a value. Raises ValueError if it is damaged and S3 has no copy."""
        file = self._folder / digest
        value = file.read_bytes() if file.exists() else b""
        if _digest(value) == digest:
            return value
        for path in self._objects.rglob("*.zip"):
            value = path.read_bytes()
            if _digest(value) == digest:
                self._folder.mkdir(parents=True, exist_ok=True)
                atomic_write(str(file), value)
                return value
        raise ValueError(f"the blob {digest} is damaged")

    def forget_others(self, used: set[str]) -> None:
        """Let values go that are in use no more."""
        self._digests = {key: kept for key, kept in self._digests.items() if kept[1] in used}

    def keep_only(self, digests: set[str]) -> None:
        """Remove the files of all other values."""
        for blob in self._folder.iterdir() if self._folder.exists() else ():
            if blob.name not in digests:
                blob.unlink(missing_ok=True)


def _services_in(folder: Path) -> list[str]:
    return [file.stem for file in folder.glob("*.json")]


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
