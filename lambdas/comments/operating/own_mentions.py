"""Answers that mention the account itself: Instagram reports each as a mention of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambdas.api.findings import FieldProblemJson
from lambdas.comments.rules.model import Rule
from lambdas.graph.caption import caption_mentions

CODE = "mentions_itself"


def own_mentions(rules: Sequence[Rule], username: str | None) -> Iterator[FieldProblemJson]:
    """Iterate over warnings about templates that mention the account that sends them."""
    if not username:
        return
    for index, rule in enumerate(rules):
        for number, template in enumerate(rule.templates):
            named = (one.rstrip(".").lower() for one in caption_mentions(template))
            if username.lower() in named:
                place = f"rules[{index}].template"
                where = place if isinstance(rule.template, str) else f"{place}[{number}]"
                yield FieldProblemJson(
                    where,
                    CODE,
                    f"This answer mentions @{username}, the account that sends it. Instagram may "
                    "report it as a new mention of the account.",
                )
