"""What a rule does: which outcomes go together, and whether its answers can be sent."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from lambdas.api.findings import Findings
from lambdas.comments.rules.conditions import text_conditions
from lambdas.comments.rules.model import ItemKind, Outcome, Rule, kinds_for
from lambdas.comments.rules.subject import Situation, Subject, situation
from lambdas.comments.rules.templates import (
    LONGEST_LINK,
    LONGEST_NAME,
    RefusedTemplate,
    Values,
    render,
    too_long,
)

ANSWERS = (Outcome.REPLY, Outcome.PRIVATE_REPLY)
CONTRADICTIONS = {
    (Outcome.HIDE, Outcome.REPLY): "Instagram takes no reply to a hidden comment.",
    (Outcome.HIDE, Outcome.PRIVATE_REPLY): "A comment is either hidden or answered.",
    (Outcome.ESCALATE, Outcome.DONE): "Either a person has to look at it, or it is done.",
}
MAX_TEMPLATES = 20
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check_outcomes(rule: Rule, place: str, found: Findings) -> None:
    """Report outcomes that do not go together."""
    where = f"{place}.then"
    chosen = rule.outcomes
    if not chosen:
        found.refuse(where, "empty", f"Choose at least one of {', '.join(Outcome)}.")
    if len(set(chosen)) < len(chosen):
        found.refuse(where, "repeated", "An outcome can be named once.")
    for (one, other), why in CONTRADICTIONS.items():
        if one in chosen and other in chosen:
            found.refuse(where, "contradiction", f"{one} and {other} do not go together. {why}")


def check_templates(rule: Rule, place: str, found: Findings) -> None:
    """Report answers that are missing, cannot be sent, or would match their own rule."""
    where = f"{place}.template"
    if found.has_within(where):
        return
    answers = [one for one in rule.outcomes if one in ANSWERS]
    if answers and not rule.templates:
        found.refuse(where, "missing", f"{answers[0]} needs a template: the text of the answer.")
    if not answers and rule.template is not None:
        found.refuse(where, "unused", "A template is only for reply and private_reply.")
    if len(rule.templates) > MAX_TEMPLATES:
        found.refuse(where, "too_many", f"At most {MAX_TEMPLATES} alternatives are possible.")
        return
    conditions = text_conditions(rule) if answers else ()
    for index, template in enumerate(rule.templates):
        one = where if isinstance(rule.template, str) else f"{where}[{index}]"
        try:
            longest = render(template, Values(LONGEST_NAME, LONGEST_LINK))
            shortest = render(template, Values())
        except RefusedTemplate as error:
            found.refuse(one, "unknown_placeholder", str(error))
            continue
        _check_length(rule, longest if shortest else "", one, found)
        if conditions and all(part.ask(_answered(longest)).holds for part in conditions):
            found.warn(
                one,
                "matches_itself",
                "This answer matches the rule's own conditions. The account's own texts never start"
                " a rule, but customers who quote it will.",
            )
    if any(first == second for first, second in pairwise(sorted(rule.templates))):
        found.warn(where, "repeated", "Two alternatives are the same.")


def _check_length(rule: Rule, longest: str, place: str, found: Findings) -> None:
    written = rule.when.kinds
    kinds = set(kinds_for(rule.outcomes) if written is None else written)
    for outcome in rule.outcomes:
        reason = too_long(longest, outcome, kinds) if outcome in ANSWERS else None
        if reason is None:
            continue
        if written is None and outcome is Outcome.REPLY and ItemKind.MESSAGE in kinds:
            reason += ' The rule also answers messages; choose "kinds" if it should not.'
        found.refuse(place, "empty" if not longest else "too_long", reason)
        return


def _answered(text: str) -> Situation:
    subject = Subject(kind=ItemKind.COMMENT, text=text, author_id=None, username=None, at=_ANY_TIME)
    return situation(subject)
