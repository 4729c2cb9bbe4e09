"""The QR code of an event's address."""

from __future__ import annotations

import io

# Modules around the code that must stay empty. Source: ISO/IEC 18004, section 9.1.
QUIET_ZONE = 4


def qr_svg(url: str, *, standalone: bool) -> str:
    """Return the code of an address as SVG, alone or for a page; it has no size of its own.

    A quarter of it may be covered or damaged (level Q), as printed cards are.
    """
    # Here, since a page view must not load it.
    import segno

    code = segno.make_qr(url, error="q", boost_error=False)
    target = io.BytesIO()
    code.save(
        target,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000000",
        light="#ffffff",
        omitsize=True,
        xmldecl=standalone,
        svgns=standalone,
        svgclass="qr",
        lineclass=None,
        nl=False,
        title=None,
    )
    return target.getvalue().decode()
