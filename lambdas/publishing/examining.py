"""Looking at operators' own files as they arrive: what they are, and what they can be posted as."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lambdas.publishing.fit import Fit
from lambdas.publishing.images import prepare_image
from lambdas.publishing.media_facts import ImageFacts, MediaFacts, facts_of, suitability
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.preparing import digest_of
from lambdas.publishing.sources import MAX_BYTES
from lambdas.publishing.unsuitable import Problem, Unsuitable
from lambdas.publishing.upload_record import FileFacts, FileProblem, Upload, UploadStatus
from lambdas.publishing.uploads import Uploads, upload_object
from lambdas.storage.objects import ObjectStore, ObjectTooLarge

OTHER_BYTES = FileProblem(
    code="other_bytes", message="The bytes that arrived are not those that were announced."
)
TOO_LARGE = FileProblem(code="file_too_large", message="Instagram takes files of at most 300 MB.")
NOT_EXAMINED = FileProblem(
    code="not_examined",
    message="The file takes too much time or memory to examine. Export it again, smaller or "
    "in another format, then send that.",
)


@dataclass(frozen=True)
class Examining:
    """Examines operators' files."""

    uploads: Uploads
    objects: ObjectStore

    def examine(self, upload_id: str, *, again: bool = False) -> Upload | None:
        """Record what a file is; return None if nothing is known of it. Can be repeated.

        `again`: an attempt before did not end, so this one first writes what remains if it is
        killed by time or memory as well.
        """
        upload = self._begun_again(upload_id) if again else self.uploads.start_examining(upload_id)
        if upload is None or (again and upload.status is UploadStatus.READY):
            return upload
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            try:
                if not self.objects.download(upload_object(upload_id), path, MAX_BYTES):
                    return upload
            except ObjectTooLarge:
                return self._unreadable(upload_id, [TOO_LARGE])
            if digest_of(path) != upload.sha256:
                return self._unreadable(upload_id, [OTHER_BYTES])
            try:
                facts = facts_of(path, upload.type)
                if isinstance(facts, ImageFacts):
                    # Damage shows only when all of it is decoded.
                    prepare_image(path, fit=Fit.PAD, any_ratio=False)
            except Unsuitable as error:
                return self._unreadable(upload_id, _stored(error.problems))
            found = {Kind(kind.value): _stored(some) for kind, some in suitability(facts).items()}
            known = _facts(facts, upload)
        return self.uploads.record_facts(upload_id, known, found)

    def _begun_again(self, upload_id: str) -> Upload | None:
        known = self.uploads.read(upload_id)
        if known and known.status is UploadStatus.READY:
            # Only its message is back.
            return known
        return self._unreadable(upload_id, [NOT_EXAMINED])

    def _unreadable(self, upload_id: str, problems: Sequence[FileProblem]) -> Upload | None:
        found: Mapping[Kind, Sequence[FileProblem]] = dict.fromkeys(Kind, problems)
        return self.uploads.record_facts(upload_id, None, found)


def _stored(problems: Sequence[Problem]) -> list[FileProblem]:
    return [FileProblem(code=one.code.value, message=one.message) for one in problems]


def _facts(facts: MediaFacts, upload: Upload) -> FileFacts:
    if isinstance(facts, ImageFacts):
        return FileFacts(
            content_type=f"image/{facts.format.lower()}",
            size=facts.size,
            sha256=upload.sha256,
            width=facts.width,
            height=facts.height,
        )
    return FileFacts(
        content_type=f"video/{facts.structure.container}",
        size=facts.size,
        sha256=upload.sha256,
        width=facts.width,
        height=facts.height,
        duration_ms=int(facts.seconds * 1000),
        video_codec=facts.codec,
        audio_codec=facts.audio.codec if facts.audio else None,
        frame_rate=facts.frame_rate,
        bit_rate=facts.bit_rate,
    )
