"""A post that cannot be accepted."""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.api.findings import FieldProblemJson
from lambdas.kit.errors import InvalidRequest


class InvalidPost(InvalidRequest):
    """A post cannot be accepted; `problems` in the answer are all that was found."""

    code = "invalid_post"

    def __init__(self, problems: Sequence[FieldProblemJson]) -> None:
        number = len(problems)
        found = "1 problem" if number == 1 else f"{number} problems"
        message = f"The post has {found}; see problems for each field."
        super().__init__(message, details={"problems": list(problems)})
