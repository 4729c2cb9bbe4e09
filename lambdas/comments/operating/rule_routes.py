"""The routes of rules. Standard library only."""

from __future__ import annotations

from lambdas.api.routing import Method, Query, Route
from lambdas.comments.operating.inbox_routes import ACCOUNT, FUNCTION, OPERATING, RARE

RULE_ROUTES = (
    Route(
        method=Method.GET,
        path="/instagram/rules",
        function=FUNCTION,
        handler="show_rules",
        summary="Show an account's rules, in their order",
        query=(ACCOUNT,),
        response=f"{OPERATING}.rule_views:RulesJson",
    ),
    Route(
        method=Method.PUT,
        path="/instagram/rules",
        function=FUNCTION,
        handler="replace_rules",
        summary="Replace an account's rules",
        limit=RARE,
        query=(
            ACCOUNT,
            Query("force", "true to accept a rule that fires on more than 30 % of recent items"),
        ),
        request=f"{OPERATING}.bodies:RulesRequest",
        response=f"{OPERATING}.rule_views:RulesJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/rules/resume",
        function=FUNCTION,
        handler="resume_rules",
        summary="Let rules send answers again after Instagram took them for spam",
        limit=RARE,
        query=(ACCOUNT,),
        response=f"{OPERATING}.rule_views:RulesResumedJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/rules/sets",
        function=FUNCTION,
        handler="list_rule_sets",
        summary="List sets of rules that are ready to use",
        response=f"{OPERATING}.rule_views:ReadySetsJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/rules/check",
        function=FUNCTION,
        handler="check_rules",
        summary="Say what each rule would do with a text, and why",
        query=(ACCOUNT,),
        request=f"{OPERATING}.bodies:RulesCheckRequest",
        response=f"{OPERATING}.rule_views:RulesCheckJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/rules/undo",
        function=FUNCTION,
        handler="undo_rule",
        summary="Take back what a rule did since a time",
        limit=RARE,
        query=(ACCOUNT,),
        request=f"{OPERATING}.bodies:RuleUndoRequest",
        response=f"{OPERATING}.rule_views:RuleUndoneJson",
    ),
)
