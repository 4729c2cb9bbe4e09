"""ICC profiles of a matrix and one curve (ICC.1:2001-04), built from chromaticities."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]

# The white of the profile connection space, and the Bradford cone responses.
D50: Vector = (0.9642, 1.0, 0.8249)
BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)


@dataclass(frozen=True)
class Chromaticities:
    """CIE xy of red, green, blue and white."""

    red: Point
    green: Point
    blue: Point
    white: Point

    def is_close_to(self, other: Chromaticities) -> bool:
        """Return whether no coordinate differs by more than rounding."""
        mine = (*self.red, *self.green, *self.blue, *self.white)
        theirs = (*other.red, *other.green, *other.blue, *other.white)
        return all(abs(a - b) < 0.002 for a, b in zip(mine, theirs, strict=True))


def build_profile(colors: Chromaticities, curve: Sequence[float]) -> bytes | None:
    """Return a display profile, None if no color space has such chromaticities.

    `curve` is light, 0 to 1, for evenly spaced code values, the same for each channel.
    """
    try:
        columns = _colorants(colors)
        tags = {
            b"wtpt": _xyz(D50),
            b"rXYZ": _xyz(columns[0]),
            b"gXYZ": _xyz(columns[1]),
            b"bXYZ": _xyz(columns[2]),
        }
    except (ZeroDivisionError, struct.error, OverflowError, ValueError):
        return None
    values = [round(value * 65535) for value in curve]
    response = b"curv\0\0\0\0" + struct.pack(f">L{len(values)}H", len(values), *values)
    tags |= {b"rTRC": response, b"gTRC": response, b"bTRC": response}
    tags |= {b"desc": _description(b"daybook"), b"cprt": b"text\0\0\0\0CC0\0"}
    return _assembled(tags)


def _assembled(tags: dict[bytes, bytes]) -> bytes:
    offset, table, data, places = 132 + 12 * len(tags), b"", b"", dict[bytes, int]()
    for name, content in tags.items():
        if content not in places:
            places[content] = offset + len(data)
            data += content + bytes(-len(content) % 4)
        table += name + struct.pack(">LL", places[content], len(content))
    body = struct.pack(">L", len(tags)) + table + data
    header = struct.pack(">LLL", 128 + len(body), 0, 0x02400000) + b"mntrRGB XYZ "
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(D50)
    return header.ljust(128, b"\0") + body


def _description(text: bytes) -> bytes:
    ascii_text = text + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">L", len(ascii_text)) + ascii_text + bytes(78)


def _xyz(value: Vector) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(value)


def _fixed(value: Vector) -> bytes:
    return struct.pack(">3l", *(round(part * 65536) for part in value))


def _colorants(colors: Chromaticities) -> Matrix:
    """Return XYZ of red, green and blue, adapted from their white to D50."""
    primaries = _transposed((_of_xy(colors.red), _of_xy(colors.green), _of_xy(colors.blue)))
    white = _of_xy(colors.white)
    scale = _applied(_inverse(primaries), white)
    source, target = _applied(BRADFORD, white), _applied(BRADFORD, D50)
    adapted = []
    for index in range(3):
        color = tuple(row[index] * scale[index] for row in primaries)
        cones = _applied(BRADFORD, (color[0], color[1], color[2]))
        moved = tuple(c * t / s for c, s, t in zip(cones, source, target, strict=True))
        adapted.append(_applied(_inverse(BRADFORD), (moved[0], moved[1], moved[2])))
    return adapted[0], adapted[1], adapted[2]


def _of_xy(point: Point) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _transposed(m: Matrix) -> Matrix:
    return (
        (m[0][0], m[1][0], m[2][0]),
        (m[0][1], m[1][1], m[2][1]),
        (m[0][2], m[1][2], m[2][2]),
    )


def _applied(m: Matrix, v: Vector) -> Vector:
    x, y, z = (row[0] * v[0] + row[1] * v[1] + row[2] * v[2] for row in m)
    return x, y, z


def _inverse(m: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = m
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det),
        ((f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det),
        ((d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det),
    )
