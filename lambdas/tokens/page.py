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
RELOAD_SECONDS = 4


@dataclass(frozen=True)
class Section:
    """A heading with sentences below it."""

    heading: str
    sentences: Sequence[str]


@dataclass(frozen=True)
class Choice:
    """A checkbox of a form: its value, its label, and a note below the label."""

    value: str
    label: str
    note: str = ""
    checked: bool = False


@dataclass(frozen=True)
class Form:
    """Checkboxes named `account` and a button; `all_button` is a second one that sends `all`.

    It is sent to the page's own address.
    """

    legend: str
    choices: Sequence[Choice]
    button: str
    all_button: str = ""
    error: str = ""


@dataclass(frozen=True)
class PageContent:
    """What a page shows. With `reloads`, it reloads itself until something has changed."""

    title: str
    sections: Sequence[Section]
    reloads: bool = False
    form: Form | None = None
    below: Sequence[Section] = ()


def render(site_name: str, content: PageContent, request_id: str = "") -> str:
    """Return a page; every value is escaped."""
    return (
        _templates()
        .get_template("outcome.html")
        .render(
            site_name=site_name,
            content=content,
            request_id=request_id,
            reload_seconds=RELOAD_SECONDS,
            style=style(),
        )
    )


def page_headers(*, has_form: bool = False) -> dict[str, str]:
    """Return the headers of these pages: no script, nothing loaded, the style sheet by its hash."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    target = "'self'" if has_form else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        f"form-action {target}; frame-ancestors 'none'"
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
