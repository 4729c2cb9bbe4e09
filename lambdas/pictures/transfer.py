"""Transfer curves of H.273, from a code value to light, with tone mapping of HDR."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

PQ, HLG = 16, 18
HDR_TRANSFERS = frozenset({PQ, HLG})
# Unspecified and unknown, sRGB, and the curves of cameras (BT.709, BT.601, BT.2020, xvYCC), which
# displays and browsers treat like sRGB.
SRGB_LIKE = frozenset({0, 1, 2, 3, 6, 11, 12, 13, 14, 15})
ENTRIES = 4096

# In cd/m²: diffuse white of HDR (ITU-R BT.2408), and what is tone-mapped to the whitest white.
REFERENCE_WHITE = 203.0
PEAK = 1000.0
# Up to this share of diffuse white tone mapping changes nothing.
KNEE = 0.6


def transfer_curve(transfer: int) -> Sequence[float]:
    """Return light, 0 to 1, for evenly spaced code values of a transfer characteristic."""
    if transfer == PQ:
        return _sampled(lambda code: tone_mapped(_pq(code)))
    if transfer == HLG:
        return _sampled(lambda code: tone_mapped(_hlg(code)))
    if transfer in (4, 5):
        return gamma_curve(2.2 if transfer == 4 else 2.8)
    if transfer == 7:
        return _sampled(_smpte_240m)
    if transfer == 8:
        return gamma_curve(1.0)
    if transfer == 17:
        # Of cinemas, whose white is a little darker than the largest code value.
        return _sampled(lambda code: math.pow(code, 2.6) * 52.37 / 48)
    return _sampled(_srgb)


def gamma_curve(exponent: float) -> Sequence[float]:
    """Return light, 0 to 1, for evenly spaced code values of a power law."""
    return _sampled(lambda code: math.pow(code, exponent))


def tone_mapped(luminance: float) -> float:
    """Return display light, 0 to 1, for a channel's luminance in cd/m².

    Diffuse white is 1 before mapping. Up to KNEE light stays; above, an extended Reinhard curve
    joins without a bend and reaches 1 at PEAK. Diffuse white itself becomes 0.8, which is 231 of
    255 in sRGB: highlights keep detail, and the rest looks as on an HDR display.
    """
    light, peak = luminance / REFERENCE_WHITE, PEAK / REFERENCE_WHITE
    if light <= KNEE:
        return light
    above, most = (light - KNEE) / (1 - KNEE), (peak - KNEE) / (1 - KNEE)
    return min(1.0, KNEE + (1 - KNEE) * above * (1 + above / most**2) / (1 + above))


def _sampled(curve: Callable[[float], float]) -> Sequence[float]:
    return [min(1.0, max(0.0, curve(index / (ENTRIES - 1)))) for index in range(ENTRIES)]


def _srgb(code: float) -> float:
    return code / 12.92 if code <= 0.04045 else math.pow((code + 0.055) / 1.055, 2.4)


def _smpte_240m(code: float) -> float:
    """Return light by SMPTE ST 240, early HDTV's curve."""
    return code / 4 if code < 0.0913 else math.pow((code + 0.1115) / 1.1115, 1 / 0.45)


def _pq(code: float) -> float:
    """Return cd/m² by SMPTE ST 2084."""
    power = math.pow(code, 1 / 78.84375)
    light = max(0.0, power - 0.8359375) / (18.8515625 - 18.6875 * power)
    return 10_000.0 * math.pow(light, 1 / 0.1593017578125)


def _hlg(code: float) -> float:
    """Return cd/m² on a display of 1000 cd/m² by ITU-R BT.2100, its gamma for each channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = code * code / 3 if code <= 0.5 else (math.exp((code - c) / a) + b) / 12
    return 1000.0 * math.pow(scene, 1.2)
