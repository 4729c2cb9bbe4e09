"""The rules of sources: whether a file exists, may be posted, and is suitable for its post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import UnsetType

from lambdas.api.findings import Findings
from lambdas.api.identifiers import is_identifier
from lambdas.kit.url_form import url_problem
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.post_request import PhotoSourceRequest, SourceRequest
from lambdas.publishing.upload_record import Upload, UploadStatus
from lambdas.publishing.url_rules import is_video_address

NOT_YET = {
    UploadStatus.WAITING: "The file has not arrived yet. Send it, then try again.",
    UploadStatus.EXAMINING: "The file is still being examined. Try again in a moment.",
}


@dataclass(frozen=True)
class KnownMedia:
    """What is known of a file before it is prepared; None where nothing is."""

    is_video: bool | None = None
    duration_ms: int | None = None
    kept_until: datetime | None = None


class UploadReader(Protocol):
    """Finds operators' files."""

    def read(self, upload_id: str) -> Upload | None:
        """Return a file, or None."""


class PhotoReader(Protocol):
    """Finds guests' photos that may be posted."""

    def get(self, event_id: str, photo_id: str) -> object | None:
        """Return a photo that is shown and may be posted, or None."""


@dataclass(frozen=True, kw_only=True)
class SourceRules:
    """Checks sources."""

    uploads: UploadReader
    photos: PhotoReader
    private_addresses: bool

    def check(
        self, source: SourceRequest, kind: Kind | UnsetType, place: str, found: Findings
    ) -> KnownMedia:
        """Check a source; return what is known of its file. `kind` is the post's."""
        named = [name for name in ("upload", "photo", "url") if getattr(source, name) is not None]
        if len(named) != 1:
            if not found.has_within(place):
                found.refuse(
                    place,
                    "exactly_one_source",
                    f"{place} must have exactly one of upload, photo and url.",
                )
            return KnownMedia()
        if source.upload is not None:
            return self._check_upload(source.upload, kind, f"{place}.upload", found)
        if source.photo is not None:
            return self._check_photo(source.photo, f"{place}.photo", found)
        return self._check_url(str(source.url), f"{place}.url", found)

    def check_cover(self, source: SourceRequest, place: str, found: Findings) -> KnownMedia:
        """Check the source of a reel's cover, which is a picture of any shape."""
        known = self.check(source, Kind.STORY, place, found)
        if known.is_video:
            found.refuse(place, "image_expected", "The cover of a reel must be an image.")
        return known

    def _check_upload(
        self, upload_id: str, kind: Kind | UnsetType, place: str, found: Findings
    ) -> KnownMedia:
        upload = self.uploads.read(upload_id) if is_identifier(upload_id) else None
        if upload is None:
            found.refuse(place, "unknown_upload", f"{place}: no file has this id.")
            return KnownMedia()
        if upload.status in NOT_YET:
            found.refuse(place, "upload_incomplete", f"{place}: {NOT_YET[upload.status]}")
        elif isinstance(kind, Kind):
            for problem in upload.problems.get(kind, ()):
                found.refuse(place, problem.code, problem.message)
        duration = upload.facts.duration_ms if upload.facts else None
        return KnownMedia(upload.is_video, duration, upload.kept_until)

    def _check_photo(self, photo: PhotoSourceRequest, place: str, found: Findings) -> KnownMedia:
        event_id, photo_id = photo.event, photo.id
        if isinstance(event_id, str) and isinstance(photo_id, str):
            named = is_identifier(event_id) and is_identifier(photo_id)
            if not (named and self.photos.get(event_id, photo_id)):
                found.refuse(
                    place,
                    "photo_not_postable",
                    f"{place}: this photo is not shown, or its guest did not agree to posting it.",
                )
        return KnownMedia(is_video=False)

    def _check_url(self, url: str, place: str, found: Findings) -> KnownMedia:
        problem = url_problem(url, private_addresses=self.private_addresses)
        if problem:
            found.refuse(place, problem[0], f"{place} {problem[1]}")
            return KnownMedia()
        return KnownMedia(is_video_address(url))
