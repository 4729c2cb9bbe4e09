"""Who may do what: the API has checked the token's signature, this reads what it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lambdas.api.settings import OPERATORS
from lambdas.kit.errors import Forbidden


def require_operator(event: Mapping[str, Any]) -> None:
    """Raises Forbidden unless the caller's token names the group of operators.

    The HTTP API hands lists in claims on as text, `[operators others]`. Source: "JWT authorizers" in the API Gateway guide, and
    the observed form.
    """
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    groups = claims.get("cognito:groups", "")
    names = groups if isinstance(groups, list) else re.findall(r"[\w-]+", str(groups))
    if OPERATORS not in names:
        raise Forbidden("This is for operators of the site.", code="operators_only")
