"""The browser in which a login was started: a random key in a cookie, stored as a hash only."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from lambdas.tokens.login_state import LOGIN_LIFE, hashed

COOKIE = "daybook_login"
PENDING_LIFE = timedelta(hours=2)
KEY = re.compile(r"[\w-]{43}", re.ASCII)


def browser_of(cookies: Mapping[str, str]) -> str:
    """Return the hash of the browser's key; an empty text, which fits no login, without one."""
    key = cookies.get(COOKIE, "")
    return hashed(key) if KEY.fullmatch(key) else ""


def new_browser(path: str, secure: bool) -> tuple[str, Cookie]:
    """Return the hash of a new key, and the cookie that keeps the key while a login may take."""
    key = secrets.token_urlsafe(32)
    return hashed(key), _cookie(key, LOGIN_LIFE, path, secure=secure)


def kept_browser(cookies: Mapping[str, str], path: str, secure: bool) -> Cookie:
    """Return the cookie of the browser's present key, kept until its accounts are chosen."""
    return _cookie(cookies.get(COOKIE, ""), PENDING_LIFE, path, secure=secure)


def _cookie(key: str, life: timedelta, path: str, *, secure: bool) -> Cookie:
    # Lax: the browser has to send it when Meta's dialog redirects back.
    return Cookie(
        COOKIE,
        key,
        path=path or "/",
        secure=secure,
        http_only=True,
        max_age=int(life.total_seconds()),
        same_site=SameSite.LAX_MODE,
    )
