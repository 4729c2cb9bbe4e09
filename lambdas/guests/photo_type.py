"""Which types of photos can be added, from a browser's hint and the ending of a name."""

from __future__ import annotations

TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif")
# Other names of the same formats.
ALIASES = {
    "image/jpg": "image/jpeg",
    "image/jpe": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-jpeg": "image/jpeg",
    "image/jfif": "image/jpeg",
    "image/mpo": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/x-webp": "image/webp",
    "image/heic-sequence": "image/heic",
    "image/x-heic": "image/heic",
    "image/heif-sequence": "image/heif",
    "image/x-heif": "image/heif",
    "image/avif-sequence": "image/avif",
}
ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "jfi", "jif", "pjpeg", "pjp"), "image/jpeg"),
    "mpo": "image/jpeg",
    **dict.fromkeys(("png", "apng"), "image/png"),
    "webp": "image/webp",
    **dict.fromkeys(("heic", "heics"), "image/heic"),
    **dict.fromkeys(("heif", "heifs", "hif"), "image/heif"),
    **dict.fromkeys(("avif", "avifs"), "image/avif"),
}
# What the file input of a page accepts.
ACCEPT = ",".join((*TYPES, *(f".{ending}" for ending in ENDINGS)))
# What systems say of a file whose type they do not know.
UNKNOWN = frozenset(
    {
        "",
        "*/*",
        "image/*",
        "image/unknown",
        "image/x-unknown",
        "application/unknown",
        "application/x-unknown",
        "application/binary",
        "application/x-binary",
        "application/octet-stream",
        "application/x-octet-stream",
        "binary/octet-stream",
        "unknown/unknown",
    }
)


def photo_type(hint: object, name: str) -> str | None:
    """Return the photo's type, one of TYPES, None if it is no photo that can be added.

    A type that says something else (a video, SVG, PDF) is believed. One that says nothing leaves
    the decision to the ending of the name.
    """
    if not isinstance(hint, str):
        return None
    kind = hint.partition(";")[0].strip().lower()
    if kind in TYPES:
        return kind
    if kind in ALIASES:
        return ALIASES[kind]
    return ENDINGS.get(name.rpartition(".")[2].lower()) if kind in UNKNOWN else None
