"""Conversion to sRGB from what a file says of its colours: an ICC profile, CICP, or PNG's gamma."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageCms

from lambdas.pictures.cicp import Cicp
from lambdas.pictures.icc import Chromaticities, build_profile
from lambdas.pictures.source import MAX_PROFILE
from lambdas.pictures.transfer import HDR_TRANSFERS, SRGB_LIKE, gamma_curve, transfer_curve

Point = tuple[float, float]
PillowInfo = Mapping[str | tuple[int, int], object]

D65: Point = (0.3127, 0.3290)
BT709 = Chromaticities((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), D65)
BT2020 = Chromaticities((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65)
SMPTE_C = Chromaticities((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65)
# By their numbers in H.273, table 2.
PRIMARIES = {
    1: BT709,
    4: Chromaticities((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: Chromaticities((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: SMPTE_C,
    7: SMPTE_C,
    8: Chromaticities((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    9: BT2020,
    11: Chromaticities((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: Chromaticities((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
    22: Chromaticities((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
SRGB_GAMMA = 1 / 2.2


def describe_colors(info: PillowInfo, cicp: Cicp | None) -> bytes | None:
    """Return an ICC profile of a picture's colours, None if they are sRGB or unknown.

    `info` is Pillow's. CICP comes first in PNG (third edition, section 4.3); of HEIF and AVIF
    files CICP is read only in the absence of a profile.
    """
    nclx = info.get("nclx_profile")
    if isinstance(nclx, dict):
        cicp = Cicp(int(nclx["color_primaries"]), int(nclx["transfer_characteristics"]))
    embedded = info.get("icc_profile")
    profile = embedded if isinstance(embedded, bytes) and len(embedded) <= MAX_PROFILE else None
    if profile and (cicp is None or info.get("icc_profile_type")):
        return profile
    if cicp is not None:
        return _profile_of_cicp(cicp) or profile
    return None if "srgb" in info else _profile_of_gamma(info)


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in RGB, converted by `profile`. One that does not fit is ignored.

    A profile of greys fits greys only: it would take the colours from all other pictures.
    """
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            wanted = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}.get(space, image.mode)
            if wanted == "L" and image.mode != "L" and not _is_grey(image):
                return image.convert("RGB")
            converted = ImageCms.profileToProfile(
                image if image.mode == wanted else image.convert(wanted),
                source,
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            return converted or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


def _is_grey(image: Image.Image) -> bool:
    """Return whether an image of colours holds none, as one with transparency that was grey."""
    red, green, blue = image.convert("RGB").split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def _profile_of_cicp(cicp: Cicp) -> bytes | None:
    assumed = BT2020 if cicp.transfer in HDR_TRANSFERS else BT709
    primaries = PRIMARIES.get(cicp.primaries, assumed)
    if primaries == BT709 and cicp.transfer in SRGB_LIKE:
        return None
    return build_profile(primaries, transfer_curve(cicp.transfer))


def _profile_of_gamma(info: PillowInfo) -> bytes | None:
    """Return a profile of PNG's gAMA and cHRM chunks, as browsers apply them."""
    gamma, points = info.get("gamma"), info.get("chromaticity")
    if not isinstance(gamma, float) or not 0.1 <= gamma <= 10:
        return None
    primaries = BT709
    if isinstance(points, tuple) and len(points) == 8:
        white, red, green, blue = (points[i : i + 2] for i in range(0, 8, 2))
        primaries = Chromaticities(red, green, blue, white)
    if abs(gamma - SRGB_GAMMA) < 0.01 and primaries.is_close_to(BT709):
        return None
    return build_profile(primaries, gamma_curve(1 / gamma))
