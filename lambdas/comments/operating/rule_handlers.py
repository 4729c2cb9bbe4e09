"""Handlers of requests about rules."""

from __future__ import annotations

from datetime import datetime

from aws_lambda_powertools.event_handler import Response
from msgspec.structs import replace

from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.comments.operate_dependencies import OperateDependencies
from lambdas.comments.operating.bodies import RulesCheckRequest, RulesRequest, RuleUndoRequest
from lambdas.comments.operating.requests import account_of, operator_of
from lambdas.comments.operating.rule_changes import NewRules
from lambdas.comments.operating.rule_views import (
    ReadySetJson,
    ReadySetsJson,
    RulesResumedJson,
    RuleUndoneJson,
)
from lambdas.comments.rules.ready_sets import ReadySet, ready_set
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.kit.errors import InvalidRequest, NotFound

Answer = Response[str]
SUMMARIES = {
    ReadySet.SPAM: "Hides spam: links, follow for follow, money schemes, repeated texts.",
    ReadySet.QUESTIONS: "Answers questions of customers about price, availability and shipping.",
    ReadySet.ABUSE: "Hides insults and threats, and calls a person.",
}


def show_rules(dependencies: OperateDependencies, request: Request) -> Answer:
    """Show an account's rules."""
    account = account_of(request, dependencies.accounts)
    shown = dependencies.rule_changes.show(account.id)
    until = dependencies.pauses.until(account.id, dependencies.clock.now())
    return json_response(replace(shown, paused_until=to_rfc3339(until) if until else None))


def resume_rules(dependencies: OperateDependencies, request: Request) -> Answer:
    """Let rules send answers again, before their pause is over."""
    account = account_of(request, dependencies.accounts)
    until = dependencies.pauses.until(account.id, dependencies.clock.now())
    dependencies.pauses.end(account.id)
    extra = {"account": account.id, "by": operator_of(request), "was_paused": until is not None}
    dependencies.logger.info("answers of rules resumed", extra=extra)
    return json_response(RulesResumedJson(account=account.id, was_paused=until is not None))


def replace_rules(dependencies: OperateDependencies, request: Request) -> Answer:
    """Replace an account's rules."""
    body, by = request.json_body(RulesRequest), operator_of(request)
    account, force = account_of(request, dependencies.accounts), request.flag("force")
    new = NewRules(body.rules, body.version, force, by)
    stored = dependencies.rule_changes.replace(account, new)
    extra = {"account": account.id, "by": by, "version": stored.version, "forced": force}
    dependencies.logger.info("rules replaced", extra=extra)
    return json_response(stored)


def list_rule_sets(dependencies: OperateDependencies, request: Request) -> Answer:
    """List sets of rules that are ready to use."""
    del dependencies, request
    sets = [
        ReadySetJson(name=one.value, summary=SUMMARIES[one], rules=list(ready_set(one)))
        for one in ReadySet
    ]
    return json_response(ReadySetsJson(sets=sets))


def check_rules(dependencies: OperateDependencies, request: Request) -> Answer:
    """Say what each rule would do with a text."""
    body, account = request.json_body(RulesCheckRequest), account_of(request, dependencies.accounts)
    return json_response(dependencies.rule_trial.check(account.id, body))


def undo_rule(dependencies: OperateDependencies, request: Request) -> Answer:
    """Take back what a rule did since a time."""
    body, account = request.json_body(RuleUndoRequest), account_of(request, dependencies.accounts)
    since, by = _since(body.since), operator_of(request)
    done = dependencies.undoing.undo_rule(account.id, body.rule, since, by)
    # A rule that was removed can be taken back; a name with a slip in it did nothing at all.
    nothing = not (done.items or done.more)
    if nothing and not dependencies.rule_changes.knows(account.id, body.rule, since):
        raise NotFound(
            "No rule has this name, and none with it did anything since then.", code="unknown_rule"
        )
    extra = {"account": account.id, "by": by, "rule": body.rule, "items": done.items}
    dependencies.logger.info("a rule's actions undone", extra=extra)
    return json_response(
        RuleUndoneJson(
            account=account.id,
            rule=body.rule,
            items=done.items,
            actions=done.actions,
            more=done.more,
            stays=list(done.stays),
        )
    )


def _since(text: str) -> datetime:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            "since must be a time such as 2026-12-24T18:00:00Z.", code="invalid_since"
        ) from None
