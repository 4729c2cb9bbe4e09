"""Which types of photos can be added, from a browser's hint and the ending of a name."""

from __future__ import annotations

import re

TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif")
# A file of which only the bytes can say what it is.
UNKNOWN_TYPE = "application/octet-stream"
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
# Endings of what is certainly no photo that can be added; it need not be sent to be refused.
OTHER = (
    "mp4 m4v mov qt avi mkv webm 3gp 3g2 mts m2ts wmv mpg mpeg flv ogv insv "
    "mp3 m4a aac wav ogg oga opus flac amr wma mid "
    "gif svg svgz tif tiff bmp ico jxl jp2 j2k jpx psd xcf ai eps cdr "
    "dng cr2 cr3 nef nrw arw srf sr2 orf raf rw2 pef srw raw 3fr erf kdc x3f "
    "pdf doc docx xls xlsx ppt pptx odt ods odp pages numbers key rtf txt md csv log "
    "html htm xhtml xml json xmp aae thm js css eml vcf ics "
    "zip rar 7z gz tgz tar bz2 xz iso dmg exe msi bat cmd sh apk ipa jar dll lnk url"
)
OTHER_ENDINGS = frozenset(OTHER.split())
# What the file input of a page accepts.
ACCEPT = ",".join((*TYPES, *(f".{ending}" for ending in ENDINGS)))
# Types that certainly mean something else. Any other, such as `image/x-jpg`, `application/heic` or
# `unknown/unknown`, says nothing that could be relied on.
OTHERS = re.compile(
    r"(video|audio|text|font|model|message)/.*|image/(svg|gif|tiff?|bmp|jxl|jp2|vnd\.|x-).*|"
    r"application/(?!octet-stream|x-octet-stream|binary|x-binary|unknown|x-unknown|jpe?g|hei[cf]).*"
)
ODD_PHOTOS = re.compile(r"image/x-(unknown|jpe?g?|pjpe?g|png|webp|hei[cf]|hif|avif)")
# What may follow an ending by mistake, such as a dot or an invisible character.
ENDING = re.compile(r"\.([a-z0-9]+)[^\w/]*", re.ASCII)


def photo_type(hint: object, name: str) -> str | None:
    """Return the photo's type, one of TYPES, or UNKNOWN_TYPE; None if it is certainly no photo.

    A type that says something else (a video, SVG, PDF) is believed. One that is odd or says nothing
    leaves the decision to the ending of the name, and an ending that says nothing, or is not there,
    to the bytes: phones and messengers send photos as `1000012345` or `photo.jpg.download`.
    """
    if not isinstance(hint, str):
        return None
    kind = hint.partition(";")[0].strip().lower()
    if kind in TYPES:
        return kind
    if kind in ALIASES:
        return ALIASES[kind]
    if OTHERS.fullmatch(kind) and not ODD_PHOTOS.fullmatch(kind):
        return None
    ending = ENDING.fullmatch(name.lower(), max(0, name.rfind(".")))
    if ending is None:
        return UNKNOWN_TYPE
    return None if ending[1] in OTHER_ENDINGS else ENDINGS.get(ending[1], UNKNOWN_TYPE)
