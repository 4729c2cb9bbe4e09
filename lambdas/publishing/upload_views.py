"""The shapes of answers about operators' own files."""

from __future__ import annotations

import msgspec

from lambdas.kit.clock import to_rfc3339
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.upload_record import FileFacts, FileProblem, Upload
from lambdas.publishing.uploads import Granted


class UploadFormJson(msgspec.Struct):
    """A form that a file is posted with: its address, and the fields before the file."""

    url: str
    fields: dict[str, str]


class MediaUploadGrantJson(msgspec.Struct):
    """A granted upload."""

    id: str
    post: UploadFormJson
    expires_at: str


class FileProblemJson(msgspec.Struct):
    """What keeps a file from being posted as a kind."""

    code: str
    message: str


class FileFactsJson(msgspec.Struct, kw_only=True):
    """What the examination found."""

    content_type: str
    size: int
    width: int | None
    height: int | None
    duration_ms: int | None
    video_codec: str | None
    audio_codec: str | None
    frame_rate: float | None
    bit_rate: int | None


class MediaUploadJson(msgspec.Struct, kw_only=True):
    """A file: `suitable_for` says for each kind of post what keeps it from being one.

    It is null until the file was examined.
    """

    id: str
    status: str
    name: str
    size: int
    type: str
    created_at: str
    examined_at: str | None
    facts: FileFactsJson | None
    suitable_for: dict[str, list[FileProblemJson]] | None


def grant_json(granted: Granted) -> MediaUploadGrantJson:
    """Return a granted upload as operators see it."""
    form = UploadFormJson(granted.post.url, granted.post.fields)
    return MediaUploadGrantJson(granted.upload.id, form, to_rfc3339(granted.expires_at))


def upload_json(upload: Upload) -> MediaUploadJson:
    """Return a file as operators see it."""
    examined_at, problems = upload.examined_at, upload.problems
    suitable = {kind.value: _problems(problems.get(kind, ())) for kind in Kind}
    return MediaUploadJson(
        id=upload.id,
        status=upload.status.value,
        name=upload.name,
        size=upload.size,
        type=upload.type,
        created_at=to_rfc3339(upload.created_at),
        examined_at=to_rfc3339(examined_at) if examined_at else None,
        facts=_facts(upload.facts) if upload.facts else None,
        suitable_for=suitable if examined_at else None,
    )


def _problems(problems: tuple[FileProblem, ...]) -> list[FileProblemJson]:
    return [FileProblemJson(one.code, one.message) for one in problems]


def _facts(facts: FileFacts) -> FileFactsJson:
    names = (one.name for one in msgspec.structs.fields(FileFactsJson))
    return FileFactsJson(**{name: getattr(facts, name) for name in names})
