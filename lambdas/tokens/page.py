"""The pages for account owners who connect an account: what happened, and what to do next."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Section:
    """A heading with sentences below it."""

    heading: str
    sentences: Sequence[str]


def render(site_name: str, title: str, *sections: Section, request_id: str = "") -> str:
    """Return a page; every value is escaped."""
    template = _templates().get_template("outcome.html")
    return template.render(
        site_name=site_name, title=title, sections=sections, request_id=request_id, style=style()
    )


def page_headers() -> dict[str, str]:
    """Return the headers of these pages: no script, nothing loaded, the style sheet by its hash."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    # The page's address holds the login's code, which must not go to other sites.
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}


@functools.cache
def style() -> str:
    """Return the style sheet as it is in the page."""
    return (HERE / "outcome.css").read_text()


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
