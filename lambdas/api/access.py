"""Who may call a route: the API has verified the token's signature, this reads its claims."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lambdas.api.settings import OPERATORS
from lambdas.kit.errors import Forbidden

LIST = re.compile(r"\[([^\[\]]*)\]")


def require_operator(claims: Mapping[str, object]) -> None:
    """Raise Forbidden unless the caller's token names the group of operators exactly."""
    if OPERATORS not in groups_of(claims):
        raise Forbidden("Only operators of this site may do this.", code="operators_only")


def groups_of(claims: Mapping[str, object]) -> list[str]:
    """Return the groups of a token.

    The HTTP API passes lists on as text, `[operators others]`; names hold no white space, but may
    hold any punctuation. Source: "JWT authorizers" in the API Gateway guide, and the observed form.
    """
    groups = claims.get("cognito:groups", "")
    if isinstance(groups, list):
        return [str(group) for group in groups]
    text = str(groups)
    found = LIST.fullmatch(text)
    # By spaces alone: what else looks like one may be a part of a name.
    return found[1].split(" ") if found else [text]
